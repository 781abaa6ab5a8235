"""Data: tasks, your own spikes, splits, the DataLoader and the cache."""
