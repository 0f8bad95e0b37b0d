"""Who may work at this post: accounts from the signed configuration, log-in, lock, training gate."""
