"""Search: from data to a trained Network of motifs. `network`, `motif` and `settings` need no torch."""

__all__: list[str] = []
