"""Secret ballots: polls, check-off lists, and the ballots that only their own functions touch"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db import ballots
from shared.db.policies import wall

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "poll",
    "poll_count",
    "poll_item",
    "poll_voter",
)


def upgrade() -> None:
    op.create_table(
        "poll",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=True),
        sa.Column("minimum", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_of_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'open', 'closed', 'published', 'void')", name=op.f("ck_poll_state")
        ),
        sa.CheckConstraint("way in ('screen', 'paper')", name=op.f("ck_poll_way")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_poll_span")),
        sa.CheckConstraint("minimum >= 3", name=op.f("ck_poll_minimum")),
        sa.CheckConstraint("seats is null or seats between 1 and 100", name=op.f("ck_poll_seats")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "again_of_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_tenant_id_again_of_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_poll_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_poll_tenant_id_form_key")),
    )
    op.create_index(
        "ix_poll_open",
        "poll",
        ["tenant_id", "closes_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_poll_unit_id", "poll", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "poll_count",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "returned <= issued and invalid <= returned and invalid >= 0", name=op.f("ck_poll_count_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_count_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_count_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_count")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_poll_count_tenant_id_form_key")),
        sa.UniqueConstraint(
            "tenant_id", "poll_id", "person_id", name=op.f("uq_poll_count_tenant_id_poll_id_person_id")
        ),
    )
    op.create_table(
        "poll_item",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_item_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_item_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_item")),
        sa.UniqueConstraint(
            "tenant_id", "poll_id", "ordinal", name=op.f("uq_poll_item_tenant_id_poll_id_ordinal")
        ),
    )
    op.create_table(
        "poll_voter",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("voter_class", sa.Text(), nullable=False),
        sa.Column("voted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_voter_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_voter_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_voter")),
        sa.UniqueConstraint(
            "tenant_id", "poll_id", "person_id", name=op.f("uq_poll_voter_tenant_id_poll_id_person_id")
        ),
    )
    op.create_index(
        "ix_poll_voter_person_id",
        "poll_voter",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("not voted"),
    )
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
    for statement in ballots.before_tables():
        op.execute(statement)
    op.create_table(
        "ballot",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("voter_class", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"], ["poll.tenant_id", "poll.id"], name=op.f("fk_ballot_tenant_id_poll_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_ballot")),
        schema="ballots",
    )
    op.create_index("ix_ballot_poll_id", "ballot", ["tenant_id", "poll_id"], unique=False, schema="ballots")
    op.create_table(
        "receipt",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"], ["poll.tenant_id", "poll.id"], name=op.f("fk_receipt_tenant_id_poll_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_receipt")),
        schema="ballots",
    )
    op.create_index("ix_receipt_poll_id", "receipt", ["tenant_id", "poll_id"], unique=False, schema="ballots")
    for statement in ballots.after_tables():
        op.execute(statement)
