"""The procedures that a text names, what it reveals or denies of her, where she stands, and what must not match."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.shapes import PLACEHOLDER, Knowledge
from bot.question import Phase, Procedure
from bot.understanding.names import (
    Mention,
    NameFinder,
    build_name_finder,
    conditions_of,
    denied_conditions_of,
    phase_of,
    procedures_of,
    standard_names,
)
from bot.understanding.views import Edited

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
BEFORE, DAY, AFTER = Phase.BEFORE, Phase.DAY, Phase.AFTER
NAMES = {"hsg": "HSG", "hysteroscopy": "hysteroscopy"}
WRITE: list[Callable[[str], str]] = [
    str.lower,
    str.capitalize,
    str.upper,
    lambda phrase: phrase.replace("'", "\u2019"),
]
WAYS = ["small letters", "capital first", "capitals", "apostrophe of telephones"]


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


@pytest.fixture(scope="module")
def in_words(knowledge: Knowledge) -> Callable[[str], str]:
    """Write a phrase as a patient would, with the first words that each placeholder stands for."""
    words = {"name": "HSG"} | {entry.id: entry.words[0] for entry in knowledge.placeholders}

    def write(phrase: str) -> str:
        while PLACEHOLDER.search(phrase):
            phrase = PLACEHOLDER.sub(lambda found: words[found.group(1)], phrase)
        return phrase

    return write


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
    assert Edited(text).edit(standard_names(finder.find(text), NAMES)).text == standard


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
        ("They used lipiodol", {"oil_contrast"}),
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


@pytest.mark.parametrize("write", WRITE, ids=WAYS)
def test_every_listed_phrase_reveals_its_condition(
    finder: NameFinder, knowledge: Knowledge, in_words: Callable[[str], str], write: Callable[[str], str]
) -> None:
    listed = [(entry.id, write(in_words(phrase))) for entry in knowledge.conditions for phrase in entry.phrases]
    assert len(listed) > 2000
    assert [phrase for name, phrase in listed if name not in conditions_of(finder.find(f"{phrase}?"))] == []


def test_every_label_reveals_its_condition_when_pressed_as_a_button(finder: NameFinder, knowledge: Knowledge) -> None:
    assert knowledge.conditions
    assert [entry.id for entry in knowledge.conditions if entry.id not in conditions_of(finder.find(entry.label))] == []


IODINE = [
    "i am alergic to iodine",
    "contrast dye gives me trouble, i reacted to contrast in 2019",
    "had an allergic reaction to the dye at a ct",
    "i get hives from contrast",
    "betadine gives me a rash",
    "i cant have iodine",
    "I have an iodine intolerance",
    "no allergies except iodine",
    "my skin: rash from betadine every time",
    "im iodine sensitive",
]
THYROID = [
    "im hypothyroid",
    "tiroid trouble since school",
    "i take eltroxin",
    "I have hashi's",
    "my TSH is too high",
    "grave's disease since 2018",
    "on carbimazole",
    "thyroid is fine on tablets",
    "I have no thyroid left",
    "i had a thyroidectomy",
]
IRREGULAR = [
    "my periods are irregular",
    "my cycle's all over the place",
    "i dont have regular periods",
    "irregular periods, when to come",
    "mid cycle spotting again",
    "I never know when my period comes",
    "iregular cycles",
    "spotting constantly",
    "two periods a month",
    "i bleed irregularly",
]
STILL = [
    "im stil bleeding",
    "my period still hasn't finished",
    "I haven't stopped bleeding",
    "still some blood when i wipe",
    "the bleeding did not stop",
    "my period is dragging on",
    "not clean yet",
    "still on my menses",
    "my period isnt over",
    "I am bleeding still",
]
INFECTION = [
    "i had clamydia at 19",
    "my ex gave me chlamydia",
    "treated for gonorrhoea at twenty-two",
    "I was in hospital with PID",
    "pid when i was a student",
    "had an infection in my tubes",
    "a pelvic infection years ago",
    "history of an STI",
    "old chlamydia, still count?",
    "I had pelvic inflammatory disease",
]
OIL = [
    "they used oil",
    "I had lipiodol yesterday",
    "my HSG was with iodine oil",
    "my dye test was done with oil",
    "i had the oil flush in march",
    "it was the oil one",
    "they gave me the oily dye",
    "the letter says lipiodol",
    "we opted for poppy seed oil",
    "My HSG is with oil contrast",
]
WATER = [
    "they used the water soluble contrast",
    "my hsg is with water",
    "it was the watery kind",
    "mine was with water based dye",
    "I had water contrast",
    "the doctor used omnipaque",
    "they will use water-based dye",
    "i got the water one",
    "had my dye test with water soluble dye",
    "My HSG is with water contrast",
]
TOWN = [
    "i live in another town",
    "we are flying in from beijing",
    "I live hours away from the clinic",
    "coming from another province",
    "im not local",
    "we live abroad",
    "I'm from Hangzhou",
    "i take the high speed train",
    "we live 300 km away",
    "i don't live here",
]
ASLEEP = [
    "i'm having it under general",
    "under a GA on friday",
    "can they put me out",
    "I want to be asleep",
    "will they knock me out",
    "with general anestesia",
    "under full anaesthetic",
    "I will be asleep",
    "under narcosis",
    "can i sleep through it",
]
SURGERY = [
    "i had a polyp removed in may",
    "after polyp removal",
    "They removed two polyps",
    "had my polyp out under general",
    "my polypectomy: after my polypectomy i bled",
    "a fibroid was taken out, so the fibroid was removed",
    "I had a septum cut",
    "they took the polyp out",
    "i had a d&c after the loss",
    "my womb was operated on twice",
]
WIDE = {
    "iodine_allergy": IODINE,
    "thyroid_disease": THYROID,
    "irregular_bleeding": IRREGULAR,
    "still_bleeding": STILL,
    "past_pelvic_infection": INFECTION,
    "oil_contrast": OIL,
    "water_contrast": WATER,
    "out_of_town": TOWN,
    "general_anaesthetic": ASLEEP,
    "past_womb_surgery": SURGERY,
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WIDE.items() for text in texts])
def test_text_as_patients_write_reveals_a_condition(finder: NameFinder, name: str, text: str) -> None:
    assert name in conditions_of(finder.find(text))


@pytest.mark.parametrize("name", WIDE)
def test_condition_with_rows_has_many_phrases(knowledge: Knowledge, name: str) -> None:
    (phrases,) = [entry.phrases for entry in knowledge.conditions if entry.id == name]
    assert len(phrases) >= 25


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("oil_contrast", text)
            for text in [
                "is the dye oil based?",
                "Is it oil or water based",
                "do they use lipiodol?",
                "I don't know if it is oil or water",
                "will my hsg be with oil?",
                "my hsg, with oil or water?",
                "is my hsg with oil or water",
                "which is better, oil contrast or water contrast",
                "what is lipiodol",
                "how long does oil contrast stay inside",
                "does oil raise my chances more than water",
                "why don't you use oil",
                "my friend had lipiodol",
                "can I have the oil one?",
                "which clinic uses lipiodol",
            ]
        ),
        *(
            ("water_contrast", text)
            for text in [
                "is the dye water based?",
                "does water soluble dye hurt less",
                "do you use water or oil",
                "I had water this morning",
                "can i drink water before",
                "they did not tell me whether it is water based",
                "what is omnipaque",
            ]
        ),
        *(
            ("iodine_allergy", text)
            for text in [
                "how common is a reaction to the dye",
                "do people react to the contrast",
                "can I get an allergic reaction to contrast dye?",
                "what are signs of an allergy to the dye",
                "I have a shellfish allergy",
                "my husband is allergic to iodine",
            ]
        ),
        *(
            ("thyroid_disease", text)
            for text in ["my thyroid is fine", "thyroid ok, cycle day 9", "my mother has thyroid problems"]
        ),
        *(
            ("irregular_bleeding", text)
            for text in ["are irregular periods common after the HSG", "will bleeding be irregular", "regular periods"]
        ),
        *(
            ("still_bleeding", text)
            for text in ["the bleeding has stopped", "when the bleeding has stopped can i come?", "when does it stop"]
        ),
        *(
            ("past_pelvic_infection", text)
            for text in [
                "can the hsg cause an infection",
                "my husband had chlamydia",
                "do women who had pid need pills",
            ]
        ),
        *(
            ("out_of_town", text)
            for text in ["I live in Shanghai", "can I travel after the HSG", "can I fly the next day"]
        ),
        *(
            ("general_anaesthetic", text)
            for text in ["Am I awake or asleep for the HSG?", "I want to be awake", "only a local", "is it numbed"]
        ),
        *(
            ("past_womb_surgery", text)
            for text in ["can my polyp be removed", "is a septum cut dangerous", "will they remove the polyp"]
        ),
    ],
)
def test_text_that_only_asks_or_is_about_another_does_not_reveal_a_condition(
    finder: NameFinder, name: str, text: str
) -> None:
    assert name not in conditions_of(finder.find(text))


# Conditions that are denied


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("I don't have a thyroid problem", {"thyroid_disease"}),
        ("i dont have a thyroid problem", {"thyroid_disease"}),
        ("I have no thyroid problems", {"thyroid_disease"}),
        ("my thyroid is normal", {"thyroid_disease"}),
        ("there is nothing wrong with my thyroid", {"thyroid_disease"}),
        ("no, I am not allergic to iodine", {"iodine_allergy"}),
        ("sorry, im not allergic to the dye", {"iodine_allergy"}),
        ("I have no known allergies", {"iodine_allergy"}),
        ("I have no iodine allergy, can I have the HSG?", {"iodine_allergy"}),
        ("the bleeding has stopped", {"still_bleeding"}),
        ("My period is over now, when can I come?", {"still_bleeding"}),
        ("i'm not bleeding anymore", {"still_bleeding"}),
        ("I am no longer still bleeding", {"still_bleeding"}),
        ("I never had chlamydia", {"past_pelvic_infection"}),
        ("I have never had an infection", {"past_pelvic_infection"}),
        ("they used water, not oil", {"oil_contrast"}),
        ("it was not lipiodol", {"oil_contrast"}),
        ("I live in Shanghai", {"out_of_town"}),
        ("I am not having a general anaesthetic", {"general_anaesthetic"}),
        ("i'll be awake", {"general_anaesthetic"}),
        ("my periods are regular", {"irregular_bleeding"}),
        ("I have no polyps or fibroids", {"polyps", "fibroids"}),
        ("they found no polyps, no adhesions", {"polyps", "adhesions"}),
        ("the test was negative, I'm not pregnant", {"pregnancy_possible"}),
        ("my thrush is gone", {"current_infection"}),
        ("I do not have endometriosis", {"endometriosis"}),
        ("I never had any surgery", {"past_womb_surgery"}),
    ],
)
def test_text_denies_conditions(finder: NameFinder, text: str, conditions: set[str]) -> None:
    mentions = finder.find(text)
    assert denied_conditions_of(mentions) == conditions
    assert not conditions_of(mentions) & conditions


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "I have a thyroid problem",
        "no I have a thyroid problem",
        "no i have polyps",
        "no my thyroid is underactive",
        "Can I not have the HSG with an iodine allergy?",
        "is it not dangerous with an iodine allergy",
        "don't I need tests with thyroid disease?",
        "why can I not have it with thyroid disease",
        "do I have no polyps then?",
        "if I don't have a thyroid problem is it safe",
        "what if I am not allergic to iodine",
        "I am not sure if I have a thyroid problem",
        "I cannot eat because of my endometriosis",
        "when the bleeding has stopped can I come?",
        "once my period is over",
        "how many days after my period is over",
        "until the bleeding has stopped",
        "has my bleeding stopped too early",
        "if the bleeding has stopped",
        "the bleeding hasn't stopped",
        "I don't think the bleeding has stopped",
        "my period is not over",
        "I don't live in Shanghai",
        "Will I be awake?",
        "am I awake or asleep",
        "is my thyroid normal",
        "my thyroid is fine on tablets",
        "I have no thyroid left",
        "why not oil?",
        "I don't have regular periods",
        "the doctor did not tell me about my polyps",
    ],
)
def test_text_without_a_plain_denial_denies_nothing(finder: NameFinder, text: str) -> None:
    assert denied_conditions_of(finder.find(text)) == frozenset()


def test_every_listed_denial_denies_its_condition(
    finder: NameFinder, knowledge: Knowledge, in_words: Callable[[str], str]
) -> None:
    listed = [(entry.id, in_words(phrase)) for entry in knowledge.conditions for phrase in entry.denied_by]
    assert len(listed) > 100
    assert [phrase for name, phrase in listed if name not in denied_conditions_of(finder.find(phrase))] == []


def test_denied_condition_is_a_mention_of_its_words(finder: NameFinder) -> None:
    text = "I am not allergic to iodine."
    assert finder.find(text) == [Mention("denied_condition", "iodine_allergy", 9, 27, "allergic to iodine")]


def test_condition_that_is_denied_and_revealed_is_not_denied(finder: NameFinder) -> None:
    mentions = finder.find("I have no polyps now but I had polyps before, I have polyps")
    assert "denied_condition" in {mention.kind for mention in mentions}
    assert (conditions_of(mentions), denied_conditions_of(mentions)) == ({"polyps"}, frozenset())


def test_button_denies_nothing(finder: NameFinder, knowledge: Knowledge) -> None:
    asked = [topic.ask.format(procedure=name) for topic in knowledge.topics for name in (*NAMES.values(), "test")]
    pressed = [*asked, *(entry.label for entry in knowledge.conditions)]
    assert [text for text in pressed if denied_conditions_of(finder.find(text))] == []


# Where she stands

AFTER_TEXTS = [
    "I had my HSG yesterday",
    "had my hsg yesterday",
    "i've just had my hysteroscopy",
    "since the test I have cramps",
    "I am bleeding since the test",
    "mild backache since the procedure",
    "I have cramps after my hysteroscopy",
    "After my hysteroscopy I have been bleeding",
    "they did it this morning",
    "They did my HSG on day 8",
    "it is done",
    "it's done, when do I get the results?",
    "i had it on monday",
    "3 days post hsg and still spotting",
    "2 days post-hsg",
    "The test was on day 8, today is day 12",
    "My hysteroscopy was on the 3rd",
    "HSG was yesterday. No fever.",
    "did hsg on monday morning",
    "Had the scope on Tuesday and they took out a polyp",
    "can i take a bath i had my hsg yesterday",
    "i had the dye test two weeks ago, is it normal to spot?",
    "My wife had her hysteroscopy on Friday",
    "I got it done last week",
    "mine was yesterday",
    "I'm bleeding six days after the dye test",
    "my tube test went well",
    "hysteroscopy yesterday, can I work",
    "I had my HYSTEROSCOPPY yesterday",
    "I'm back from the HSG",
]
BEFORE_TEXTS = [
    "I am booked for an HSG",
    "my wife is booked for a hysteroscopy",
    "is booked for hsg",
    "tomorrow i have the hysteroscopy",
    "I have my HSG tmrw",
    "my HSG is next week",
    "my appointment is next week",
    "my appointment is on Friday, can I eat?",
    "I'm going to have a hysteroscopy",
    "am due to have the hsg",
    "im having it on friday",
    "my dye test is on friday",
    "hsg tomorrow",
    "tsh 3, womb camera tomorrow",
    "I haven't had my HSG yet",
    "i have not had it yet",
    "I've got the tube x-ray next Monday",
    "mine is on the 19th",
    "I am nervous before my hsg",
    "still waiting for my hysteroscopy",
    "the doctor wants me to have an HSG",
    "the hysteroscopy is in four days",
    "we had sex, my test is on tuesday",
    "My hsg is booked",
    "what should I eat I have my hsg tomorrow",
]
DAY_TEXTS = [
    "today is the day",
    "Today is the day!",
    "i am having it today",
    "I have my HSG today, may I eat?",
    "my hysteroscopy is today",
    "my hsg is this afternoon",
    "my appointment is today",
    "on my way to the hsg",
    "I'm on my way to the clinic",
    "in the waiting room, am I allowed to drink",
    "I am sitting in the waiting room",
    "tube xray this afternoon",
    "my test is in two hours",
    "today I have the hysteroscopy",
    "heavy flow, hysteroscopy in 3 hrs",
    "I am about to go in",
    "they are about to start",
    "her HSG is today",
    "my dye test is at 3 today",
    "im at the clinic now",
    "getting my hsg done this morning",
]
NOWHERE_TEXTS = [
    "hello",
    "HSG",
    "What happens after the HSG?",
    "what happens after my hysteroscopy",
    "when can I bathe after the test",
    "can I eat before the HSG",
    "Can I eat before my hsg?",
    "how long after the hysteroscopy can we try",
    "Is bleeding after the hsg normal?",
    "is spotting 3 days after hsg normal",
    "after the test can I drive",
    "I am worried about pain after my hsg",
    "I want to swim after the hsg",
    "i have to work after my hsg",
    "can i have it tomorrow?",
    "Can I have the HSG next week?",
    "do i have the test tomorrow",
    "should I have it on monday",
    "is it done on monday",
    "how it is done",
    "I want to know where it is done",
    "it is done by a doctor",
    "when it is done can i go home",
    "once I have had my hsg",
    "if I had my hsg yesterday can i bathe",
    "what if I had it yesterday",
    "have i had my hsg",
    "did I have the test",
    "did the hsg hurt my eggs",
    "do I have to be booked for an hsg",
    "how do I get booked for an hsg",
    "my friend had her hsg yesterday",
    "women who had an HSG",
    "I had an HSG two years ago",
    "I had my hsg in 2019",
    "I had a hysteroscopy before",
    "I never had it on monday",
    "they did not do it this morning",
    "what to wear on the day of the hsg",
    "What if I am still bleeding on the day of the HSG?",
    "can my husband stay in the waiting room?",
    "is there a waiting room",
    "what should I eat on my way to the clinic",
    "I had a fever yesterday",
    "my period was on monday",
    "It's Thursday night",
    "my pregnancy test was positive yesterday",
    "since the hsg is painful, are there pills",
    "we have booked a holiday",
    "which days before the test",
]


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        *((AFTER, text) for text in AFTER_TEXTS),
        *((BEFORE, text) for text in BEFORE_TEXTS),
        *((DAY, text) for text in DAY_TEXTS),
    ],
)
def test_text_tells_where_she_stands(finder: NameFinder, phase: Phase, text: str) -> None:
    assert phase_of(finder.find(text)) is phase


@pytest.mark.parametrize("text", NOWHERE_TEXTS)
def test_text_without_a_statement_tells_not_where_she_stands(finder: NameFinder, text: str) -> None:
    assert phase_of(finder.find(text)) is None


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("I had my HSG last week and my hysteroscopy is on Friday", BEFORE),
        ("my hysteroscopy was booked for Friday, I had it yesterday", AFTER),
        ("I was booked for the hsg, today is the day", DAY),
    ],
)
def test_last_phase_said_counts(finder: NameFinder, text: str, phase: Phase) -> None:
    assert phase_of(finder.find(text)) is phase


def test_phase_of_no_mention_is_none() -> None:
    assert phase_of([]) is None


def test_phase_is_a_mention_of_its_words(finder: NameFinder) -> None:
    mentions = finder.find("Hi! I had my  HSG yesterday.")
    assert mentions == [
        Mention("phase", "after", 6, 27, "had my  HSG yesterday"),
        Mention("procedure", "hsg", 14, 17, "HSG"),
    ]


@pytest.mark.parametrize("write", WRITE, ids=WAYS)
def test_every_listed_phrase_tells_its_phase(
    finder: NameFinder, knowledge: Knowledge, in_words: Callable[[str], str], write: Callable[[str], str]
) -> None:
    listed = [(entry.id, write(in_words(phrase))) for entry in knowledge.phases for phrase in entry.phrases]
    assert len(listed) > 400
    assert [phrase for name, phrase in listed if phase_of(finder.find(phrase)) != name] == []


def test_every_listed_aside_tells_its_phase_beside_a_statement_and_never_alone(
    finder: NameFinder, knowledge: Knowledge, in_words: Callable[[str], str]
) -> None:
    asides = [
        (entry.id, in_words(phrase)) for entry in knowledge.phases if entry.asides for phrase in entry.asides.phrases
    ]
    assert len(asides) > 20
    assert [phrase for name, phrase in asides if phase_of(finder.find(f"my belly hurts {phrase}")) != name] == []
    assert [phrase for _, phrase in asides if phase_of(finder.find(f"what is normal {phrase}?"))] == []
    assert [phrase for _, phrase in asides if phase_of(finder.find(f"can I swim {phrase}"))] == []


def test_every_phase_of_the_table_is_a_phase(knowledge: Knowledge) -> None:
    assert {entry.id for entry in knowledge.phases} == set(Phase)


def test_no_button_tells_where_she_stands(finder: NameFinder, knowledge: Knowledge) -> None:
    asked = [topic.ask.format(procedure=name) for topic in knowledge.topics for name in (*NAMES.values(), "test")]
    pressed = [*asked, *(entry.label for entry in knowledge.conditions)]
    assert [text for text in pressed if phase_of(finder.find(text))] == []


# Any text

names_and_phrases = ["hsg", "hysteroscopy", "dye ", "test ", "allergic to iodine", "polyps", "had my ", "yesterday"]
small_words = [
    "not ",
    "on ",
    "is ",
    "monday",
    "since ",
    "i ",
    "after ",
    "2 ",
    "days ",
    " ",
    "'",
    "-",
    "\n",
    "{test}",
    "&",
]
pieces = st.sampled_from([*names_and_phrases, *small_words])
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
    standard = Edited(text).edit(standard_names(mentions, NAMES)).text
    assert all(NAMES[procedure] in standard for procedure in procedures_of(mentions))


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "hsg " * 5_000, "/" * 10_000, "hysteroscop" * 500, "no i had my hsg " * 2_000], ids=len
)
def test_long_text_is_read(finder: NameFinder, text: str) -> None:
    assert procedures_of(finder.find(text)) == ((HSG,) if "hsg" in text else ())
