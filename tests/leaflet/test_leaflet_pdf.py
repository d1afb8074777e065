"""The leaflet on paper: what stands on its pages, and that nothing is cut, covered or left alone.

The pages are drawn into results/leaflet, to be looked at.
"""

import ctypes
import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import pytest
from fontTools.ttLib import TTFont
from made_up import row

from bot.dates.shapes import Event
from bot.files import ROOT
from bot.knowledge.shapes import Knowledge
from bot.leaflet.content import TOPICS, Leaflet
from bot.leaflet.pdf import BOTTOM, FONT_FILES, MARGIN, draw, font_folder
from bot.question import Procedure
from bot.settings import Clinic

RESULTS = ROOT / "results" / "leaflet"
HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
MOST_PAGES = 8
A_MILLIMETRE = 72 / 25.4
DRAWN_AT = 2.0
A_BIT = 1.0
YEAR_OF_HERS = "2031"
EVENTS = (
    Event("come_to_clinic", date(2031, 3, 2), date(2031, 3, 2), ()),
    Event("no_sex_before", date(2031, 3, 2), date(2031, 3, 8), ()),
    Event("prepare", date(2031, 3, 3), date(2031, 3, 3), ()),
    Event("window", date(2031, 3, 4), date(2031, 3, 8), ()),
)
Write = Callable[..., Leaflet]


class Box(NamedTuple):
    """Where a text stands on a page. Units: points, from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Paper(NamedTuple):
    """A leaflet as it is printed."""

    leaflet: Leaflet
    content: bytes
    document: pdfium.PdfDocument
    pages: list[str]

    @property
    def text(self) -> str:
        """The text of all pages, each line's end and each run of spaces one space."""
        return " ".join(self.pages)


def printed(leaflet: Leaflet) -> Paper:
    content = draw(leaflet)
    document = pdfium.PdfDocument(content)
    return Paper(leaflet, content, document, [spaced(page.get_textpage().get_text_bounded()) for page in document])


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def boxes(page: pdfium.PdfPage) -> list[Box]:
    text = page.get_textpage()
    return [Box(*text.get_rect(at)) for at in range(text.count_rects())]


def outside_the_margins(paper: Paper) -> list[tuple[int, Box]]:
    """Return every text that does not stand between the margins, with its page."""
    width, height = paper.document[0].get_size()
    least, foot, head = MARGIN * A_MILLIMETRE - A_BIT, 6 * A_MILLIMETRE, height - 8 * A_MILLIMETRE
    return [
        (number, box)
        for number, page in enumerate(paper.document, start=1)
        for box in boxes(page)
        if box.left < least or box.right > width - least or box.bottom < foot or box.top > head
    ]


def links(document: pdfium.PdfDocument) -> set[str]:
    """Return every address that something on the pages opens."""
    found = set()
    for page in document:
        place, link = ctypes.c_int(0), pdfium_raw.FPDF_LINK()
        while pdfium_raw.FPDFLink_Enumerate(page, place, link):
            action = pdfium_raw.FPDFLink_GetAction(link)
            size = pdfium_raw.FPDFAction_GetURIPath(document, action, None, 0)
            buffer = ctypes.create_string_buffer(size)
            pdfium_raw.FPDFAction_GetURIPath(document, action, buffer, size)
            found.add(buffer.value.decode())
    return found - {""}


@cache
def letters() -> frozenset[int]:
    """Return the letters that every cut of the font has."""
    cuts = [set(TTFont(font_folder() / name).getBestCmap()) for name in FONT_FILES.values()]
    return frozenset(set.intersection(*cuts))


@pytest.fixture(scope="module", params=[HSG, HYSTEROSCOPY])
def procedure(request: pytest.FixtureRequest) -> Procedure:
    """Each of the two procedures."""
    return Procedure(request.param)


@pytest.fixture(scope="module")
def paper(procedure: Procedure, write: Write) -> Iterator[Paper]:
    """The shipped leaflet, its pages drawn to be looked at."""
    paper = printed(write(procedure, EVENTS if procedure is HSG else ()))
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in RESULTS.glob(f"{procedure}-*.png"):
        old.unlink()
    for number, page in enumerate(paper.document, start=1):
        page.render(scale=DRAWN_AT).to_pil().save(RESULTS / f"{procedure}-{number}.png")
    yield paper
    paper.document.close()


# What stands on it


def test_leaflet_is_short_enough_to_be_handed_out(paper: Paper) -> None:
    assert 4 <= len(paper.pages) <= MOST_PAGES


def test_every_general_row_of_the_first_authority_is_on_paper(
    paper: Paper, procedure: Procedure, knowledge: Knowledge
) -> None:
    rows = [
        one
        for one in knowledge.rows
        if procedure in one.procedures
        and (one.authority, one.audience, one.kind) == ("clinic", "patient", "answer")
        and one.topic in TOPICS
        and not one.conditions
    ]
    assert len(rows) > 8 or procedure is HYSTEROSCOPY
    assert [one.id for one in rows if one.short not in paper.text] == []


def test_every_passage_is_on_paper_word_for_word(paper: Paper) -> None:
    leaflet = paper.leaflet
    chapters = (leaflet.before, leaflet.day, leaflet.after)
    parts = [*(part for chapter in chapters for part in chapter.parts), *leaflet.signs.parts]
    texts = [one.text for part in parts for one in (*part.passages, *([part.differ] if part.differ else []))]
    texts += [text for tick in leaflet.checks.ticks for text in (tick.asks, tick.tell)]
    texts += [text for one in leaflet.ask.passages for text in (one.label, one.text)]
    texts += [*leaflet.intro, *leaflet.about.texts, *(group.how for group in leaflet.signs.groups)]
    assert len(texts) > 40
    assert [text for text in texts if spaced(text) not in paper.text] == []


def test_every_warning_sign_is_on_paper(paper: Paper) -> None:
    names = [name for group in paper.leaflet.signs.groups for name in group.names]
    assert len(names) > 20
    assert [name for name in names if name not in paper.text] == []


def test_first_page_gives_clinic_address_phones_hours_and_emergency_number(paper: Paper, clinic: Clinic) -> None:
    wanted = [clinic.name, clinic.address, clinic.hours_line, f"Call {clinic.emergency_number}"]
    wanted += [phone.number for phone in clinic.phones]
    assert [text for text in wanted if text not in paper.pages[0]] == []


def test_every_page_names_procedure_version_day_and_its_number(paper: Paper) -> None:
    count = len(paper.pages)
    feet = [f"page {number} of {count} {paper.leaflet.footer}" for number in range(1, count + 1)]
    assert [foot for foot, page in zip(feet, paper.pages, strict=True) if foot not in page] == []


def test_every_source_is_on_paper_and_opens(paper: Paper) -> None:
    sources = paper.leaflet.about.sources
    assert len(sources) > 30
    assert [source.title for source in sources if source.title not in paper.text] == []
    assert {source.url for source in sources if source.url} - links(paper.document) == set()


def test_phones_can_be_pressed(paper: Paper) -> None:
    wanted = {line.link for line in (*paper.leaflet.head.phones, paper.leaflet.head.emergency)}
    assert wanted - links(paper.document) == set()


def test_document_names_its_title_clinic_and_language(paper: Paper, clinic: Clinic) -> None:
    told = paper.document.get_metadata_dict()
    assert (told["Title"], told["Author"]) == (paper.leaflet.head.title, clinic.name)
    assert b"/Lang (en-GB)" in paper.content


def test_outline_lists_chapters_and_topics(paper: Paper) -> None:
    leaflet = paper.leaflet
    chapters = [chapter for chapter in (leaflet.before, leaflet.day, leaflet.after) if chapter.parts]
    wanted = [title for chapter in chapters for title in (chapter.title, *(part.title for part in chapter.parts))]
    listed = [one.get_title() for one in paper.document.get_toc()]
    assert [title for title in wanted if title not in listed] == []
    assert {leaflet.head.title, leaflet.checks.title, leaflet.signs.title, leaflet.about.title} <= {*listed}


# Her dates


def test_her_days_stand_on_the_first_page_and_nowhere_else(write: Write) -> None:
    first, *others = printed(write(HSG, EVENTS)).pages
    assert "Days for your HSG Tuesday 4 March 2031 to Saturday 8 March 2031" in first
    assert first.count(YEAR_OF_HERS) == sum(1 + (event.first != event.last) for event in EVENTS)
    assert [page for page in others if YEAR_OF_HERS in page] == []


def test_leaflet_without_her_days_has_no_place_for_them(write: Write) -> None:
    paper = printed(write(HSG))
    assert ("Your own dates" in paper.text, YEAR_OF_HERS in paper.text) == (False, False)


# How it looks


def test_no_text_stands_outside_the_margins(paper: Paper) -> None:
    assert sum(len(boxes(page)) for page in paper.document) > 300
    assert outside_the_margins(paper) == []


def test_no_text_covers_another(paper: Paper) -> None:
    covered = []
    for number, page in enumerate(paper.document, start=1):
        found = sorted(boxes(page))
        covered += [
            (number, one, other)
            for at, one in enumerate(found)
            for other in found[at + 1 :]
            if min(one.right, other.right) - max(one.left, other.left) > A_BIT
            and min(one.top, other.top) - max(one.bottom, other.bottom) > A_BIT
        ]
    assert covered == []


def test_no_heading_stands_alone_at_the_end_of_a_page(paper: Paper) -> None:
    alone = []
    marks = list(paper.document.get_toc())
    assert len(marks) > 15
    for mark in marks:
        place = mark.get_dest()
        assert place is not None
        page, (_, y, _) = paper.document[place.get_index()], place.get_view()[1]
        below = [box for box in boxes(page) if box.bottom > BOTTOM * A_MILLIMETRE - A_BIT and box.top < y - 2 * A_BIT]
        beside = [box for box in below if mark.level == 0 or box.left > 50 * A_MILLIMETRE]
        if len(below) < 2 or not beside:
            alone.append(mark.get_title())
    assert alone == []


def test_every_letter_of_the_table_is_in_the_font(knowledge: Knowledge) -> None:
    texts = [text for one in knowledge.rows for text in (one.short, one.more)]
    texts += [text for one in knowledge.conflicts for text in (one.told, one.decides)]
    texts += [text for one in knowledge.sources for text in (one.title, one.publisher, one.url or "")]
    texts += [text for one in knowledge.checklist for text in (one.asks, one.tell)]
    assert len(texts) > 500
    assert {letter for text in texts for letter in text if ord(letter) not in letters()} == set()


def test_drawing_warns_of_nothing(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        draw(write(HYSTEROSCOPY, EVENTS))
    assert caplog.records == []


@pytest.mark.parametrize("name", ["hsg-timing-clinic", "hsg-timing-reference"])
def test_word_that_is_longer_than_a_line_is_torn(write_rows: Write, name: str) -> None:
    word = "Salpingo" * 60
    paper = printed(write_rows(row(name, short=f"{word} ends here.", more=f"{word} ends there.")))
    assert f"{word}endshere." in "".join(paper.text.split())
    assert outside_the_margins(paper) == []


@pytest.mark.parametrize(("name", "told"), [("hsg-timing-clinic", 800), ("hsg-timing-reference", 400)])
def test_row_that_is_longer_than_a_page_runs_on(write_rows: Write, name: str, told: int) -> None:
    text = "Kites fly on windy days. " * 400
    paper = printed(write_rows(row(name, short=text, more=text)))
    assert paper.text.count("windy") == told
    assert outside_the_margins(paper) == []


def test_row_is_printed_as_it_is_written(write_rows: Write) -> None:
    text = r"Say **no** to __this__ & <b>that</b>, [here](http://kites.example) \ {page} 5 < 6."
    assert text in printed(write_rows(row("hsg-timing-clinic", short=text))).text


def test_leaflet_without_any_row_gives_warning_signs_and_phones(write: Write, clinic: Clinic) -> None:
    paper = printed(write(HYSTEROSCOPY, require_sign_off=True))
    assert [phone.number for phone in clinic.phones if phone.number not in paper.pages[0]] == []
    assert paper.leaflet.signs.title in paper.text


@pytest.mark.parametrize("which", [HSG, HYSTEROSCOPY])
def test_unsigned_rows_are_not_on_paper_where_sign_off_is_demanded(
    write: Write, knowledge: Knowledge, which: Procedure
) -> None:
    unsigned = [one.short for one in knowledge.rows if one.status != "approved"]
    text = printed(write(which, require_sign_off=True)).text
    assert len(unsigned) > 100
    assert [short for short in unsigned if short in text] == []
