"""The questions of the load, and the order in which each round sends them."""

from bot.bench.load import questions, rotated


def test_every_question_is_sent_once_before_any_is_sent_again() -> None:
    texts = questions()
    assert len(texts) > 800
    assert len(set(texts)) == len(texts)


def test_order_is_the_same_each_time() -> None:
    assert questions() == questions()


def test_round_begins_elsewhere_and_leaves_nothing_out() -> None:
    texts = [f"question {number}" for number in range(10)]
    assert rotated(texts, 0) == texts
    assert rotated(texts, 1)[0] != texts[0]
    assert sorted(rotated(texts, 1)) == sorted(texts)
