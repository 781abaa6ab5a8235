"""Commands that are killed, starved of disk, permissions or descriptors: what is left of them, and what comes next."""
