"""HTML report of a program."""
