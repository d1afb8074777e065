"""What can be said of a measured message, and how messages are sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import made_up
import pytest
from hand_made import ALARM, ANSWER, REJECTS, measured, reply

from bot.evaluation import measure as measuring
from bot.evaluation.measure import Buttons, Measured, NotMeasured, assistant_at, measure, read_buttons
from bot.evaluation.messages import Message
from bot.settings import Clinic
from bot.wording import read_wording

ASKS = reply("ask", "kites")
OFFERS = reply("ask", "lanterns", ["lanterns", "kites"])
OFFERS_UNDER_NONE = reply("ask", None, ["kites"])
WRONG = reply("answer", "lanterns")
KITES = [["kites"]]
BOTH = [["kites"], ["lanterns", "lamps"]]


@pytest.mark.parametrize(
    ("one", "true_of_it"),
    [
        (measured(KITES, ANSWER), {"right", "under_right_topic", "told_right", "all_right"}),
        (measured(KITES, reply("not_covered", "kites")), {"right", "under_right_topic", "told_right", "all_right"}),
        (measured(KITES, ASKS), {"right", "under_right_topic", "all_right", "asked_back"}),
        (measured(KITES, WRONG), {"told_wrong"}),
        (measured(KITES, WRONG, ANSWER), {"right", "under_right_topic", "told_right", "told_wrong", "all_right"}),
        (measured(KITES, OFFERS), {"asked_back"}),
        (measured(KITES, OFFERS_UNDER_NONE), {"asked_back"}),
        (measured(KITES, reply("ask")), {"asked_back", "rejected"}),
        (measured(KITES, REJECTS), {"rejected"}),
        (measured(BOTH, ANSWER), {"right", "under_right_topic", "told_right"}),
        (measured(BOTH, ANSWER, reply("answer", "lamps")), {"right", "under_right_topic", "told_right", "all_right"}),
        (measured(KITES, ALARM), {"urgent", "false_alarm"}),
        (
            measured(KITES, ALARM, accept_urgent=True),
            {"urgent", "right_alarm", "right", "under_right_topic", "told_right", "all_right"},
        ),
        (measured([], REJECTS), {"right", "rejected", "all_right"}),
        (measured([], ANSWER), {"told_wrong", "all_right"}),
        (measured([], ALARM), {"urgent", "false_alarm", "all_right"}),
        (
            measured([], ALARM, scope="urgent"),
            {"urgent", "right_alarm", "right", "under_right_topic", "told_right", "all_right"},
        ),
    ],
)
def test_measured_message_is_judged(one: Measured, true_of_it: set[str]) -> None:
    judged = {name.removeprefix("is_") for name in dir(Measured) if name.startswith("is_")}
    assert {name for name in judged if getattr(one, f"is_{name}")} == true_of_it


@pytest.mark.parametrize(
    ("replies", "told", "settled", "offered"),
    [
        ([ANSWER, WRONG, ANSWER], ["kites", "lanterns", "kites"], ["kites", "lanterns"], set()),
        ([ASKS], [], ["kites"], set()),
        ([OFFERS], [], [], {"kites", "lanterns"}),
        ([REJECTS, ALARM], [], [], set()),
    ],
)
def test_topics_of_replies_are_kept_apart(
    replies: list[dict[str, Any]], told: list[str], settled: list[str], offered: set[str]
) -> None:
    one = measured(KITES, *replies)
    assert (one.told, one.settled, one.offered) == (told, settled, offered)


@pytest.fixture
def buttons(clinic: Clinic) -> Buttons:
    """The buttons of the made-up table."""
    return read_buttons(read_wording(made_up.knowledge([made_up.row("hsg-kites-clinic")]), clinic))


@pytest.mark.parametrize(
    ("kind", "text", "messages", "offered"),
    [
        ("ask", "?", ["What about HSG kites?", "What about test lanterns?", "Talk to a person"], ["kites", "lanterns"]),
        ("ask", "?", ["What about hysteroscopy kites?"], ["kites"]),
        ("ask", "?", ["HSG", "hysteroscopy"], []),
        ("ask", "What would you like to know?", ["What about HSG kites?"], []),
        ("answer", "!", ["What about HSG kites?"], []),
    ],
)
def test_did_you_mean_is_told_by_the_topics_on_its_buttons(
    buttons: Buttons, kind: str, text: str, messages: list[str], offered: list[str]
) -> None:
    given = {"kind": kind, "text": text, "buttons": [{"title": message, "message": message} for message in messages]}
    assert buttons.offers(given) == offered


Client = Callable[..., httpx.Client]


@pytest.fixture
def client_of() -> Iterator[Client]:
    """Open a client whose requests are answered by the given responses, one after the other."""
    opened: list[httpx.Client] = []

    def open_one(*responses: httpx.Response) -> httpx.Client:
        left = iter(responses)
        transport = httpx.MockTransport(lambda _: next(left))
        opened.append(httpx.Client(base_url="http://kites", transport=transport))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


def test_each_message_gets_its_replies_and_what_they_offer(client_of: Client, buttons: Buttons) -> None:
    given = reply("ask", "kites") | {"buttons": [{"title": "", "message": "What about HSG kites?"}]}
    messages = [Message(id=name, text="Kites?", topics=KITES, accept_urgent=name == "b") for name in ("a", "b")]
    client = client_of(*(httpx.Response(200, json={"replies": [given]}) for _ in messages))
    found = measure(client, messages, buttons)
    assert [(one.id, one.accept_urgent, one.offered) for one in found] == [
        ("a", False, {"kites"}),
        ("b", True, {"kites"}),
    ]
    assert all(one.seconds > 0 for one in found)


def test_busy_assistant_is_asked_again(client_of: Client, buttons: Buttons) -> None:
    busy = [httpx.Response(status, headers={"Retry-After": "0"}) for status in (429, 503)]
    client = client_of(*busy, httpx.Response(200, json={"replies": [REJECTS | {"buttons": []}]}))
    (one,) = measure(client, [Message(id="a", text="Kites?", topics=KITES)], buttons)
    assert one.is_rejected


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (httpx.Response(500), "500 Internal Server Error"),
        (httpx.Response(200, text="kites"), "Expecting value"),
        (httpx.Response(200, text=json.dumps({"kites": []})), "'replies'"),
    ],
)
def test_message_without_replies_is_named(
    client_of: Client, buttons: Buttons, response: httpx.Response, told: str
) -> None:
    with pytest.raises(NotMeasured, match=rf"^a: no replies from http://kites: .*{told}"):
        measure(client_of(response), [Message(id="a", text="Kites?", topics=KITES)], buttons)


class StackThatIsUp:
    """A stack that keeps what it was started with."""

    url = "http://kites"
    environ: dict[str, str] = {}

    def __init__(self, _folder: Path, *, environ: dict[str, str], **_given: Any) -> None:
        StackThatIsUp.environ = environ

    def running(self) -> AbstractContextManager[None]:
        return nullcontext()


def test_started_assistant_takes_a_day_and_any_number_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "Stack", StackThatIsUp)
    monkeypatch.setattr(measuring, "trained_model", lambda: Path("kite-model.tar.gz"))
    with assistant_at() as found:
        assert found == ("http://kites", "kite-model")
    assert StackThatIsUp.environ == {"BOT_RATE_LIMIT": "off", "BOT_TEST_CLOCK": "1"}


def test_running_assistant_is_taken_as_it_is() -> None:
    with assistant_at("http://lamps") as found:
        assert found == ("http://lamps", None)
