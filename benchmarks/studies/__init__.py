"""Studies of the search, of quantization and of what commands tell: each module is a command, writing docs/results."""
