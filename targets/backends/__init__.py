"""One file, one backend: each runs a Program and returns its spikes."""
