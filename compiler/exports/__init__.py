"""Forms of a program that no backend runs, one file each; `compiler.exporting` finds them by listing this folder."""

__all__: list[str] = []
