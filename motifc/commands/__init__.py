"""One file, one command of the command line."""
