"""One file, one pass, one name."""
