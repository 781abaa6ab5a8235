"""Search: from a task to a Network of motifs, by HRMAS."""

__all__: list[str] = []
