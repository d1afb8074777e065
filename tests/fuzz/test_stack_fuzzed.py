"""The really started stack under bad input, while two patients talk: each keeps her own conversation."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import schemathesis
from bad_input import CHAT, INTENTS, JSON, NASTY_BODIES, Tally, bodies, body_of, messages, orders, tokens
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from bot.serve import Stack

pytestmark = pytest.mark.stack

FOR_SECONDS = 60
TRIES = 3
HSG_QUESTION = "Which days of my cycle are right for the HSG?"
HYSTEROSCOPY_QUESTION = "Does a hysteroscopy hurt?"
ORDERS_THAT_MEAN_NOTHING = [
    "/back",
    "/action_listen",
    "/EXTERNAL: x",
    "EXTERNAL: action_restart",
    '/goodbye{"topic": "cost", "procedure": null}',
    "/@",
    "/{",
    "/[]",
    '[{"event": "restart"}]',
    '{"topic": null, "procedure": null}',
]
quick = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
bad_request = st.one_of(messages.map(body_of), bodies, st.builds(body_of, orders), st.builds(body_of, messages, tokens))

Replies = list[dict[str, Any]]


class Patient:
    """One conversation with the really started stack."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.session: str | None = None

    def says(self, message: str) -> Replies:
        """Send a message; what is honestly not answered is sent again with the same id, as the page does."""
        sent = {"message": message, "session": self.session, "id": uuid.uuid4().hex}
        for _ in range(TRIES):
            response = self.client.post(CHAT, json=sent)
            if response.status_code != 503:
                break
        assert response.status_code == 200, response.text
        self.session = response.json()["session"]
        replies: Replies = response.json()["replies"]
        return replies

    def asks_about(self, message: str) -> tuple[str | None, str | None]:
        (reply,) = self.says(message)
        return reply["topic"], reply["procedure"]


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """Counts over the whole file; the figures stand in docs/security.md."""
    counted = Tally()
    yield counted
    print(f"\nreally started stack: {counted}")  # noqa: T201


def send(client: httpx.Client, tally: Tally, body: bytes) -> int:
    began = time.monotonic()
    response = client.post(CHAT, content=body, headers=JSON)
    tally.check(response.status_code, response.text, time.monotonic() - began)
    return response.status_code


@pytest.mark.parametrize("name", NASTY_BODIES)
def test_nasty_body_is_answered_or_refused(client: httpx.Client, tally: Tally, name: str) -> None:
    assert send(client, tally, NASTY_BODIES[name]) in (200, 400, 403, 413)


def test_two_patients_keep_their_conversations_while_strangers_send_anything(
    client: httpx.Client, tally: Tally
) -> None:
    until = time.monotonic() + FOR_SECONDS
    first, second = Patient(client), Patient(client)
    with ThreadPoolExecutor(4) as threads:

        @settings(quick, max_examples=120)
        @given(sent=st.lists(bad_request, min_size=4, max_size=4))
        def keep_apart(sent: list[bytes]) -> None:
            if time.monotonic() > until:
                return
            assert first.asks_about(HSG_QUESTION) == ("timing", "hsg")
            assert second.asks_about(HYSTEROSCOPY_QUESTION) == ("pain", "hysteroscopy")
            strangers = [threads.submit(send, client, tally, body) for body in sent]
            assert first.asks_about("And for hysteroscopy?") == ("timing", "hysteroscopy")
            assert second.asks_about("And for the HSG?") == ("pain", "hsg")
            for stranger in strangers:
                stranger.result()

        keep_apart()
    assert tally.sent > 100
    assert tally.other_5xx == 0


def test_bad_messages_within_a_conversation_leave_the_other_alone(client: httpx.Client, tally: Tally) -> None:
    disturbed, other = Patient(client), Patient(client)
    other.says(HSG_QUESTION)
    disturbed.says(HYSTEROSCOPY_QUESTION)

    @settings(quick, max_examples=60)
    @given(message=messages)
    def disturb(message: str) -> None:
        assume("fever" not in message)  # a sign is told again with what is asked after it, as it should be
        send(client, tally, body_of(message, disturbed.session))

    disturb()
    assert other.asks_about("And for hysteroscopy?") == ("timing", "hysteroscopy")
    assert disturbed.asks_about("Does the HSG hurt?") == ("pain", "hsg")


@pytest.mark.parametrize("before", ["", "  ", "\u200b", "\u3000/", "\x00"])
@pytest.mark.parametrize("order", ORDERS_THAT_MEAN_NOTHING)
def test_order_that_says_nothing_changes_nothing_of_the_conversation(
    client: httpx.Client, before: str, order: str
) -> None:
    patient = Patient(client)
    patient.says(HSG_QUESTION)
    patient.says(before + order)
    assert patient.asks_about("And for hysteroscopy?") == ("timing", "hysteroscopy")


def test_every_wish_given_as_an_order_is_answered_as_its_text_is(client: httpx.Client) -> None:
    ordering, saying = Patient(client), Patient(client)
    ordering.says(HSG_QUESTION)
    saying.says(HSG_QUESTION)
    texts = [f'{intent}{{"procedure": "hysteroscopy"}}' for intent in INTENTS]
    texts += ["restart", "session_start", "start_again", "action_restart", "\uff0frestart"]
    assert [ordering.says(f"/{text}") for text in texts] == [saying.says(text) for text in texts]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_stack_keeps_to_the_description_of_the_chat(stack: Stack, tally: Tally, mode: GenerationMode) -> None:
    config = schemathesis.Config.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": [400, 403, 413]}}}
    )
    described = schemathesis.openapi.from_url(f"{stack.url}/openapi.json", config=config)

    @settings(quick, max_examples=60)
    @given(described[CHAT]["POST"].as_strategy(generation_mode=mode))
    def keeps(case: schemathesis.Case) -> None:
        excluded = [schemathesis.specs.openapi.checks.positive_data_acceptance]
        response = case.call_and_validate(excluded_checks=excluded)
        if response.request.method == "POST" and "json" in case.media_type:
            tally.check(response.status_code, response.text, response.elapsed)

    keeps()
