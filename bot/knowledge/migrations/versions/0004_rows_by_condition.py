"""A row names one of its conditions, so that those that hold for a patient are found among any number of others."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW = sa.table("knowledge_row", sa.column("id", sa.Text), sa.column("narrowed_by", sa.Text))
CONDITION = sa.table("row_condition", sa.column("row_id", sa.Text), sa.column("condition", sa.Text))


def upgrade() -> None:
    op.add_column("knowledge_row", sa.Column("narrowed_by", sa.String(64), nullable=False, server_default=""))
    one = sa.select(sa.func.min(CONDITION.c.condition)).where(CONDITION.c.row_id == ROW.c.id).scalar_subquery()
    op.execute(sa.update(ROW).values(narrowed_by=sa.func.coalesce(one, "")))
    with op.batch_alter_table("knowledge_row") as table:
        table.alter_column("narrowed_by", server_default=None)
    op.create_index("ix_knowledge_row_narrowed", "knowledge_row", ["topic", "narrowed_by", "audience", "status"])


def downgrade() -> None:
    op.drop_index("ix_knowledge_row_narrowed", "knowledge_row")
    with op.batch_alter_table("knowledge_row") as table:
        table.drop_column("narrowed_by")
