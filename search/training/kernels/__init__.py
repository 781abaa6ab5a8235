"""The layer run over time: the plain torch loop is the oracle of faster ones."""
