"""Events of conversations, and messages that wait for their answer."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversation_event",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("sender_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("quarantined_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender_id", "message_id", name="uq_conversation_event_message"),
    )
    op.create_index("ix_conversation_event_sender", "conversation_event", ["sender_id", "id"])
    op.create_index("ix_conversation_event_sender_type", "conversation_event", ["sender_id", "type", "id"])
    op.create_index("ix_conversation_event_at", "conversation_event", ["at"])
    op.create_table(
        "inbox_message",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("sender_id", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=True),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "message_id", name="uq_inbox_message"),
    )
    op.create_index("ix_inbox_message_state", "inbox_message", ["state", "received_at"])
    op.create_index("ix_inbox_message_sender", "inbox_message", ["sender_id", "id"])
    op.create_table(
        "messenger_conversation",
        sa.Column("sender_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("consent_told_at", sa.DateTime(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sender_id"),
    )
    op.create_index("ix_messenger_conversation_heard_at", "messenger_conversation", ["heard_at"])


def downgrade() -> None:
    for name in ("messenger_conversation", "inbox_message", "conversation_event"):
        op.drop_table(name)
