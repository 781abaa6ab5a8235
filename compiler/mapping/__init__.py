"""Which unit is on which core and where the cores are: partitioning and placement."""
