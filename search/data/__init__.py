"""Data: tasks, a user's own spikes, splits, loaders and the cache."""
