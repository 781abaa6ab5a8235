"""Time and memory of one recurrent layer, forward and backward: our kernels beside our loop and other libraries."""
