"""One worker beside two: what a sweep costs and how long it takes."""
