"""One file, one chip: each holds a ChipSpec named after the file."""
