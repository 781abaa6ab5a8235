"""The benchmark of the speed of mapping."""
