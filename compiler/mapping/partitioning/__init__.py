"""Ways to cut a hypergraph into cores; each takes a Hypergraph and returns the core of every unit."""
