"""One file, one panel: what it asks of a run, and its answer as text, drawings and tables."""
