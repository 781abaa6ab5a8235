"""Panel: one question of the page with its answer; PANELS: all questions, in the order of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Drawing:
    """An SVG element, and what is told beneath it."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Choice:
    """One of several answers, of which a reader sees the one that is chosen by its label."""

    label: str
    answer: str
    drawings: Sequence[Drawing] = ()


@dataclass(frozen=True)
class Highlight:
    """A drawing of links between numbered neurons: of one that is chosen the others' fade, and a sentence tells it.

    `sentences` has one for every neuron; groups of the drawing are named link-POST-from-PRE. `of` says what is chosen.
    """

    of: str
    drawing: Drawing
    sentences: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows of plain text under headings; the first column names its row.

    `heat`, where given, has for each row and column the number of a colour of `motifc.plot.theme.HEAT`, or None.
    `folded` tables are shown when they are asked for.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    heat: Sequence[Sequence[int | None]] = ()
    folded: bool = False

    @property
    def wide(self) -> bool:
        """Whether it may be wider than a telephone, and scrolls by itself."""
        return len(self.head) > 4

    def numeric(self, column: int) -> bool:
        """Whether all of a column but the first are numbers, which are set flush right."""
        return column > 0 and bool(self.rows) and all(_is_number(row[column]) for row in self.rows)


@dataclass(frozen=True)
class Panel:
    """One question and its answer: in words, in further words, in drawings, in tables.

    `choices` are of one kind, which `of` names; the first is chosen when the page is opened.
    """

    key: str
    answer: str
    notes: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    tables: Sequence[Table] = ()
    choices: Sequence[Choice] = ()
    of: str = ""
    highlights: Sequence[Highlight] = ()

    @property
    def title(self) -> str:
        """A word or two."""
        return PANELS[self.key][0]

    @property
    def question(self) -> str:
        """What the panel answers."""
        return PANELS[self.key][1]


PANELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "motif": ("Motif", "Which neuron of a motif excites or inhibits which?"),
        "search": ("Search", "What did the search decide, and when?"),
        "repair": ("Self-repair", "Did plasticity bring rates and loss down?"),
        "training": ("Training", "Did the weights settle?"),
        "confusion": ("Classes", "Which classes are taken for which?"),
        "values": ("Values", "How far is what it tells from what is true?"),
        "rasters": ("Spikes", "What does a sample look like on its way from input to answer?"),
        "membrane": ("Membrane", "Does the integer neuron follow the float one?"),
        "drift": ("Drift", "How far does each population stray from its floats?"),
        "quantization": ("Rounding", "What did rounding to integers cost?"),
        "chip": ("Chip", "Where do neurons sit, and which core works and sends the most?"),
        "equality": ("Equality", "Do all backends agree spike for spike?"),
        "structure": ("Structure", "What is it made of?"),
        "provenance": ("Provenance", "Where is it from, and how is it made again?"),
    }
)
"""Key -> title and question."""
COMPARISON = ("comparison", "Comparison", "Which run is better, and by more than chance?")


def _is_number(text: str) -> bool:
    plain = text.replace(",", "").replace(" / ", "").replace("%", "").lstrip("-+\N{MINUS SIGN}").replace(".", "", 1)
    return not plain or plain.replace("e-", "").replace("e+", "").isdigit()
