"""One file, one format on disk; shared by the tasks."""
