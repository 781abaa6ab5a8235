"""The mapper beside index order and METIS."""
