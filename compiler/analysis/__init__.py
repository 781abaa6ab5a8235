"""What is measured or estimated of a graph or program without changing it."""
