"""One file, one task: real data turned into spike rasters."""
