"""The judge: learns from a handful of made-up messages about kites, and judges the same after it was stored."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.safety.examples import Labelled
from bot.safety.judge import NAMED_FROM, Floats, Judge, Judgement, load_judge, train_judge

BURNS, LOST, TORN = "kite_burns", "kite_lost", "kite_torn"
WHEN = ("now", "today", "again", "a lot")
MESSAGES = [
    *(Labelled(f"my kite burns {when}", True, BURNS) for when in WHEN),
    *(Labelled(f"my kite is torn {when}", True, TORN) for when in WHEN),
    *(Labelled(f"the kite has gone {when}", True, LOST) for when in WHEN),
    *(Labelled(f"no flame at all {when}", False, BURNS) for when in WHEN),
    *(Labelled(f"the string is short {when}", False, None) for when in WHEN),
]
SIGNS = (BURNS, LOST, TORN)
UNKNOWN: Floats = np.zeros(len(SIGNS) + 1, dtype=np.float32)


def meaning(sign: str | None, urgent: bool) -> Floats:
    """Return a made-up vector: which sign, and whether it is there."""
    return np.array([*(float(one == sign) for one in SIGNS), float(urgent)], dtype=np.float32)


def learn_from(messages: list[Labelled]) -> Judge:
    return train_judge(messages, np.stack([meaning(one.sign, one.urgent) for one in messages]))


def judge_as_labelled(judge: Judge, message: Labelled) -> Judgement:
    return judge.judge(message.text, meaning(message.sign, message.urgent))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return learn_from(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.text)
def test_message_it_learnt_is_judged_as_it_was_labelled(judge: Judge, message: Labelled) -> None:
    assert (judge_as_labelled(judge, message).chance > 0.5) is message.urgent


@pytest.mark.parametrize(
    ("text", "sign"),
    [("my kite burns badly", BURNS), ("MY KITE IS TORN badly", TORN)],
    ids=["in small letters", "in capitals"],
)
def test_new_message_is_judged_urgent_and_of_its_sign(judge: Judge, text: str, sign: str) -> None:
    judged = judge.judge(text, UNKNOWN)
    assert judged.chance > 0.5
    assert judged.sign == sign


def test_meaning_counts_where_the_words_are_unknown(judge: Judge) -> None:
    there, absent = (judge.judge("zzyzx", meaning(TORN, urgent)) for urgent in (True, False))
    assert there.chance > absent.chance
    assert there.sign == TORN


def test_sign_is_named_from_a_small_chance_on(judge: Judge) -> None:
    judged = [judge_as_labelled(judge, one) for one in MESSAGES]
    judged += [judge.judge("the string is short and not torn", meaning(None, urgent=False) - 5)]
    assert [one.sign is not None for one in judged] == [one.chance >= NAMED_FROM for one in judged]
    assert {one.sign is None for one in judged} == {True, False}


def test_only_signs_that_were_learnt_are_judged(judge: Judge) -> None:
    assert judge.signs == SIGNS


def test_capitals_in_what_is_learnt_do_not_matter(judge: Judge) -> None:
    shouted = learn_from([replace(message, text=message.text.upper()) for message in MESSAGES])
    assert shouted.judge("my kite burns badly", UNKNOWN) == judge.judge("my kite burns badly", UNKNOWN)


@pytest.mark.parametrize("text", ["", " ", "?", "\U0001fa81", "kite " * 500], ids=lambda text: ascii(text[:8]))
def test_any_text_has_a_chance_between_none_and_certain(judge: Judge, text: str) -> None:
    assert 0.0 <= judge.judge(text, UNKNOWN).chance <= 1.0


def test_stored_judge_judges_the_same(judge: Judge, tmp_path: Path) -> None:
    judge.save(tmp_path / "judge.npz")
    loaded = load_judge(tmp_path / "judge.npz")
    judged = [(judge_as_labelled(judge, one), judge_as_labelled(loaded, one)) for one in MESSAGES]
    assert [after.sign for _, after in judged] == [before.sign for before, _ in judged]
    assert [after.chance for _, after in judged] == pytest.approx([before.chance for before, _ in judged], abs=0.01)
    assert loaded.signs == judge.signs


def test_judge_that_was_stored_twice_is_exactly_the_same(judge: Judge, tmp_path: Path) -> None:
    judge.save(tmp_path / "one.npz")
    loaded = load_judge(tmp_path / "one.npz")
    loaded.save(tmp_path / "two.npz")
    again = load_judge(tmp_path / "two.npz")
    assert [judge_as_labelled(again, one) for one in MESSAGES] == [judge_as_labelled(loaded, one) for one in MESSAGES]
