"""What proves the project's own claims; not part of the wheel."""
