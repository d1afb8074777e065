"""The watch over every message, with stand-ins for what reads questions, finds signs and judges."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from bot.files import ROOT, read_yaml
from bot.safety.find import Sighting
from bot.safety.judge import NAMED_FROM, Judgement
from bot.safety.watch import Limits, Watch, Watched
from bot.understanding.days import DayReader, build_day_reader
from bot.understanding.turn import Open
from bot.understanding.understand import AskedQuestion, Before, Read

TOPICS = {"how high": "ask_kites", "how long": "ask_lanterns", "is it safe": "ask_comfort"}
SIGN_WORDS = {"burns": "kite_burns", "torn": "kite_torn"}
DOUBTS = {"not ": "denied", "if ": "supposed"}
LIMITS = Limits(least_where_sure=0.2, least_alone=0.6)
VECTOR = np.ones(3, dtype=np.float32)


@dataclass
class StandInReader:
    """Finds the questions of a tiny world; keeps what it was given."""

    vector: Any = field(default_factory=lambda: VECTOR)
    given: list[tuple[str, Before]] = field(default_factory=list)
    understanding: Any = field(
        default_factory=lambda: SimpleNamespace(
            speller=SimpleNamespace(correct=lambda text: text.replace("brns", "burns")),
            meaning=lambda _text: VECTOR,
        )
    )

    def read(self, text: str, before: Before) -> Read:
        self.given.append((text, before))
        questions = [
            AskedQuestion(text.index(words), text.index(words) + len(words), words, ((intent, 0.9),))
            for words, intent in TOPICS.items()
            if words in text
        ]
        return Read(questions or [AskedQuestion(0, len(text), text, (("out_of_scope", 0.8),))], [], vector=self.vector)


class StandInFinder:
    """Finds the signs of a tiny world."""

    def find(self, text: str) -> list[Sighting]:
        doubts = frozenset(doubt for word, doubt in DOUBTS.items() if word in text)
        found: Any = [
            Sighting(sign, text.index(word), text.index(word) + len(word), word, doubts)
            for word, sign in SIGN_WORDS.items()
            if word in text
        ]
        return list(found)


@dataclass(frozen=True)
class StandInJudge:
    """Judges every message the same."""

    chance: float
    sign: str | None = "kite_lost"

    def judge(self, _text: str, _vector: Any) -> Judgement:
        return Judgement(self.chance, self.sign)


@pytest.fixture(scope="module")
def days() -> DayReader:
    return build_day_reader(["hsg"])


@dataclass(frozen=True)
class World:
    """A watch over the tiny world."""

    days: DayReader

    def watch(self, chance: float, reader: StandInReader | None = None) -> Watch:
        parts: list[Any] = [reader or StandInReader(), self.days, StandInFinder(), StandInJudge(chance)]
        return Watch(*parts, limits=LIMITS, soothing=frozenset(("comfort",)))


@pytest.fixture(scope="module")
def world(days: DayReader) -> World:
    return World(days)


def asked(watched: Watched) -> list[str]:
    return [question.intent for question in watched.read.questions]


# Whether it is urgent


@pytest.mark.parametrize(
    ("text", "chance", "signs"),
    [
        pytest.param("the kite burns", 0.2, ("kite_burns",), id="sure and at the limit"),
        pytest.param("the kite burns", 0.9, ("kite_burns",), id="sure and above the limit"),
        pytest.param("the kite burns", 0.19, (), id="sure and below the limit"),
        pytest.param("torn, and it burns", 0.3, ("kite_burns", "kite_torn"), id="two signs"),
        pytest.param("the kite is not torn", 0.5, (), id="in doubt and below the limit alone"),
        pytest.param("the kite is not torn", 0.6, ("kite_lost",), id="in doubt and at the limit alone"),
        pytest.param("the kite went away", 0.59, (), id="not seen and below the limit alone"),
        pytest.param("the kite went away", 0.6, ("kite_lost",), id="not seen and at the limit alone"),
        pytest.param("the kite brns", 0.3, ("kite_burns",), id="misspelt"),
        pytest.param("the kite \ud800burns", 0.3, ("kite_burns",), id="unreadable character"),
    ],
)
def test_message_is_urgent_by_how_sure_the_finder_is_and_how_likely_it_is(
    world: World, text: str, chance: float, signs: tuple[str, ...]
) -> None:
    watched = world.watch(chance).read(text)
    assert watched.signs == signs
    assert watched.chance == chance


@dataclass(frozen=True)
class JudgeOfShortTexts:
    """Finds a sign unlikely in a message with questions, and as likely as given in what is left without them."""

    alone: float
    judged: list[str] = field(default_factory=list)

    def judge(self, text: str, _vector: Any) -> Judgement:
        self.judged.append(text)
        return Judgement(0.1 if "?" in text else self.alone, "kite_lost")


@pytest.mark.parametrize(("alone", "signs"), [(0.6, ("kite_burns",)), (0.59, ())])
def test_questions_around_a_sign_do_not_make_it_harmless(world: World, alone: float, signs: tuple[str, ...]) -> None:
    judge = JudgeOfShortTexts(alone)
    watched = replace(world.watch(0.0), judge=cast(Any, judge)).read("is it safe? the kite burns. how high?")
    assert watched.signs == signs
    assert judge.judged == ["is it safe? the kite burns. how high?", "the kite burns."]
    assert asked(watched) == (["ask_kites"] if signs else ["ask_kites", "ask_comfort"])


def test_sign_that_the_finder_is_sure_of_is_told_although_the_judge_names_none(world: World) -> None:
    watch = replace(world.watch(0.0), judge=cast(Any, StandInJudge(0.3, None)))
    assert watch.read("the kite burns").signs == ("kite_burns",)


def test_every_shipped_limit_is_one_from_which_the_judge_names_a_sign() -> None:
    limits = read_yaml(ROOT / "config.yml")["pipeline"][0]["warning_signs"]
    assert min(limits["least_where_sure"], limits["least_alone"]) >= NAMED_FROM


def test_urgent_message_is_ranked_as_a_warning_sign_first(world: World) -> None:
    watched = world.watch(0.7).read("it burns. how high?")
    assert watched.ranking == (("warning_sign", 0.7), ("ask_kites", 0.9))


def test_message_that_is_not_urgent_is_ranked_as_it_is_read(world: World) -> None:
    assert world.watch(0.1).read("how high?").ranking == (("ask_kites", 0.9),)


@pytest.mark.parametrize(
    ("text", "signs"), [("the kite burns", ("kite_burns",)), ("the kite is not torn", ()), ("how high", ())]
)
def test_finder_alone_decides_where_no_meaning_was_needed(world: World, text: str, signs: tuple[str, ...]) -> None:
    watched = world.watch(0.0, StandInReader(vector=None)).read(text)
    assert (watched.signs, watched.chance) == (signs, 1.0 if signs else 0.0)


# What else it asks


@pytest.mark.parametrize(
    ("text", "others"),
    [
        pytest.param("it burns. how high is it?", ["ask_kites"], id="after the sign"),
        pytest.param("how high is it? it burns.", ["ask_kites"], id="before the sign"),
        pytest.param("how high is it? it burns. how long is it?", ["ask_kites", "ask_lanterns"], id="around the sign"),
        pytest.param("it burns, how high is it?", [], id="in the sentence of the sign"),
        pytest.param("it burns. is it safe?", [], id="soothing"),
        pytest.param("it burns. is it safe? how long is it?", ["ask_lanterns"], id="soothing and another"),
        pytest.param("it burns. thank you very much", [], id="no question"),
        pytest.param("it burns.", [], id="nothing left"),
        pytest.param("it burns. help", [], id="one word left"),
    ],
)
def test_other_questions_are_kept_from_other_sentences(world: World, text: str, others: list[str]) -> None:
    assert asked(world.watch(0.9).read(text)) == others


def test_sentence_of_a_doubtful_sign_is_left_out_beside_a_sure_one(world: World) -> None:
    reader = StandInReader()
    finder: Any = SimpleNamespace(
        find=lambda _text: [
            Sighting("kite_burns", 0, 5, "burns", frozenset()),
            Sighting("kite_torn", 7, 11, "torn", frozenset(("supposed",))),
        ]
    )
    parts: list[Any] = [reader, world.days, finder, StandInJudge(0.9), LIMITS, frozenset()]
    Watch(*parts).read("burns. torn? how high is it?")
    assert [text.strip() for text, _ in reader.given] == ["burns. torn? how high is it?", "how high is it?"]


def test_unusual_sign_leaves_no_other_question(world: World) -> None:
    assert asked(world.watch(0.9).read("the kite went away. how high is it?")) == []


def test_other_questions_are_read_with_what_was_talked_about(world: World) -> None:
    reader = StandInReader()
    before = Before(topic="kites")
    world.watch(0.9, reader).read("it burns. how high is it?", before)
    assert [given for _, given in reader.given] == [before, before]


def test_other_question_stands_where_it_stands_in_the_message(world: World) -> None:
    text = "it burns. how high is it?"
    (question,) = world.watch(0.9).read(text).read.questions
    assert text[question.start : question.end] == question.text


# What is open in the conversation


@pytest.mark.parametrize(
    ("text", "intent"),
    [("3 March", "follow_up"), ("the kite is not torn since 3 March", "follow_up")],
    ids=["a day", "a day and a sign in doubt"],
)
def test_message_without_a_sign_may_answer_what_is_open(world: World, text: str, intent: str) -> None:
    assert asked(world.watch(0.1).read(text, is_open=Open(asked_for_day=True))) == [intent]


def test_sign_wins_over_what_is_open(world: World) -> None:
    watched = world.watch(0.9).read("it burns since 3 March", is_open=Open(checklist=True, asked_for_day=True))
    assert (watched.signs, asked(watched)) == (("kite_burns",), [])
