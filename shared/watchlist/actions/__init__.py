"""What is done with the watch-list."""
