"""What the leaflet holds: which rows, in which order, and what is said of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pytest
from made_up import conflict, row, signed
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.dates.shapes import Event
from bot.knowledge.shapes import Knowledge, Row
from bot.knowledge.stored import SHIPPED
from bot.knowledge.tables import Load
from bot.leaflet.content import AFTER, BEFORE, DAY, TOPICS, Leaflet, Part, Passage, ranges, telephone
from bot.question import Procedure
from bot.safety.shapes import WarningSigns
from bot.settings import Clinic
from bot.wording import Wording

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
HOUSE, ABROAD, BOOK = "hsg-timing-clinic", "hsg-timing-guideline", "hsg-timing-reference"
UNSIGNED = "Not yet signed off by a clinician."
SIGNED = "Signed off by Dr Kite on Saturday 31 January 2026."
Write = Callable[..., Leaflet]


def parts(leaflet: Leaflet) -> list[Part]:
    chapters = (leaflet.before, leaflet.day, leaflet.after)
    return [*(part for chapter in chapters for part in chapter.parts), *leaflet.signs.parts]


def passages(leaflet: Leaflet) -> list[Passage]:
    return [passage for part in parts(leaflet) for passage in part.passages]


def told(leaflet: Leaflet) -> list[str]:
    return [passage.text for passage in passages(leaflet)]


def only(found: Sequence[Part]) -> Part:
    (part,) = found
    return part


def house_rules(knowledge: Knowledge, procedure: Procedure) -> list[Row]:
    """Return the clinic's rows that hold for everybody and answer a topic of the leaflet."""
    return [
        one
        for one in knowledge.rows
        if procedure in one.procedures
        and (one.authority, one.audience, one.kind) == ("clinic", "patient", "answer")
        and one.topic in TOPICS
        and not one.conditions
    ]


def numbers_in(marks: Iterable[str]) -> set[int]:
    spans = [span.partition("-") for mark in marks if mark for span in mark.strip("[]").split(", ")]
    return {number for first, _, last in spans for number in range(int(first), int(last or first) + 1)}


# Rows


def test_every_house_rule_is_told_with_the_rest_of_it(write: Write, knowledge: Knowledge) -> None:
    rules = house_rules(knowledge, HSG)
    assert len(rules) > 8
    told = {(one.text, one.more) for one in passages(write(HSG)) if one.is_house_rule}
    assert told == {(rule.short, rule.more) for rule in rules}


def test_house_rule_is_marked_as_one_and_comes_first(write_rows: Write) -> None:
    leaflet = write_rows(row(ABROAD), row(HOUSE, more="Because of the wind."), row(BOOK))
    assert only(leaflet.before.parts).passages == (
        Passage(f"What {HOUSE} tells.", "Because of the wind.", "At this clinic", "[1]", is_house_rule=True),
        Passage(f"What {ABROAD} tells.", "", "In general", "[2]"),
        Passage(f"What {BOOK} tells.", "", "", "[2]"),
    )


def test_other_rows_are_told_in_short_and_without_a_label_where_no_house_rule_stands(write_rows: Write) -> None:
    leaflet = write_rows(row(ABROAD, more="And much more."))
    assert only(leaflet.before.parts).passages == (Passage(f"What {ABROAD} tells.", marks="[1]"),)


def test_row_for_some_patients_is_left_out(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE), row("hsg-timing-windy-clinic", conditions=["windy"]))
    assert told(leaflet) == [f"What {HOUSE} tells."]


def test_row_for_staff_or_of_the_other_procedure_is_left_out(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE), row("hsg-pain-clinic", audience="staff"), row("hysteroscopy-pain-clinic"))
    assert told(leaflet) == [f"What {HOUSE} tells."]


def test_row_that_tells_that_a_topic_does_not_arise_is_told(write_rows: Write) -> None:
    leaflet = write_rows(row("hsg-anaesthesia-reference", kind="does_not_apply"))
    assert told(leaflet) == ["What hsg-anaesthesia-reference tells."]


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_topics_stand_in_their_chapters_in_their_order(write: Write, wording: Wording, procedure: Procedure) -> None:
    leaflet = write(procedure)
    for chapter, topics in ((leaflet.before, BEFORE), (leaflet.day, DAY), (leaflet.after, AFTER)):
        labels = [wording.topic_label(topic) for topic in topics]
        places = [labels.index(part.title[:1].lower() + part.title[1:]) for part in chapter.parts]
        assert places == sorted(places)
        assert len(places) > 3


def test_every_topic_is_told_or_asked_about(write: Write) -> None:
    leaflet = write(HYSTEROSCOPY)
    assert len(parts(leaflet)) + len(leaflet.ask.passages) == len(TOPICS)


def test_leaflet_without_a_house_rule_says_so(write_rows: Write) -> None:
    assert "holds no rules of this clinic's own" in write_rows(row(ABROAD)).intro[0]


def test_leaflet_with_house_rules_tells_to_go_by_them(write_rows: Write) -> None:
    assert "Go by them first" in write_rows(row(HOUSE)).intro[0]


# Without an answer


def test_topic_without_an_answer_is_listed_with_what_the_table_says(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE), row("hsg-pain-reference", kind="not_covered", sources=[]))
    assert Passage("What hsg-pain-reference tells.", label="Pain") in leaflet.ask.passages
    assert told(leaflet) == [f"What {HOUSE} tells."]


def test_topic_without_a_row_is_listed_by_its_name_alone(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE))
    assert [one for one in leaflet.ask.passages if one.text] == []
    assert [one.label for one in leaflet.ask.passages][:2] == ["Sex before the test", "Bleeding on the day"]
    assert len(leaflet.ask.passages) == len(TOPICS) - 1


# Where sources differ


def test_difference_tells_who_decides_in_the_place_of_the_other_rows(write_rows: Write) -> None:
    part = only(write_rows(row(HOUSE), row(ABROAD), conflicts=[conflict("K1", [HOUSE], ["timing"])]).before.parts)
    assert [passage.text for passage in part.passages] == [f"What {HOUSE} tells."]
    assert part.differ == Passage("Where sources differ: What K1 tells. The kite maker decides.", marks="[1-2]")


def test_difference_is_told_where_it_first_comes_up(write_rows: Write) -> None:
    rows = [row(HOUSE), row("hsg-pain-clinic"), row("hsg-pain-reference")]
    leaflet = write_rows(*rows, conflicts=[conflict("K1", [HOUSE, "hsg-pain-clinic"], ["timing", "pain"])])
    assert [part.differ is not None for part in parts(leaflet)] == [True, False]
    assert "What hsg-pain-reference tells." in told(leaflet)


def test_what_only_looks_like_a_difference_is_not_told(write_rows: Write) -> None:
    alike = conflict("K1", [HOUSE], ["timing"], kind="look_alike")
    part = only(write_rows(row(HOUSE), row(ABROAD), conflicts=[alike]).before.parts)
    assert (part.differ, len(part.passages)) == (None, 2)


def test_every_plain_difference_of_the_table_is_told_once(write: Write, knowledge: Knowledge) -> None:
    differ = [part.differ.text for part in parts(write(HSG)) if part.differ]
    plain = [one for one in knowledge.conflicts if one.kind == "true_conflict"]
    assert len(differ) > 8
    assert {one.id: sum(one.told in text for text in differ) for one in plain if one.told in " ".join(differ)} == {
        one.id: 1 for one in plain if one.told in " ".join(differ)
    }


# Signed or not, and the review


def test_unsigned_rows_are_left_out_where_sign_off_is_demanded(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE), signed(row(ABROAD)), require_sign_off=True)
    assert told(leaflet) == [f"What {ABROAD} tells."]
    assert UNSIGNED not in " ".join([*leaflet.intro, *leaflet.about.texts, *parts(leaflet)[0].notes])


def test_shipped_leaflet_holds_signed_rows_alone_where_sign_off_is_demanded(write: Write, knowledge: Knowledge) -> None:
    approved = {one.short for one in knowledge.rows if one.status == "approved"}
    leaflet = write(HSG, require_sign_off=True)
    assert set(told(leaflet)) <= approved
    assert all(entry.status == "approved" for entry in knowledge.checklist) or not leaflet.checks.ticks


def test_leaflet_of_unsigned_rows_says_so_at_its_beginning_and_at_its_end(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE))
    assert (UNSIGNED in leaflet.intro[-1], UNSIGNED in " ".join(leaflet.about.texts)) == (True, True)
    assert only(leaflet.before.parts).notes == ()


def test_topic_with_an_unsigned_row_says_so_where_others_are_signed(write_rows: Write) -> None:
    leaflet = write_rows(signed(row(HOUSE)), row("hsg-steps-reference"))
    assert [part.notes for part in parts(leaflet)] == [(SIGNED,), (UNSIGNED,)]
    assert UNSIGNED not in " ".join(leaflet.intro)


def test_topic_whose_review_is_due_says_since_when(write_rows: Write) -> None:
    leaflet = write_rows(row(HOUSE, review_by="2027-01-04"), row("hsg-steps-reference", review_by="2027-01-05"))
    first, second = parts(leaflet)
    assert first.notes == (
        "This answer should have been checked again by Monday 4 January 2027. Please ask the clinic if it still holds.",
    )
    assert second.notes == ()


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_leaflet_says_that_it_is_no_advice(write: Write, procedure: Procedure) -> None:
    leaflet = write(procedure)
    sentence = "This is general information, not medical advice."
    assert (sentence in " ".join(leaflet.intro), sentence in " ".join(leaflet.about.texts)) == (True, True)


# What the clinic must know


def test_clinic_must_know_what_the_checklist_tells(write: Write, knowledge: Knowledge) -> None:
    wanted = [(entry.asks, entry.tell) for entry in knowledge.checklist if entry.is_of("hysteroscopy")]
    assert len(wanted) > 3
    assert [(tick.asks, tick.tell) for tick in write(HYSTEROSCOPY).checks.ticks] == wanted


# Warning signs


def test_warning_signs_stand_by_their_level(write: Write, signs: WarningSigns) -> None:
    groups = {group.level: set(group.names) for group in write(HSG).signs.groups}
    assert groups == {
        "emergency": {sign.name for sign in signs.signs if sign.level == "emergency"},
        "clinic_now": {sign.name for sign in signs.signs if sign.level == "clinic_now"},
        "before_visit": {sign.name for sign in signs.signs if "before_visit" in (sign.level, sign.level_before)},
    }


def test_warning_signs_say_whom_to_call(write: Write, clinic: Clinic) -> None:
    emergency, clinic_now, before_visit = write(HYSTEROSCOPY).signs.groups
    assert clinic.emergency_number in emergency.title
    assert [phone.number for phone in clinic.phones if phone.number not in clinic_now.how] == []
    assert "Before the hysteroscopy" in before_visit.title


def test_rows_on_warning_signs_stand_with_them(write_rows: Write) -> None:
    entry = row("hsg-signs-reference", topic="warning_signs")
    part = only(write_rows(row(HOUSE), entry).signs.parts)
    assert (part.title, part.passages[0].text) == ("What the sources say", "What hsg-signs-reference tells.")


# Her dates


def test_her_days_have_their_titles_and_are_written_out(write: Write) -> None:
    events = [
        Event("prepare", date(2031, 3, 3), date(2031, 3, 3), ()),
        Event("window", date(2031, 3, 4), date(2031, 3, 8), ()),
    ]
    assert [(day.title, day.days) for day in write(HSG, events).dates.days] == [
        ("Prepare for your HSG", "Monday 3 March 2031"),
        ("Days for your HSG", "Tuesday 4 March 2031 to Saturday 8 March 2031"),
    ]


def test_leaflet_without_events_holds_no_days(write: Write) -> None:
    assert write(HSG).dates.days == ()


# Sources


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([1], "1"), ([2, 1], "1-2"), ([1, 2, 3], "1-3"), ([5, 1, 2, 3, 9, 8], "1-3, 5, 8-9"), ([4, 4], "4"), ([], "")],
)
def test_neighbouring_numbers_are_put_together(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@pytest.mark.parametrize("procedure", [HSG, HYSTEROSCOPY])
def test_every_number_leads_to_a_source_and_every_source_is_named(write: Write, procedure: Procedure) -> None:
    leaflet = write(procedure)
    marks = [
        *(one.marks for one in passages(leaflet)),
        *(part.differ.marks for part in parts(leaflet) if part.differ),
        *(one.marks for one in (*leaflet.checks.ticks, *leaflet.signs.groups, *leaflet.ask.passages)),
    ]
    numbers = [source.number for source in leaflet.about.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers_in(marks) == set(numbers)


def test_every_row_is_marked_with_its_sources(write: Write, knowledge: Knowledge) -> None:
    leaflet = write(HSG)
    titles = {source.number: source.title for source in leaflet.about.sources}
    known = {source.id: source.title for source in knowledge.sources}
    rules = {rule.short: {known[source.id] for source in rule.sources} for rule in house_rules(knowledge, HSG)}
    marked = {
        one.text: {titles[number] for number in numbers_in([one.marks])}
        for one in passages(leaflet)
        if one.is_house_rule
    }
    assert marked == rules


def test_source_tells_its_parts_its_address_and_when_it_was_read(write: Write, knowledge: Knowledge) -> None:
    leaflet = write(HSG)
    known = {source.title: source for source in knowledge.sources}
    first = leaflet.about.sources[0]
    source = known[first.title]
    assert (first.publisher, first.url) == (f"{source.publisher}.", source.url)
    assert "Process, item 2" in first.section
    assert f"read on {source.read_on.day} " in " ".join([*leaflet.about.texts, first.read_on]).lower()


def test_source_that_was_read_on_another_day_names_it(write_rows: Write) -> None:
    rows = [row(HOUSE), row(ABROAD), row("hsg-steps-reference", sources=[{"id": "T3", "section": "Page of strings"}])]
    leaflet = write_rows(*rows, read_on={"T3": date(2026, 3, 9)})
    assert leaflet.about.texts[-1].startswith("The sources were read on 31 January 2026")
    assert [source.read_on for source in leaflet.about.sources][:3] == ["", "", "Read on 9 March 2026."]


# Clinic and version


def test_head_names_the_clinic_its_phones_and_the_emergency_number(write: Write, clinic: Clinic) -> None:
    head = write(HSG).head
    assert (head.clinic, head.address, head.emergency.link) == (clinic.name, clinic.address, "tel:120")
    assert [phone.number in line.text for phone, line in zip(clinic.phones, head.phones, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("number", "address"), [("+86 21 5550 0100", "tel:+862155500100"), ("(01) 23-45", "tel:012345")]
)
def test_telephone_address_holds_digits_alone(number: str, address: str) -> None:
    assert telephone(number) == address


def test_footer_names_procedure_version_and_day(write: Write, engine: Engine) -> None:
    with Session(engine) as session:
        loaded = session.get(Load, SHIPPED)
        assert loaded is not None
        version = loaded.fingerprint[:8]
    leaflet = write(HYSTEROSCOPY)
    assert leaflet.footer == f"Hysteroscopy · version {version} · printed on Tuesday 5 January 2027"
    assert version in leaflet.about.texts[0]


def test_version_is_that_of_the_texts_where_no_shipped_table_was_loaded(
    monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    loaded = write(HSG).footer
    monkeypatch.setattr("bot.leaflet.content.SHIPPED", "nothing")
    of_texts = write(HSG).footer
    assert of_texts != loaded
    assert write(HYSTEROSCOPY).footer.partition("·")[2] != of_texts.partition("·")[2]
