"""A file of labelled messages is read, or refused with every bad line named."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.messages import BadLines, Message, read_messages, unknown_topics

GOOD: dict[str, Any] = {"id": "q1", "text": "Do kites fly?", "scope": "in", "topics": [["kites"]]}


def write(folder: Path, *lines: object) -> Path:
    """Write lines, a text as it is and anything else as JSON, and return the file."""
    path = folder / "questions.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "wrong", "expected"),
    [
        ("{text: kites}", "is not JSON", "expected a JSON object"),
        ("[1]", "found list", "expected a JSON object"),
        ({"scope": "out"}, "text: is missing", "expected a JSON object"),
        (GOOD | {"text": 5}, "found 5", "text: Input should be a valid string"),
        (GOOD | {"text": " "}, "nothing to read", "text: expected a message that the chat API takes"),
        (GOOD | {"text": "k" * 2001}, "2001 characters", "text: expected a message that the chat API takes"),
        (GOOD | {"scope": "inside"}, "found 'inside'", "scope: Input should be 'in', 'out' or 'urgent'"),
        (GOOD | {"topics": ["kites"]}, "found 'kites'", "topics.0: Input should be a valid list"),
        (GOOD | {"topics": [[]]}, "found []", "topics.0: List should have at least 1 item"),
        (GOOD | {"topics": []}, "topics: expected at least one inner list", "the scope is 'in'"),
        (GOOD | {"scope": "out"}, "found [['kites']]", "topics: expected none where the scope is 'out'"),
        (GOOD | {"accept_urgent": "yes"}, "found 'yes'", "accept_urgent: Input should be a valid boolean"),
    ],
)
def test_bad_line_is_named_with_what_was_expected(tmp_path: Path, line: object, wrong: str, expected: str) -> None:
    path = write(tmp_path, GOOD, line)
    with pytest.raises(BadLines) as caught:
        read_messages(path)
    told = str(caught.value)
    assert told.startswith(f"{path}: line 2: ")
    assert wrong in told
    assert expected in told


def test_every_bad_line_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadLines) as caught:
        read_messages(write(tmp_path, "{", GOOD, GOOD | {"scope": "no", "text": 1}))
    assert [told.split(": ")[1:3] for told in str(caught.value).splitlines()] == [
        ["line 1", "is not JSON (Expecting property name enclosed in double quotes at column 2); expected a JSON object"
         " such as {\"text\""],
        ["line 3", "text"],
        ["line 3", "scope"],
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_file_without_a_line_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadLines, match="holds no line; expected a JSON object"):
        read_messages(write(tmp_path, content))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLines, match=r"nowhere\.jsonl: cannot be read: No such file"):
        read_messages(tmp_path / "nowhere.jsonl")


def test_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'{"text": "caf\xe9"}')
    with pytest.raises(BadLines, match=r"line 1: cannot be read .*; expected JSON in UTF-8"):
        read_messages(path)


def test_messages_are_read_in_order_and_other_keys_are_passed_over(tmp_path: Path) -> None:
    urgent = {"text": "Help!", "scope": "out", "procedure": "none", "accept_urgent": True}
    assert read_messages(write(tmp_path, GOOD, "", urgent)) == [
        Message(id="q1", text="Do kites fly?", topics=[["kites"]]),
        Message(id="line 3", text="Help!", scope="out", accept_urgent=True),
    ]


def test_topic_that_no_reply_can_have_is_told() -> None:
    messages = [Message(id="q1", text="?", topics=[["kites", "kits"]]), Message(id="q2", text="?", topics=[["kites"]])]
    (told,) = unknown_topics(messages, {"kites"})
    assert told.startswith("q1: no topic of the knowledge table is called kits")
