"""The page of one run and of several: whole, self-contained, with every question and its answer as text."""

import json
import re
import sys
from dataclasses import replace
from html import unescape

import pytest

from motifc.plot.theme import ROLES
from motifc.report import page as module
from motifc.report.page import page
from motifc.report.panel import COMPARISON, PANELS
from motifc.report.panels import motif
from motifc.report.run import Run
from tests.conftest import REPOSITORY
from tests.motifc.report.balance import Balance
from tests.motifc.report.runs import by_hand, whole_run

pytestmark = pytest.mark.slow

STYLE = (REPOSITORY / "motifc" / "report" / "templates" / "page.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html() -> str:
    return page([whole_run()]).html


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No matplotlib, which takes most of the time."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


def words(html: str) -> str:
    """Text of a page without its drawings, on one line."""
    without = re.sub(r"<(svg|style).*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", without)))


def test_the_page_is_whole_and_needs_nothing(html: str) -> None:
    assert html.startswith("<!doctype html>")
    balance = Balance(html)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids)) > 100
    assert not [word for word in ("<script", "<link", "src=", "@import", "@font-face", "https://") if word in html]
    assert len(html.encode()) < 3_000_000


@pytest.mark.usefixtures("undrawn")
def test_every_panel_stands_there_with_its_question_and_its_answer_as_text(html: str) -> None:
    part = module._part("r0", whole_run())
    assert [panel.key for panel in part.panels] == [key for key in PANELS if key != "values"]
    told = words(html)
    for panel in part.panels:
        assert panel.question in told
        assert panel.answer.endswith((".", ":"))
        assert re.sub(r"\s+", " ", panel.answer) in told
    assert all(sentence in told for sentence in part.result)


@pytest.mark.usefixtures("undrawn")
def test_the_page_is_always_the_same() -> None:
    assert page([whole_run()]).html == page([whole_run()]).html


def test_drawings_are_named_and_captioned(html: str) -> None:
    assert html.count("<figure>") == html.count("<figcaption>") == html.count('<svg role="img" aria-label="') > 20


def test_a_neuron_is_chosen_without_a_script(html: str) -> None:
    chosen = re.findall(r'<input type="radio" name="r0-membrane" id="(r0-membrane-\d+)"( checked)?>', html)
    assert len(chosen) >= 6
    assert [bool(checked) for _, checked in chosen] == [True, *[False] * (len(chosen) - 1)]
    assert re.findall(r'<label for="(r0-membrane-\d+)">', html) == [id for id, _ in chosen]
    assert html.count('<div class="choice">') == len(chosen) + html.count('name="r0-motif-h0"') - 1
    assert '.highlight input:nth-of-type(3):checked ~ figure [id*="-link-"]:not([id*="-link-1-"])' in html
    assert ".choices input:checked + label + .choice { display: block; }" in STYLE


@pytest.mark.usefixtures("undrawn")
def test_what_is_told_is_json_too() -> None:
    made = page([whole_run(), by_hand()])
    told = json.loads(json.dumps(made.as_dict()))
    assert [run["name"] for run in told["runs"]] == ["net", "hand"]
    assert told["bytes"] == len(made.html.encode())
    assert told["comparison"] in words(made.html)
    for run in told["runs"]:
        for key, panel in run["panels"].items():
            assert panel["question"] == PANELS[key][1]
            assert re.sub(r"\s+", " ", panel["answer"]) in words(made.html)


def test_all_links_lead_somewhere(html: str) -> None:
    goals = set(re.findall(r'<a [^>]*href="#([^"]+)"', html))
    assert goals
    assert goals <= set(Balance(html).ids)


@pytest.mark.usefixtures("undrawn")
def test_of_a_network_by_hand_what_there_is_is_told() -> None:
    html = page([by_hand()]).html
    told = words(html)
    assert Balance(html).open == []
    assert "Built by hand: hidden of 24 neurons in motifs of 4" in told
    assert "Its accuracy is not measured: there are no data." in told
    for key in ("search", "training", "chip", "equality", "confusion", "rasters"):
        assert PANELS[key][1] not in told
    for key in ("motif", "structure", "provenance"):
        assert PANELS[key][1] in told


@pytest.mark.usefixtures("undrawn")
def test_several_runs_stand_side_by_side() -> None:
    runs = [replace(whole_run(), name="first"), replace(whole_run(), name="<second>"), by_hand()]
    html = page(runs).html
    balance, told = Balance(html), words(html)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    assert COMPARISON[2] in told
    assert "3 runs side by side" in told
    assert "&lt;second&gt;" in html
    assert "<second>" not in html


def test_drawings_are_left_out_before_a_page_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAKERS", (motif.panel,))
    one = len(page([by_hand()]).html.encode())
    monkeypatch.setattr(module, "LARGEST", one)
    html = page([replace(by_hand(), name=name) for name in "abc"]).html
    assert len(html.encode()) < 2 * one
    assert words(html).count("Its drawings are left out, as the page would be too large;") == 2


@pytest.mark.usefixtures("undrawn")
def test_without_matplotlib_everything_is_told_in_words() -> None:
    html = page([whole_run()]).html
    assert "<svg" not in html
    assert "There are no drawings: plots need matplotlib, which is not installed;" in words(html)
    assert all(question in words(html) for key, (_, question) in PANELS.items() if key != "values")


def palettes() -> dict[str, dict[str, str]]:
    """Colours by name, by day, in the dark and on paper."""
    blocks = dict(zip(("day", "dark", "paper"), re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL), strict=True))
    return {name: dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for name, block in blocks.items()}


def contrast(left: str, right: str) -> float:
    """Of two colours, by WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(left), luminance(right)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["day", "dark", "paper"])
def test_text_and_lines_can_be_read_by_day_in_the_dark_and_on_paper(name: str) -> None:
    colours = palettes()[name]
    assert set(ROLES.values()) <= set(colours)
    for text in ("ink", "muted", "link"):
        assert contrast(colours[text], colours["paper"]) >= 4.5
        assert contrast(colours[text], colours["card"]) >= 4.5
    for line in ("excitatory", "inhibitory", "green", "purple", "ochre"):
        assert contrast(colours[line], colours["paper"]) >= 3
    for ground in ("excitatory", "inhibitory", "heat-4", "heat-5"):
        assert contrast(colours["on-link"], colours[ground]) >= 4.5
    for ground in ("heat-0", "heat-1", "heat-2", "heat-3", "no-link"):
        assert contrast(colours["ink"], colours[ground]) >= 4.5


def test_by_day_the_page_has_the_colours_of_the_plots() -> None:
    assert {role: palettes()["day"][role] for role in ROLES.values()} == {role: c for c, role in ROLES.items()}


def test_a_run_is_told_on_its_own_page_as_it_is_drawn(html: str) -> None:
    run: Run = whole_run()
    assert run.program is not None
    assert run.program.digest in html
    assert run.network is not None
    assert run.network.digest in html
    assert "assumed: unpublished; taken from Loihi 1" in html
