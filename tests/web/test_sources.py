"""The page of sources: each document, what was taken from it, and when it was read."""

from html.parser import HTMLParser

import pytest
from stand_in import OpenDoor
from starlette.testclient import TestClient

from bot.database import open_engine
from bot.knowledge.shapes import Knowledge
from bot.settings import Clinic


class Sources(HTMLParser):
    """Collects the text of each section of the page, by its id, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.links: dict[str, list[str]] = {}
        self._at: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "section":
            self._at = found["id"]
            self.texts[self._at or ""], self.links[self._at or ""] = "", []
        if tag == "a" and self._at and found.get("href"):
            self.links[self._at].append(str(found["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._at = None

    def handle_data(self, data: str) -> None:
        if self._at is not None:
            self.texts[self._at] += data


@pytest.fixture
def page(door: TestClient) -> Sources:
    response = door.get("/sources")
    assert response.status_code == 200
    return Sources(response.text)


def used(knowledge: Knowledge) -> set[str]:
    return {source.id for row in knowledge.rows if row.audience == "patient" for source in row.sources}


def test_every_source_of_a_row_has_its_section(page: Sources, knowledge: Knowledge) -> None:
    assert used(knowledge) <= page.texts.keys()
    assert len(page.texts) > 60


def test_section_says_what_was_taken_by_whom_and_when_it_was_read(page: Sources, knowledge: Knowledge) -> None:
    sources = {source.id: source for source in knowledge.sources}
    for name in sorted(used(knowledge)):
        text = page.texts[name]
        assert sources[name].title in text
        assert sources[name].publisher in text
        assert str(sources[name].read_on.year) in text
        assert ([sources[name].url] if sources[name].url else []) == page.links[name]


def test_every_row_stands_under_each_of_its_sources(page: Sources, knowledge: Knowledge) -> None:
    folded = {name: " ".join(text.split()) for name, text in page.texts.items()}
    lost = [
        (row.id, source.id)
        for row in knowledge.rows
        if row.audience == "patient"
        for source in row.sources
        if " ".join(row.short.split()) not in folded[source.id] or source.section not in page.texts[source.id]
    ]
    assert lost == []


def test_seed_stands_before_the_leaflets(page: Sources) -> None:
    assert list(page.texts)[:3] == ["S000", "S002", "S004"]


def test_unsigned_rows_are_not_listed_where_the_clinic_demands_signatures(open_door: OpenDoor, clinic: Clinic) -> None:
    strict = clinic.model_copy(update={"require_sign_off": True})
    assert "What was taken from it" not in open_door(clinic=strict).get("/sources").text


def test_page_says_that_it_is_away_with_the_phones_when_the_table_is(open_door: OpenDoor, clinic: Clinic) -> None:
    response = open_door(engine=open_engine("sqlite:////nowhere/at/all.db")).get("/sources")
    assert response.status_code == 503
    assert clinic.phones[0].number in response.text


def test_page_has_the_same_headers_as_the_others(door: TestClient) -> None:
    headers = door.get("/sources").headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["content-security-policy"]
