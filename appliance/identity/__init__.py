"""Who this box is: its private key, its certificate, how it got them, and the key that its storage hangs on."""
