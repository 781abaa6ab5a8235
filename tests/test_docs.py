"""Documents that repeat what the code says must say the same."""

import dataclasses
from pathlib import Path

import pytest

from search.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = """# Settings

Hyperparameters of `motifc search` and `motifc train`, given as a TOML file with `--config`; what is left out keeps
its default. All of them are stored in the `.network` file. Sources: "paper" is W. Zhang, H. Geng, P. Li, Composing
recurrent spiking neural networks using locally-recurrent motifs and risk-mitigating architectural optimization, Front.
Neurosci. 18 (2024); the code of its group is that of TSSL-BP and SpiKL-IP; DARTS is H. Liu et al., ICLR 2019; "ours"
are choices of this project, most of them made on validation data.

```toml
[search]
epochs = 20

[plasticity]
window = 0     # no intrinsic plasticity
```
"""


def settings_page() -> str:
    """The page that the settings' own metadata makes."""
    parts = [HEAD]
    for table in dataclasses.fields(Settings):
        settings = getattr(Settings(), table.name)
        about = (type(settings).__doc__ or "").splitlines()[0]
        parts.append(f"## [{table.name}]\n\n{about}\n\n| setting | default | what it is | from |\n|---|---|---|---|")
        for field in dataclasses.fields(settings):
            value = getattr(settings, field.name)
            shown = f'"{value}"' if isinstance(value, str) else list(value) if isinstance(value, tuple) else value
            about = str(field.metadata["about"]).replace("|", "\\|")
            parts.append(f"| `{field.name}` | `{shown}` | {about} | {field.metadata['source']} |")
        parts.append("")
    return "\n".join(parts)


def test_the_settings_page_lists_every_setting(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(settings_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == settings_page()
