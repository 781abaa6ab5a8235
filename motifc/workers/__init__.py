"""Work spread over processes of one machine, told line by line: only paths, digests and numbers cross."""
