"""How many statements a message makes at the door; the other parts: `tests/test_work_of_a_message.py`."""

from counted import statements
from stand_in import CHAT
from starlette.testclient import TestClient

MOST_STATEMENTS = 1


def test_message_takes_few_statements_at_the_door(door: TestClient) -> None:
    session = door.post(CHAT, json={"message": "hello"}).json()["session"]
    with statements() as sent:
        assert door.post(CHAT, json={"message": "Does it hurt?", "session": session}).is_success
    assert len(sent) <= MOST_STATEMENTS, sent
