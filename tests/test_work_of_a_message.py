"""How much work a message makes, counted: texts encoded, statements to the databases, events of the past read.

Counts do not depend on the machine. What they cost in time is measured by `make bench` (docs/performance.md).
"""

import asyncio
import tarfile
import warnings
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from counted import statements

from bot.answer import Assistant, Days
from bot.evaluation.benchmark import read_gate
from bot.files import ROOT, read_yaml
from bot.question import Asked, Procedure, Question
from bot.safety.watch import NOTHING_OPEN, Limits, load_watch
from bot.serve import trained_model
from bot.settings import read_settings
from bot.understanding.embed import Encoder, Stretches, Vectors, load_encoder
from bot.understanding.language import build_language_finder
from bot.understanding.understand import NOTHING_BEFORE, build_understanding, load_reader

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa imports is old
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.nlu.question_classifier import Readers
    from bot.nlu.tracker_store import ConversationStore
    from bot.nlu.turn import TURN, Turn
    from bot.records.conversations import EVENTS_A_CHECKPOINT

pytestmark = pytest.mark.filterwarnings("ignore")

ONE = "I am nervous, will the x-ray of my tubes be painful?"
THREE = "When in my cycle is the HSG done? Does it hurt? And how long does it take until I get the result?"
MESSAGES = 60
STATEMENTS_OF_A_STORE = 3
STATEMENTS_OF_A_LOOK_UP = 7


@dataclass
class CountingEncoder:
    """Encodes as shipped and keeps what it was asked to encode."""

    shipped: Encoder
    texts: list[str] = field(default_factory=list)

    def vectors_of(self, text: str, stretches: Stretches) -> Vectors:
        """Return the vectors of stretches of a text."""
        self.texts.append(text)
        return self.shipped.vectors_of(text, stretches)


@pytest.fixture(scope="module")
def counting() -> CountingEncoder:
    """The shipped encoder."""
    return CountingEncoder(load_encoder(kept=0))


@pytest.fixture(scope="module")
def readers(counting: CountingEncoder, tmp_path_factory: pytest.TempPathFactory) -> Readers:
    """What the trained model reads with."""
    folder = tmp_path_factory.mktemp("model")
    with tarfile.open(trained_model()) as model:
        model.extractall(folder, filter="data")
    (trained,) = (path.parent for path in folder.rglob("classifier.npz"))
    understanding = build_understanding(Encoder(counting.vectors_of, threads=1))
    limits = next(one for one in read_yaml(ROOT / "config.yml")["pipeline"])["warning_signs"]
    watch = load_watch(load_reader(understanding, trained, read_gate()), trained, Limits(**limits))
    nothing: Any = None
    return Readers(build_language_finder(understanding.speller), watch, nothing, kept=8)


# Texts encoded


@pytest.mark.parametrize(("text", "most"), [(ONE, 1), (THREE, 4)])
def test_message_is_encoded_once_and_once_for_each_of_several_questions(
    readers: Readers, counting: CountingEncoder, text: str, most: int
) -> None:
    counting.texts.clear()
    readers.english.read(text)
    assert 1 <= len(counting.texts) <= most
    assert len(counting.texts) == len(set(counting.texts))


def test_message_that_was_read_lately_is_not_read_again(readers: Readers, counting: CountingEncoder) -> None:
    first = readers.read("en", ONE, NOTHING_BEFORE, NOTHING_OPEN)
    counting.texts.clear()
    assert readers.read("en", ONE, NOTHING_BEFORE, NOTHING_OPEN) is first
    assert counting.texts == []


# Events of the past


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConversationStore:
    """The tracker store over a new database."""
    environ = {"BOT_RECORDS_URL": f"sqlite:///{tmp_path / 'records.db'}"}
    monkeypatch.setattr("bot.nlu.tracker_store.read_settings", lambda: read_settings(environ))
    return ConversationStore(Domain.load(ROOT / "domain.yml"))


def take_turn(store: ConversationStore, number: int) -> int:
    """Take one turn of a conversation as Rasa does; return how many events of the past it was given."""
    turn = Turn(f"m{number}")
    turn.said.messages.append({"text": "Kites fly."})

    async def take() -> int:
        TURN.set(turn)
        tracker = await store.retrieve("anna") or DialogueStateTracker("anna", store.domain.slots)
        given = len(tracker.events)
        tracker.update_with_events([*([] if given else [SessionStarted()]), *events_of(number)], store.domain)
        await store.save(tracker)
        return given

    return asyncio.run(take())


def events_of(number: int) -> list[Any]:
    """Return the events of one turn."""
    slots = [SlotSet(name, f"kites {number}") for name in ("topic", "procedure", "phase", "dates_talk")]
    return [
        UserUttered(f"how high? {number}", {"name": "ask_kites"}, message_id=f"m{number}"),
        ActionExecuted("action_answer_question"),
        BotUttered("Kites fly."),
        *slots,
        ActionExecuted("action_listen"),
    ]


def test_events_read_for_a_message_do_not_grow_with_the_conversation(store: ConversationStore) -> None:
    given = [take_turn(store, number) for number in range(MESSAGES)]
    most = 2 * EVENTS_A_CHECKPOINT + len(events_of(0)) + len(store.domain.slots)
    assert max(given) <= most < MESSAGES * len(events_of(0)) / 2


@pytest.mark.parametrize("number", [1, MESSAGES])
def test_conversation_is_read_by_one_statement_and_kept_by_few(store: ConversationStore, number: int) -> None:
    for before in range(number):
        take_turn(store, before)
    with statements() as found:
        take_turn(store, number)
    assert [one.split()[0] for one in found].count("SELECT") == 1
    assert len(found) <= STATEMENTS_OF_A_STORE


# Statements for an answer


def test_answer_that_was_looked_up_before_takes_one_statement(assistant: Assistant) -> None:
    asked = [Asked((Question("pain", Procedure.HSG),))]
    found = []
    for _ in range(2):
        with statements() as sent:
            assistant.answer_all(asked, Days(date(2026, 3, 10)), say_not_advice=False)
        found.append(len(sent))
    assert found[0] <= STATEMENTS_OF_A_LOOK_UP
    assert found[1] <= 1
