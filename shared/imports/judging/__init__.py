"""What a row means and what is wrong with it: first by itself, then against the roster."""
