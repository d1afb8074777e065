"""The report is one page that stands alone, can be read by everyone, and says what is missing."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hand_made import ALARM, ANSWER, REJECTS, measured, reply, result_of

from bot.evaluation.cross_validation import NoCrossValidation, read_cross_validation
from bot.evaluation.history import append_run
from bot.evaluation.report import html

ORDER = ["kites", "lanterns"]
CROSS_VALIDATION: dict[str, Any] = {
    "confidence": [0.9, 0.8, 0.2, 1.0],
    "right": [True, True, False, True],
    "in_scope_chance": [0.9, 0.7, 0.1],
    "in_scope": [True, True, False],
    "ece": 0.05,
}
MESSAGES = [
    measured([["kites"]], ANSWER),
    measured([["lanterns"], ["lamps"]], ANSWER, reply("ask", None, ["lanterns"])),
    measured([["lanterns"]], ANSWER, text="<script>alert('kites & lamps')</script>"),
    measured([], REJECTS),
    measured([], ALARM, scope="urgent"),
]


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def with_tag(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


@pytest.fixture
def cross_validation(tmp_path: Path) -> Path:
    """A file as `make calibrate` leaves it."""
    path = tmp_path / "results" / "cross_validation.json"
    path.parent.mkdir()
    path.write_text(json.dumps(CROSS_VALIDATION), encoding="utf-8")
    return path


@pytest.fixture
def page(tmp_path: Path, cross_validation: Path) -> str:
    """The report of a second run with everything in it."""
    append_run(tmp_path / "history.jsonl", result_of(tmp_path, *MESSAGES[1:]).run)
    return html(result_of(tmp_path, *MESSAGES), ORDER, cross_validation)


def test_page_loads_nothing(page: str) -> None:
    assert Elements(page).with_tag("link", "script", "img", "iframe", "image") == []
    assert not re.search(r"https?:|@import|url\((?!#)", page)


def test_every_plot_says_in_words_what_it_shows(page: str) -> None:
    plots = Elements(page).with_tag("svg")
    assert [(plot["role"], len(plot["aria-label"] or "") > 40) for plot in plots] == [("img", True)] * 5


@pytest.mark.parametrize(
    "told",
    [
        "Most frequently confused: lanterns told as kites 2 times",
        "accuracy of 3 topics, the worst first: lanterns 0.0%",
        "is given to 100.0% of the sentences in scope and to 0.0% of those out of scope",
        "Expected calibration error 5.0%",
        "in scope: told under a right topic 0.0%, now 33.3%",
    ],
)
def test_plot_names_its_main_numbers(page: str, told: str) -> None:
    assert [plot for plot in Elements(page).with_tag("svg") if told in (plot["aria-label"] or "")]


def test_no_id_stands_twice(page: str) -> None:
    ids = [attributes["id"] for _, attributes in Elements(page).found if "id" in attributes]
    assert ids
    assert len(ids) == len(set(ids))


def test_every_reference_inside_the_page_is_met(page: str) -> None:
    elements = Elements(page).found
    ids = {attributes.get("id") for _, attributes in elements}
    named = {*re.findall(r"url\(#([^)]+)\)", page), *re.findall(r'href="#([^"]+)"', page)}
    labelled = {attributes["aria-labelledby"] for _, attributes in elements if "aria-labelledby" in attributes}
    assert named
    assert (named | labelled) - ids == set()


def test_plots_take_the_colours_of_the_page(page: str) -> None:
    plots = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert set(re.findall(r"#[0-9a-f]{6}\b", plots)) == set()
    assert set(re.findall(r"var\(--([\w-]+)\)", plots)) <= set(re.findall(r"--([\w-]+):", page))


def test_what_a_patient_wrote_is_text(page: str) -> None:
    assert "&lt;script&gt;alert(" in page
    assert "<script" not in page


@pytest.mark.parametrize("word", ["better", "Since the last run", "did you mean lanterns", "asked back", "rejected"])
def test_page_of_a_second_run_holds(page: str, word: str) -> None:
    assert word in page


def test_page_of_a_first_run_says_so(tmp_path: Path, cross_validation: Path) -> None:
    page = html(result_of(tmp_path, *MESSAGES), ORDER, cross_validation)
    assert "The first run of this content" in page
    assert "Since the last run" not in page


@pytest.mark.parametrize("messages", [[MESSAGES[0]], [MESSAGES[3]]])
def test_page_is_made_of_one_message(tmp_path: Path, messages: list[Any]) -> None:
    assert "</html>" in html(result_of(tmp_path, *messages), ORDER, tmp_path / "results" / "none.json")


def test_page_says_when_there_is_no_cross_validation_and_how_to_make_it(tmp_path: Path) -> None:
    page = html(result_of(tmp_path, *MESSAGES), ORDER, tmp_path / "results" / "cross_validation.json")
    assert "results/cross_validation.json is missing. `make calibrate` writes it." in page
    assert len(Elements(page).with_tag("svg")) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "Invalid JSON"),
        (json.dumps(CROSS_VALIDATION | {"right": [True]}), "confidence and right: expected lists of the same length"),
        (json.dumps(CROSS_VALIDATION | {"in_scope": []}), "expected lists of the same length, found (3, 0)"),
        (json.dumps(CROSS_VALIDATION | {"confidence": [1.5, 1, 1, 1]}), "confidence: 0: Input should be less than"),
        (json.dumps({"ece": 0.1}), "confidence: Field required"),
    ],
)
def test_cross_validation_that_cannot_be_used_is_refused(cross_validation: Path, content: str, told: str) -> None:
    cross_validation.write_text(content, encoding="utf-8")
    with pytest.raises(NoCrossValidation) as caught:
        read_cross_validation(cross_validation)
    assert str(caught.value).startswith("results/cross_validation.json cannot be used: ")
    assert told in str(caught.value)
    assert str(caught.value).endswith("`make calibrate` writes it.")
