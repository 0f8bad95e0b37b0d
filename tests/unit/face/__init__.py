"""What networks see in a face."""
