"""How `place` finds tiles: a start from the geometry of the traffic, then exchanges of cores."""
