"""Lava's Loihi simulator, driven in a child process of its own."""
