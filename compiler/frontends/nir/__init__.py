"""The front end of the Neuromorphic Intermediate Representation (NIR): `read.read_nir` is its door."""
