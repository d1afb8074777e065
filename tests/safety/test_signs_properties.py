"""Whatever the sign, the way of saying it and the amount: what is there is found, and what is not there is in doubt."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import chain

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sign_phrases import AMOUNTS, Shipped, choices, shipped_signs

from bot.safety.amounts import KINDS
from bot.safety.find import build_sign_finder
from bot.safety.shapes import WarningSigns

ASSERTED = [
    "I have {} since yesterday",
    "Since last night I have {} and I am alone",
    "hello, i've got {}, what should I do?",
    "{} today",
    "How long may I park? And I have {} tonight",
]
NEGATED = ["I don't have {}", "she has no sign of {}", "I am here without {}", "I never had {}"]
SUPPOSED = [
    "what if there is {}",
    "In case of {}, what then?",
    "what if I suddenly get {}",
    "If you notice {}, you call",
]
OF_ANOTHER = ["my friend had {} last year", "A girl at work had {} after her HSG", "I read on a forum about {}"]
FEARED = ["I am scared of {}", "my fear is {}", "Dreading {}"]
UNRELATED = [
    "The parking was easy.",
    "What does it cost?",
    "My appointment is on Monday.",
    "Thank you for the kind letter!",
    "We live in the city.",
]
LONG = 1900
# The same data gives the same examples, so that only a change of the data changes the result.
REPEATED = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


@pytest.fixture(scope="module")
def shipped(signs: WarningSigns) -> Shipped:
    return shipped_signs(signs, build_sign_finder(signs))


def test_every_kind_of_amount_has_words() -> None:
    assert set(AMOUNTS) == KINDS


def test_most_patterns_are_found_in_their_own_words(shipped: Shipped) -> None:
    found = Counter(
        sign in shipped.sure(" ".join(words[at % len(words)] for words in parts))
        for (sign, _), parts in choices(shipped.signs).items()
        for at in range(6)
    )
    assert found[True] > 0.9 * found.total()


@REPEATED
@given(data=st.data(), said=st.sampled_from(ASSERTED))
def test_sign_that_is_told_of_is_found(shipped: Shipped, data: st.DataObject, said: str) -> None:
    phrase = data.draw(shipped.phrases)
    sentence = said.format(phrase.text)
    assume(not shipped.meets_a_cue(sentence, phrase.text))
    assert phrase.sign in shipped.sure(sentence)


@REPEATED
@given(data=st.data(), said=st.sampled_from([*NEGATED, *SUPPOSED, *OF_ANOTHER, *FEARED]))
def test_sign_that_is_denied_supposed_feared_or_of_another_is_in_doubt(
    shipped: Shipped, data: st.DataObject, said: str
) -> None:
    phrase = data.draw(shipped.phrases)
    sentence = said.format(phrase.text)
    assume(not shipped.meets_a_cue(sentence, phrase.text))
    assert shipped.sure(sentence) == set()


@pytest.mark.parametrize("said", ["no {}", "I have no {}", "what if I get {}", "I am worried about {}"])
def test_name_of_a_sign_that_is_not_there_is_in_doubt(shipped: Shipped, said: str) -> None:
    names = [sign.name for sign in shipped.signs.signs]
    assert names
    assert [name for name in names if shipped.sure(said.format(name))] == []


@REPEATED
@given(
    tenths=st.integers(340, 439),
    said=st.sampled_from(
        ["my temperature is {}", "{} C", "I measured {} degrees", "temp {} this morning", "the thermometer shows {}°"]
    ),
    comma=st.booleans(),
)
def test_temperature_in_celsius_is_a_fever_from_the_threshold_on(
    shipped: Shipped, tenths: int, said: str, comma: bool
) -> None:
    degrees = str(Decimal(tenths) / 10)
    text = said.format(degrees.replace(".", ",") if comma else degrees)
    assert ("fever" in shipped.sure(text)) == (Fraction(tenths, 10) >= shipped.least("temperature_high"))


@REPEATED
@given(
    tenths=st.integers(940, 1089),
    said=st.sampled_from(["my temperature is {}", "{} F", "I measured {} fahrenheit", "temp {} this morning"]),
)
def test_temperature_in_fahrenheit_is_a_fever_from_the_threshold_on(shipped: Shipped, tenths: int, said: str) -> None:
    text = said.format(Decimal(tenths) / 10)
    celsius = (Fraction(tenths, 10) - 32) / Fraction("1.8")
    assert ("fever" in shipped.sure(text)) == (celsius >= shipped.least("temperature_high"))


@REPEATED
@given(
    pads=st.integers(1, 20),
    hours=st.integers(1, 24),
    said=st.sampled_from(
        ["I used {} pads in {} hours", "I needed {} pads over the last {} hours", "{} pads within {} hrs"]
    ),
)
def test_pads_over_time_are_as_urgent_as_their_rate(shipped: Shipped, pads: int, hours: int, said: str) -> None:
    found = shipped.sure(said.format(pads, hours))
    rate = Fraction(pads, hours)
    assert ("very_heavy_bleeding" in found) == (rate >= shipped.least("pads_hourly"))
    assert not (rate >= shipped.least("pads_frequent")) or found & {"heavy_bleeding", "very_heavy_bleeding"}


@settings(deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_read(shipped: Shipped, text: str) -> None:
    assert all(text[one.start : one.end] == one.text for one in shipped.finder.find(text))


@REPEATED
@given(
    data=st.data(), between=st.lists(st.text("\n\t .,;!?'\u2019()°0123456789éß😀", max_size=6), min_size=4, max_size=4)
)
def test_words_of_signs_in_any_disorder_are_read(shipped: Shipped, data: st.DataObject, between: list[str]) -> None:
    words = [data.draw(shipped.phrases).text for _ in between]
    text = "".join(f"{word}{space}" for word, space in zip(words, between, strict=True))
    assert all(text[one.start : one.end] == one.text for one in shipped.finder.find(text))


@REPEATED
@given(
    data=st.data(),
    change=st.sampled_from(
        [str.upper, str.title, lambda text: text.replace("'", "\u2019"), lambda text: f"  {text}\n"]
    ),
)
def test_case_and_apostrophes_do_not_matter(
    shipped: Shipped, data: st.DataObject, change: Callable[[str], str]
) -> None:
    phrase = data.draw(shipped.phrases)
    assert shipped.sure(change(f"i've got {phrase.text}")) == shipped.sure(f"i've got {phrase.text}")


@REPEATED
@given(data=st.data(), space=st.sampled_from(["  ", " \t", "   "]))
def test_extra_spaces_do_not_matter(shipped: Shipped, data: st.DataObject, space: str) -> None:
    phrase = data.draw(shipped.phrases)
    assume(not any(amount in phrase.text for amount in chain(*AMOUNTS.values())))
    assert phrase.sign in shipped.sure(phrase.text.replace(" ", space))


@REPEATED
@given(data=st.data(), other=st.sampled_from(UNRELATED), first=st.booleans(), space=st.sampled_from([" ", "\n", "  "]))
def test_unrelated_sentence_hides_no_sign(
    shipped: Shipped, data: st.DataObject, other: str, first: bool, space: str
) -> None:
    phrase = data.draw(shipped.phrases)
    told = f"I have {phrase.text} ."
    assume(phrase.sign in shipped.sure(told))
    assert phrase.sign in shipped.sure(space.join((other, told) if first else (told, other)))


@REPEATED
@given(data=st.data(), other=st.sampled_from(UNRELATED))
def test_sign_at_the_end_of_a_long_message_is_found(shipped: Shipped, data: st.DataObject, other: str) -> None:
    told = f"I have {data.draw(shipped.phrases).text} ."
    story = f"{other} " * LONG
    before = shipped.sure(told)
    assume(before)
    assert before <= shipped.sure(f"{story[: LONG - len(told) - 2]}. {told}")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("it says 38.4°", "fever"),
        ("My temperature is above normal since yesterday", "fever"),
        ("The painkillers have done nothing since yesterday", "severe_pain"),
        ("I can\u00b4t breathe", "breathing"),
        ("I can`t breathe", "breathing"),
        ("I am sick every hour", "vomiting"),
        ("I used 3 pads  in  2  hours", "very_heavy_bleeding"),
    ],
)
def test_sign_in_plain_words_is_found(shipped: Shipped, text: str, sign: str) -> None:
    assert sign in shipped.sure(text)


@pytest.mark.parametrize("text", ["I am worried about 2 pads an hour", "In 2019 I had pads"])
def test_amount_that_is_none_or_feared_is_in_doubt(shipped: Shipped, text: str) -> None:
    assert shipped.sure(text) == set()
