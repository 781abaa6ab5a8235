"""hidden_package: does a folder or file of the user's stand where Python should find one of our packages?"""

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("compiler", "search", "targets")


def hidden_package(root: Path) -> str | None:
    """One sentence on the first of our packages that is not the one beside `root`, the folder of motifc; else None."""
    for name in PACKAGES:
        module = sys.modules.get(name)
        spec = find_spec(name) if module is None else getattr(module, "__spec__", None)
        origin = getattr(module, "__file__", None) if spec is None else spec.origin
        if origin is None or Path(origin).resolve().parent.parent != root.resolve().parent:
            found = "nothing" if origin is None else origin
            return (
                f"motifc needs its own package {name!r} from {root.parent}, but Python finds {found}; rename that, or "
                "start Python in another folder."
            )
    return None
