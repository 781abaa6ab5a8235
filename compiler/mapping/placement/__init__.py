"""Placement: a start from the geometry of the traffic, then exchanges of cores between slots."""
