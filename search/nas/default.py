"""The method of a search where none is named."""

DEFAULT_METHOD = "hrmas-delays"
"""By its mean rank of validation accuracy on tasks that ask for memory: docs/results/memory.md."""
