"""Indexes, so that nothing that runs for a message, every few seconds or every hour reads a whole table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_inbox_message_received", "inbox_message", "received_at", None),
    ("ix_inbox_message_open", "inbox_message", "channel, id", "state <> 'done'"),
    ("ix_hand_off_opened", "hand_off", "opened_at", None),
    ("ix_clerk_message_hand_off", "clerk_message", "hand_off_id", None),
    ("ix_clerk_message_at", "clerk_message", "at", None),
    ("ix_missed_question_waiting", "missed_question", "id", "handled_at IS NULL"),
    ("ix_missed_question_named", "missed_question", "at", "sender_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, which in INDEXES:
        where = sa.text(which) if which else None
        op.create_index(name, table, columns.split(", "), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
