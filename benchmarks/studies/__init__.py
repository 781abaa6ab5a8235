"""Studies of the search and of quantization: each module is a command that writes a page of docs/results."""
