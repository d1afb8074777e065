"""Warning signs found in messages: sign by sign, what puts them in doubt, and how far words reach."""

import time

import pytest

from bot.safety.find import Sighting, SignFinder, build_sign_finder
from bot.safety.shapes import WarningSigns
from bot.safety.signs import read_signs


@pytest.fixture(scope="module")
def shipped() -> WarningSigns:
    return read_signs()


@pytest.fixture(scope="module")
def finder(shipped: WarningSigns) -> SignFinder:
    return build_sign_finder(shipped)


def certain(found: list[Sighting]) -> set[str]:
    return {sighting.sign for sighting in found if not sighting.doubts}


ASSERTED = [
    ("breathing", "I can't get enough air since the dye"),
    ("breathing", "she is gasping and short of breath"),
    ("breathing", "my lips look blue"),
    ("chest_pain", "there is pressure on my chest"),
    ("chest_pain", "my heart is racing and hurts"),
    ("swelling_face", "my tongue is swelling up"),
    ("swelling_face", "eyelids puffy and cheeks swollen after the contrast"),
    ("collapse", "I fainted in the bathroom an hour ago"),
    ("collapse", "my wife passed out after the hysteroscopy"),
    ("confusion", "he says my speech is slurred, slurring every word"),
    ("confusion", "my left arm went numb this afternoon"),
    ("very_heavy_bleeding", "I fill a pad every hour"),
    ("very_heavy_bleeding", "blood is running like a tap"),
    ("very_heavy_bleeding", "it's gushing, what do I do"),
    ("worst_pain", "this is the worst pain I have ever had"),
    ("worst_pain", "unbearable"),
    ("heavy_bleeding", "bleeding much heavier than my period"),
    ("heavy_bleeding", "I passed clots as big as a plum"),
    ("heavy_bleeding", "I am bleeding through my trousers"),
    ("heavy_bleeding", "bleeding heavly since the polyp came out"),
    ("severe_pain", "the cramps are getting worse"),
    ("severe_pain", "ibuprofen does not touch it"),
    ("severe_pain", "I can't stand up straight"),
    ("severe_pain", "pain 9 out of 10"),
    ("fever", "temp 38.4 since last night"),
    ("fever", "I have chills and my teeth are chattering"),
    ("fever", "37.8 and my belly hurts"),
    ("foul_discharge", "the discharge smells rotten"),
    ("foul_discharge", "there is pus on my liner"),
    ("foul_discharge", "green discharge today"),
    ("swollen_belly", "my tummy is swollen and hard"),
    ("leg_pain", "my calf is red and sore"),
    ("urine", "I can't pee since the operation"),
    ("urine", "there is blood in my urine"),
    ("vomiting", "I keep throwing up, even water"),
    ("vomiting", "nothing stays down"),
    ("rash", "hives all over my arms"),
    ("light_headed", "dizzy whenever I get up"),
    ("unwell", "aching all over and shivery"),
    ("pregnancy", "I did a test and it is positive, test positive twice"),
    ("pregnancy", "I think I might be pregnant"),
    ("pregnancy", "my period is ten days late"),
    ("infection", "I have thrush and the HSG is tomorrow"),
    ("infection", "my swab came back positive for chlamydia"),
]


@pytest.mark.parametrize(("sign", "text"), ASSERTED)
def test_a_sign_is_found_where_it_is_said_to_be_there(finder: SignFinder, sign: str, text: str) -> None:
    assert sign in certain(finder.find(text))


def test_every_shipped_sign_has_an_example(shipped: WarningSigns) -> None:
    assert {sign for sign, _ in ASSERTED} == {sign.id for sign in shipped.signs}


@pytest.mark.parametrize(
    ("doubt", "text"),
    [
        ("denied", "no fever"),
        ("denied", "no pain, fever or chills"),
        ("denied", "the discharge does not smell"),
        ("denied", "the bleeding is not heavy"),
        ("denied", "fever: none"),
        ("supposed", "what if I get a fever"),
        ("supposed", "can the dye cause hives"),
        ("supposed", "will I bleed heavily"),
        ("supposed", "how big is a large clot"),
        ("supposed", "I'm scared of fainting"),
        ("supposed", "hypothetically. My belly is swollen, whom do I call"),
        ("another", "my friend had a fever after hers"),
        ("another", "I read about women who fainted"),
        ("past", "two years ago I fainted at the dentist"),
        ("past", "I had a fever in 2019"),
        ("past", "my periods were always heavy bleeding"),
        ("over", "the fever is gone"),
        ("over", "I was dizzy, feel fine now"),
        ("over", "the cramps were severe and then settled"),
    ],
)
def test_a_doubt_is_found(finder: SignFinder, doubt: str, text: str) -> None:
    found = finder.find(text)
    assert found
    assert all(doubt in sighting.doubts for sighting in found)


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("fever", "no rash but a fever"),
        ("heavy_bleeding", "no fever, just heavy bleeding"),
        ("leg_pain", "can't sleep, my calf is swollen"),
        ("severe_pain", "I can't sleep from the pain"),
        ("fever", "can I take paracetamol, I have 39.1"),
        ("fever", "don't know if I should come in, fever is 38.9 now"),
        ("leg_pain", "should I worry, my calf is swollen"),
        ("heavy_bleeding", "is it normal that I pass large clots"),
        ("collapse", "can someone call me because I fainted"),
        ("heavy_bleeding", "usually light, but today I am flooding"),
        ("fever", "last year no problem, today I have a fever"),
        ("fever", "the fever was gone and came back"),
        ("heavy_bleeding", "the bleeding has not stopped, it is heavy"),
    ],
)
def test_a_turn_to_the_present_ends_a_doubt(finder: SignFinder, sign: str, text: str) -> None:
    assert sign in certain(finder.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "what if I have a fever",
        "if I have large clots, whom do I call",
        "in case I faint, what then",
        "if my belly is swollen and I have chills, do I come",
    ],
)
def test_a_supposition_reaches_over_the_present(finder: SignFinder, text: str) -> None:
    assert not certain(finder.find(text))


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("fever", "my sister is at home, she has a fever since the HSG today"),
        ("heavy_bleeding", "patient on the phone, my friend is bleeding heavily"),
        ("collapse", "my daughter fainted this morning after your scope"),
    ],
)
def test_another_who_is_the_patient_now_is_no_doubt(finder: SignFinder, sign: str, text: str) -> None:
    assert sign in certain(finder.find(text))


@pytest.mark.parametrize(
    "text",
    ["No pain. Fever 38.6.", "What if it hurts? I have chills", "my friend had it\nI have a fever", "none; chills"],
)
def test_a_doubt_ends_with_its_sentence(finder: SignFinder, text: str) -> None:
    assert "fever" in certain(finder.find(text))


def test_words_of_one_pattern_stand_in_one_sentence(finder: SignFinder) -> None:
    assert "leg_pain" not in certain(finder.find("My calf is fine. The gel was warm."))


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("collapse", "a faint line on the stick"),
        ("fever", "I have hay fever"),
        ("breathing", "do breathing exercises help, deep breaths"),
        ("heavy_bleeding", "tiny clots like a grain of rice, small"),
        ("heavy_bleeding", "a bit of pink blood on my knickers"),
        ("heavy_bleeding", "bleeding a lot lighter than my period"),
        ("chest_pain", "a weight off my chest"),
        ("pregnancy", "a positive ovulation test"),
        ("heavy_bleeding", "my cycle is 33 days, bleeding five"),
        ("confusion", "I'm confused about the dates"),
    ],
)
def test_unless_takes_a_sign_back(finder: SignFinder, sign: str, text: str) -> None:
    assert sign not in certain(finder.find(text))


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("fever", "I have hay fever and a temperature of 39"),
        ("heavy_bleeding", "light spotting at first, now bleeding heavily"),
        ("heavy_bleeding", "one big clot and some small ones"),
        ("collapse", "a faint line on the stick, then I passed out"),
    ],
)
def test_unless_takes_back_only_its_own_words(finder: SignFinder, sign: str, text: str) -> None:
    assert sign in certain(finder.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\n",
        "hello",
        "when can I book the HSG",
        "my period started on Monday",
        "light pink spotting",
        "🙂",
        "?!",
    ],
)
def test_nothing_is_found_where_there_is_no_sign(finder: SignFinder, text: str) -> None:
    assert finder.find(text) == []


def test_sightings_stand_in_the_order_of_the_message(finder: SignFinder) -> None:
    found = finder.find("I have a rash, then I fainted, and now chills")
    assert [sighting.start for sighting in found] == sorted(sighting.start for sighting in found)
    assert found[0].sign == "rash"


def test_a_sighting_says_where_its_words_stand(finder: SignFinder) -> None:
    text = "Hello, the cramps are severe."
    (found,) = [sighting for sighting in finder.find(text) if sighting.sign == "severe_pain"]
    assert text[found.start : found.end] == found.text == "cramps are severe"


def test_of_a_long_text_the_beginning_and_the_end_are_read(finder: SignFinder) -> None:
    middle = "the weather is fine today " * 400
    assert certain(finder.find(f"I fainted. {middle}. I have hives")) >= {"collapse", "rash"}


@pytest.mark.parametrize("opening", ["", "what if ", "no "])
def test_hostile_text_is_read_in_time(finder: SignFinder, shipped: WarningSigns, opening: str) -> None:
    listed = " ".join(word for group in shipped.words for word in group.words)
    started = time.process_time()
    finder.find((opening + listed)[:4000])
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize("text", ["I can\u2019t breathe", "i cant breathe", "I CAN'T BREATHE", "I  can not   breathe"])
def test_case_spacing_and_apostrophes_do_not_matter(finder: SignFinder, text: str) -> None:
    assert "breathing" in certain(finder.find(text))
