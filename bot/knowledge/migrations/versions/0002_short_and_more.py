"""A row has a short form and more, several sources, and translations; a clinic's own rows are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW = sa.table(
    "knowledge_row",
    *(sa.column(name, sa.Text) for name in ("id", "short", "more", "text", "source_id", "source_section")),
)
SOURCE_OF_ROW = sa.table(
    "row_source",
    sa.column("place", sa.Integer),
    *(sa.column(name, sa.Text) for name in ("row_id", "source_id", "section")),
)


def upgrade() -> None:
    op.create_table(
        "row_source",
        sa.Column("row_id", sa.String(128), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["knowledge_row.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("row_id", "place"),
    )
    op.create_table(
        "row_translation",
        sa.Column("row_id", sa.String(128), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("of", sa.String(16), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["knowledge_row.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row_id", "language"),
    )
    op.create_table(
        "conflict_translation",
        sa.Column("conflict_id", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("of", sa.String(16), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("decides", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conflict_id"], ["conflict.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conflict_id", "language"),
    )
    op.add_column("knowledge_row", sa.Column("kind", sa.String(16), nullable=False, server_default="answer"))
    op.add_column("knowledge_row", sa.Column("short", sa.Text(), nullable=False, server_default=""))
    op.add_column("knowledge_row", sa.Column("more", sa.Text(), nullable=False, server_default=""))
    op.execute(sa.update(ROW).values(short=ROW.c.text))
    op.execute(
        sa.insert(SOURCE_OF_ROW).from_select(
            ["row_id", "place", "source_id", "section"],
            sa.select(ROW.c.id, sa.literal(0), ROW.c.source_id, ROW.c.source_section),
        )
    )
    with op.batch_alter_table("knowledge_row") as table:
        for column in ("text", "source_section", "source_id"):
            table.drop_column(column)
        for column in ("kind", "short", "more"):
            table.alter_column(column, server_default=None)


def downgrade() -> None:
    op.add_column("knowledge_row", sa.Column("text", sa.Text(), nullable=False, server_default=""))
    op.add_column("knowledge_row", sa.Column("source_id", sa.String(64), nullable=True))
    op.add_column("knowledge_row", sa.Column("source_section", sa.Text(), nullable=False, server_default=""))
    first = sa.and_(SOURCE_OF_ROW.c.row_id == ROW.c.id, SOURCE_OF_ROW.c.place == 0)
    op.execute(
        sa.update(ROW).values(
            text=ROW.c.short + " " + ROW.c.more,
            source_id=sa.select(SOURCE_OF_ROW.c.source_id).where(first).scalar_subquery(),
            source_section=sa.func.coalesce(sa.select(SOURCE_OF_ROW.c.section).where(first).scalar_subquery(), ""),
        )
    )
    # The schema before knew no row without a source.
    op.execute(sa.delete(ROW).where(ROW.c.source_id.is_(None)))
    for name in ("row_translation", "conflict_translation", "row_source"):
        op.drop_table(name)
    with op.batch_alter_table("knowledge_row") as table:
        for column in ("kind", "short", "more"):
            table.drop_column(column)
        for column in ("text", "source_section"):
            table.alter_column(column, server_default=None)
        table.alter_column("source_id", nullable=False)
        table.create_foreign_key("knowledge_row_source_id_fkey", "source", ["source_id"], ["id"])
