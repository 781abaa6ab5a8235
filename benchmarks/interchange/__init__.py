"""Every export opened or run by somebody else's program: the tables of docs/interchange.md."""
