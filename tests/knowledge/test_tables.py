"""The tables in the database: what the database itself refuses."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import open_engine
from bot.knowledge.load import migrate
from bot.knowledge.tables import ConditionRecord


def test_detail_of_a_row_that_does_not_exist_is_refused(empty_database: str) -> None:
    engine = open_engine(empty_database)
    try:
        migrate(engine)
        with Session(engine) as session:
            session.add(ConditionRecord(row_id="hsg-kites-clinic", condition="windy"))
            with pytest.raises(IntegrityError):
                session.flush()
    finally:
        engine.dispose()
