"""How much of what is personal is masked, and how little else, on messages written for this.

`messages.jsonl` has a development half, on which the masker was improved and which grew with it, and a held-out half,
written before the masker, with other names, countries and turns of phrase: when the masker was improved, only its
figures were looked at, never which details were missed. `plain.jsonl` holds no personal details and two such halves;
the changed ones of its held-out half were looked at once, at the end.
"""

from collections import Counter

import pytest
from marked import Message, is_hidden, read_messages, tell

from bot.privacy.mask import Masker

LEAST = {"name": 0.90, "phone": 0.95, "email": 0.95, "number": 0.95, "address": 0.85, "birth": 0.90}
MOST_CHANGED = 0.02


@pytest.fixture(scope="module")
def held_out() -> list[Message]:
    """The messages that the masker was not improved on."""
    return [message for message in read_messages("messages.jsonl") if message.half == "held_out"]


def _recall(masker: Masker, messages: list[Message]) -> dict[str, float]:
    there, hidden = Counter[str](), Counter[str]()
    for message in messages:
        masked = masker.mask(message.text)
        for kind, detail in message.details:
            there[kind] += 1
            hidden[kind] += is_hidden(detail, masked, message.others)
    for kind in LEAST:
        tell(f"{kind}: {hidden[kind]} of {there[kind]} masked")
    return {kind: hidden[kind] / there[kind] for kind in LEAST}


def test_there_are_enough_messages() -> None:
    halves = Counter(message.half for message in read_messages("messages.jsonl"))
    assert halves["held_out"] >= 150
    assert halves["development"] >= 150
    assert len(read_messages("plain.jsonl")) >= 150


def test_enough_of_each_kind_is_masked_in_messages_kept_apart(masker: Masker, held_out: list[Message]) -> None:
    recall = _recall(masker, held_out)
    assert {kind: share for kind, share in recall.items() if share < LEAST[kind]} == {}


def test_a_message_without_personal_details_hardly_ever_changes(masker: Masker) -> None:
    plain = read_messages("plain.jsonl")
    changed = [message.id for message in plain if masker.mask(message.text) != message.text]
    tell(f"{len(changed)} of {len(plain)} messages without personal details change: {' '.join(changed)}")
    assert len(changed) / len(plain) <= MOST_CHANGED


def test_words_beside_a_detail_are_kept(masker: Masker, held_out: list[Message]) -> None:
    beside = Counter(word for message in held_out for word in message.others)
    lost = Counter(word for message in held_out for word in message.others if word not in masker.mask(message.text))
    tell(f"{lost.total()} of {beside.total()} words beside details are lost")
    assert lost.total() / beside.total() <= 0.01
