"""Partitioning: ways to put the units of a hypergraph on cores; each returns the core of every unit."""
