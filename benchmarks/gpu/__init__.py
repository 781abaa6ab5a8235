"""What runs on a GPU: equality with the oracles, then seconds; needs torch, triton, numba, numpy, networkx alone."""
