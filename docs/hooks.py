"""What the site does with links that leave docs/: CONTRIBUTING.md is a page of its own there."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """The text of a page with links that hold within the site."""
    if page.file.src_uri == "contributing.md":
        return (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("](docs/", "](")
    return markdown.replace("](../CONTRIBUTING.md", "](contributing.md")
