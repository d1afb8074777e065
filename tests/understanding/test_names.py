"""The procedures that a text names, right and misspelt, the conditions it reveals, and what must not match."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.shapes import Knowledge
from bot.question import Procedure
from bot.understanding.names import (
    Mention,
    NameFinder,
    build_name_finder,
    conditions_of,
    procedures_of,
    with_standard_names,
)

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
NAMES = {"hsg": "HSG", "hysteroscopy": "hysteroscopy"}


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


# Procedures

HSG_TEXTS = [
    "HSG",
    "hsg?",
    "my Hsg, is it safe",
    "(HSG)",
    "the HSG's cost",
    "hsg-test",
    "H.S.G.",
    "an h.s.g please",
    "are hsgs safe",
    "HyCoSy",
    "hysterosalpingogram",
    "Hysterosalpingography",
    "hysterosalpingogramm",
    "hysterosalpingram",
    "hysterosalphingogram",
    "hysterosalpinogram",
    "histerosalpingogram",
    "hystersalpingogram",
    "hystosalpingogram",
    "hysterosalpingografia",
    "hystero-salpingogram",
    "hystero salpingogram",
    "Hystero-Salpingography",
    "histero salpingogram",
    "salpingogram",
    "is the dye test safe",
    "the die test",
    "dye x-ray",
    "dye x ray",
    "xray with dye",
    "x ray with dye",
    "X-ray of my tubes",
    "xray of tubes",
    "tube test",
    "getting my tubes checked",
    "tubal patency test",
    "the one with the dye",
]
HYSTEROSCOPY_TEXTS = [
    "hysteroscopy",
    "Hysteroscopy?",
    "HYSTEROSCOPY!",
    "two hysteroscopies",
    "a hysteroscope",
    "hysteroscopic polypectomy",
    "hystroscopy",
    "histeroscopy",
    "histroscopy",
    "hysterscopy",
    "hysteriscopy",
    "hysteroscapy",
    "hysteroskopy",
    "hysterocopy",
    "hysterosopy",
    "hysterosocpy",
    "hsyteroscopy",
    "hyteroscopy",
    "hystoroscopy",
    "hysteroscopie",
    "histeroscopia",
    "the hysto",
    "camera test",
    "a camera in my womb",
    "womb camera",
    "the scope test",
    "the one with the camera",
    "a look inside my womb",
]
OTHER_TEXTS = [
    "",
    "history",
    "my medical history",
    "historical",
    "hysterectomy",
    "hysterotomy",
    "hysteropexy",
    "hysterical",
    "hysteria",
    "scope of the problem",
    "histology",
    "histogram",
    "laparoscopy",
    "colonoscopy",
    "colposcopy",
    "cystoscopy",
    "gastroscopy",
    "ureteroscopy",
    "arthroscopy",
    "laryngoscopy",
    "endoscopy",
    "hygroscopic",
    "stethoscope",
    "microscope",
    "horoscope",
    "salpingectomy",
    "salpingitis",
    "salpingostomy",
    "hydrosalpinx",
    "sonohysterogram",
    "lumpectomy",
    "appendectomy",
    "mammogram",
    "chest x-ray",
    "test tube baby",
    "tubes tied",
    "tubal ligation",
    "hair dye",
    "video camera",
    "webcam",
    "HCG",
    "HSV",
    "MRI",
    "hgs",
    "ultrasound",
]


@pytest.mark.parametrize("text", HSG_TEXTS)
def test_text_names_the_hsg(finder: NameFinder, text: str) -> None:
    assert procedures_of(finder.find(text)) == (HSG,)


@pytest.mark.parametrize("text", HYSTEROSCOPY_TEXTS)
def test_text_names_the_hysteroscopy(finder: NameFinder, text: str) -> None:
    assert procedures_of(finder.find(text)) == (HYSTEROSCOPY,)


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_text_about_something_else_names_nothing(finder: NameFinder, text: str) -> None:
    assert finder.find(text) == []


@pytest.mark.parametrize(
    ("text", "procedures"),
    [
        ("HSG or hysteroscopy?", (HSG, HYSTEROSCOPY)),
        ("hysteroscopy or HSG?", (HYSTEROSCOPY, HSG)),
        ("hsg/hysteroscopy", (HSG, HYSTEROSCOPY)),
        ("HSG-hysteroscopy", (HSG, HYSTEROSCOPY)),
        ("the dye test, then the camera test, then the dye test again", (HSG, HYSTEROSCOPY)),
        ("a hysteroscopy after a hysterosalpingogram", (HYSTEROSCOPY, HSG)),
    ],
)
def test_text_names_both_in_the_order_they_stand(
    finder: NameFinder, text: str, procedures: tuple[Procedure, ...]
) -> None:
    assert procedures_of(finder.find(text)) == procedures


@pytest.mark.parametrize("text", ["dye  test", "camera\ntest", "I am allergic  to iodine"], ids=repr)
def test_name_or_phrase_is_found_however_its_words_are_spaced(finder: NameFinder, text: str) -> None:
    assert len(finder.find(text)) == 1


def test_every_listed_name_is_found_as_its_own_procedure(finder: NameFinder, knowledge: Knowledge) -> None:
    listed = [(entry.id, name) for entry in knowledge.procedures for name in entry.names]
    found = [(procedures_of(finder.find(f"Is the {name} safe?")), name) for _, name in listed]
    assert len(listed) > 100
    assert found == [((Procedure(procedure),), name) for procedure, name in listed]


def test_every_button_names_the_procedure_it_asks_for(finder: NameFinder, knowledge: Knowledge) -> None:
    asked = [(topic.ask.format(procedure=name), id_) for topic in knowledge.topics for id_, name in NAMES.items()]
    assert len(asked) == 2 * len(knowledge.topics) > 0
    assert [text for text, procedure in asked if procedures_of(finder.find(text)) != (procedure,)] == []


def test_every_button_without_a_procedure_names_none(finder: NameFinder, knowledge: Knowledge) -> None:
    asked = [topic.ask.format(procedure="test") for topic in knowledge.topics]
    assert asked
    assert [text for text in asked if procedures_of(finder.find(text))] == []


# Mentions


def test_mention_tells_where_it_stands(finder: NameFinder) -> None:
    text = "Does a Hystroscopy hurt?"
    (mention,) = finder.find(text)
    assert mention == Mention("procedure", "hysteroscopy", 7, 18, "Hystroscopy")
    assert text[mention.start : mention.end] == mention.text


def test_longer_of_two_overlapping_names_is_found(finder: NameFinder) -> None:
    assert [mention.text for mention in finder.find("hystero-salpingogram")] == ["hystero-salpingogram"]


def test_mentions_stand_in_the_order_of_the_text(finder: NameFinder) -> None:
    mentions = finder.find("I have polyps, can I have an HSG?")
    assert [mention.value for mention in mentions] == ["polyps", "hsg"]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("HSG", True),
        ("hysteroscopy.", True),
        (" the one with the dye ", False),
        ("one with the dye", True),
        ("HSG, hysteroscopy", True),
        ("(hystroscopy)!", True),
        ("HSG cost", False),
        ("And for HSG?", False),
        ("the HSG", False),
        ("polyps", False),
        ("hello", False),
        ("", False),
        ("?", False),
    ],
)
def test_message_may_be_a_name_and_nothing_else(finder: NameFinder, text: str, alone: bool) -> None:
    assert finder.is_only_a_name(text) is alone


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("Does the dye test hurt?", "Does the HSG hurt?"),
        ("hystroscopy or hysterosalpingogram", "hysteroscopy or HSG"),
        ("HYSTEROSCOPY", "hysteroscopy"),
        ("I have polyps", "I have polyps"),
        ("I have polyps, is a camera test safe?", "I have polyps, is a hysteroscopy safe?"),
        ("", ""),
    ],
)
def test_names_are_replaced_by_the_standard_ones(finder: NameFinder, text: str, standard: str) -> None:
    assert with_standard_names(text, finder.find(text), NAMES) == standard


# Conditions


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("I am allergic to iodine", {"iodine_allergy"}),
        ("i'm ALERGIC to iodine!!", {"iodine_allergy"}),
        ("my thyriod is slow", {"thyroid_disease"}),
        ("I take levothyroxine", {"thyroid_disease"}),
        ("I am still bleeding", {"still_bleeding"}),
        ("I might be pregnant", {"pregnancy_possible"}),
        ("I live outside Shanghai", {"out_of_town"}),
        ("I had PID two years ago", {"past_pelvic_infection"}),
        ("I have endometriosis", {"endometriosis"}),
        ("we had a failed IVF", {"failed_ivf"}),
        ("Lipiodol", {"oil_contrast"}),
        ("polyps and fibroids", {"polyps", "fibroids"}),
        ("thyroid, and allergic to the dye", {"thyroid_disease", "iodine_allergy"}),
    ],
)
def test_text_reveals_conditions(finder: NameFinder, text: str, conditions: set[str]) -> None:
    assert conditions_of(finder.find(text)) == conditions


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "iodine",
        "salt with iodine",
        "bleeding",
        "infection",
        "IVF",
        "olive oil",
        "fibrous",
        "the graveside",
        "Shanghai",
        "when can I get pregnant?",
        "instrumental music",
        "polypropylene",
    ],
)
def test_text_reveals_nothing(finder: NameFinder, text: str) -> None:
    assert conditions_of(finder.find(text)) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "I am not allergic to iodine",
        "I have no iodine allergy",
        "I do not have endometriosis",
        "I have never had PID",
        "I don't have a thyroid problem",
        "there are no fibroids",
    ],
)
def test_text_that_denies_a_condition_does_not_reveal_it(finder: NameFinder, text: str) -> None:
    assert conditions_of(finder.find(text)) == frozenset()


@pytest.mark.parametrize(
    "write",
    [str.lower, str.capitalize, str.upper, lambda phrase: phrase.replace("'", "\u2019")],
    ids=["small letters", "capital first", "capitals", "apostrophe of telephones"],
)
def test_every_listed_phrase_reveals_its_condition(
    finder: NameFinder, knowledge: Knowledge, write: Callable[[str], str]
) -> None:
    listed = [(entry.id, phrase) for entry in knowledge.conditions for phrase in entry.phrases]
    assert len(listed) > 300
    assert [phrase for name, phrase in listed if name not in conditions_of(finder.find(f"{write(phrase)}?"))] == []


def test_every_label_reveals_its_condition_when_pressed_as_a_button(finder: NameFinder, knowledge: Knowledge) -> None:
    assert knowledge.conditions
    assert [entry.id for entry in knowledge.conditions if entry.id not in conditions_of(finder.find(entry.label))] == []


# Any text

pieces = st.sampled_from(["hsg", "hysteroscopy", "dye ", "test ", "allergic to iodine", "polyps", " ", "'", "-", "\n"])
messages = st.text(max_size=80) | st.lists(pieces | st.text(max_size=4), max_size=12).map("".join)


@settings(deadline=None)
@given(text=messages)
def test_mentions_of_any_text_stand_in_it(finder: NameFinder, text: str) -> None:
    mentions = finder.find(text)
    assert [text[mention.start : mention.end] for mention in mentions] == [mention.text for mention in mentions]


@settings(deadline=None)
@given(text=messages)
def test_any_text_can_be_asked_whether_it_is_only_a_name(finder: NameFinder, text: str) -> None:
    if finder.is_only_a_name(text):
        assert procedures_of(finder.find(text))


@settings(deadline=None)
@given(text=messages)
def test_names_of_any_text_are_standard_after_replacing(finder: NameFinder, text: str) -> None:
    mentions = finder.find(text)
    standard = with_standard_names(text, mentions, NAMES)
    assert all(NAMES[procedure] in standard for procedure in procedures_of(mentions))


@pytest.mark.parametrize("text", ["x" * 100_000, "hsg " * 5_000, "/" * 10_000, "hysteroscop" * 500], ids=len)
def test_long_text_is_read(finder: NameFinder, text: str) -> None:
    assert procedures_of(finder.find(text)) == ((HSG,) if "hsg" in text else ())
