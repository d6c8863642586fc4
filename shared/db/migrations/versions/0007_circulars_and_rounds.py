"""Circulars with receipts; assessment schemes in versions, rounds, reviews, appeals, grades"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import wall

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "assessment_appeal",
    "assessment_entry",
    "assessment_honour",
    "assessment_mark",
    "assessment_proof",
    "assessment_reviewer",
    "assessment_round",
    "circular",
    "circular_file",
    "poll_grade",
    "receipt",
)
#: What the rows of tables that were there must hold from now on.
CHANGED_CHECKS = (
    ("assessment_line", "kind", "kind in ('count', 'evidence', 'rating', 'must', 'bonus', 'veto')"),
    ("assessment_line", "full_marks", "full_marks > 0 or kind = 'veto'"),
    ("assessment_line", "rule", "rule in ('deduct', 'below', 'tiers', 'whole')"),
    ("assessment_scheme", "state", "state in ('draft', 'issued', 'retired')"),
    ("assessment_scheme", "enabled", "state = 'issued' or not enabled"),
    ("assessment_scheme", "marks", "total > 0 and bonus_cap >= 0"),
)


def upgrade() -> None:
    op.create_table(
        "assessment_honour",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level in ('national', 'province', 'city', 'county', 'unit')",
            name=op.f("ck_assessment_honour_level"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_honour_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_honour_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_honour")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_assessment_honour_tenant_id_form_key")),
    )
    op.create_index(
        "ix_assessment_honour_unit_id",
        "assessment_honour",
        ["tenant_id", "unit_id", "granted_on"],
        unique=False,
    )
    op.create_table(
        "circular",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("whom", sa.Text(), server_default="units", nullable=False),
        sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("reply", sa.Text(), server_default="none", nullable=False),
        sa.Column(
            "choices", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(reply = 'choice') = (cardinality(choices) > 0)", name=op.f("ck_circular_choices")
        ),
        sa.CheckConstraint("(state = 'draft') = (sent_at is null)", name=op.f("ck_circular_sent")),
        sa.CheckConstraint("reply in ('none', 'text', 'choice')", name=op.f("ck_circular_reply")),
        sa.CheckConstraint("state <> 'withdrawn' or reason <> ''", name=op.f("ck_circular_withdrawn")),
        sa.CheckConstraint("state in ('draft', 'sent', 'withdrawn')", name=op.f("ck_circular_state")),
        sa.CheckConstraint("whom in ('units', 'people')", name=op.f("ck_circular_whom")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_circular_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["circular.tenant_id", "circular.id"],
            name=op.f("fk_circular_tenant_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_circular_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_circular")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_circular_tenant_id_form_key")),
    )
    op.create_index("ix_circular_unit_id", "circular", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_index(
        "uq_circular_from_id_unit_id",
        "circular",
        ["tenant_id", "from_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("from_id is not null and state <> 'withdrawn'"),
    )
    op.create_table(
        "assessment_round",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("self_until", sa.Date(), nullable=False),
        sa.Column("review_until", sa.Date(), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("period in ('year', 'half', 'quarter')", name=op.f("ck_assessment_round_period")),
        sa.CheckConstraint(
            "state in ('open', 'review', 'confirmed', 'published', 'final', 'withdrawn')",
            name=op.f("ck_assessment_round_state"),
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_assessment_round_span")),
        sa.CheckConstraint(
            "review_until >= self_until and appeal_until >= review_until",
            name=op.f("ck_assessment_round_steps"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "confirmed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_round_tenant_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_round_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scheme_id"],
            ["assessment_scheme.tenant_id", "assessment_scheme.id"],
            name=op.f("fk_assessment_round_tenant_id_scheme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_round_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_round")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_assessment_round_tenant_id_form_key")),
    )
    op.create_index(
        "ix_assessment_round_unit_id", "assessment_round", ["tenant_id", "unit_id", "id"], unique=False
    )
    op.create_table(
        "circular_file",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("circular_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "circular_id"],
            ["circular.tenant_id", "circular.id"],
            name=op.f("fk_circular_file_tenant_id_circular_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_circular_file_tenant_id_file_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_circular_file")),
        sa.UniqueConstraint(
            "tenant_id", "circular_id", "file_id", name=op.f("uq_circular_file_tenant_id_circular_id_file_id")
        ),
    )
    op.create_table(
        "poll_grade",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_grade_tenant_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_grade_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_grade_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_grade")),
        sa.UniqueConstraint(
            "tenant_id", "poll_id", "person_id", name=op.f("uq_poll_grade_tenant_id_poll_id_person_id")
        ),
    )
    op.create_index(
        "ix_poll_grade_person_id", "poll_grade", ["tenant_id", "person_id", "decided_on"], unique=False
    )
    op.create_table(
        "receipt",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("circular_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.BigInteger(), nullable=True),
        sa.Column("reply_text", sa.Text(), server_default="", nullable=False),
        sa.Column("choice", sa.Text(), server_default="", nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by", sa.BigInteger(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(read_at is null) <= (replied_at is null)", name=op.f("ck_receipt_replied")),
        sa.CheckConstraint("num_nonnulls(unit_id, person_id) = 1", name=op.f("ck_receipt_recipient")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "at_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_receipt_tenant_id_at_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "circular_id"],
            ["circular.tenant_id", "circular.id"],
            name=op.f("fk_receipt_tenant_id_circular_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_receipt_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "read_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_receipt_tenant_id_read_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "replied_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_receipt_tenant_id_replied_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_receipt_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_receipt")),
        sa.UniqueConstraint(
            "tenant_id", "circular_id", "person_id", name=op.f("uq_receipt_tenant_id_circular_id_person_id")
        ),
        sa.UniqueConstraint(
            "tenant_id", "circular_id", "unit_id", name=op.f("uq_receipt_tenant_id_circular_id_unit_id")
        ),
    )
    op.create_index(
        "ix_receipt_at_unit_id", "receipt", ["tenant_id", "circular_id", "at_unit_id", "id"], unique=False
    )
    op.create_index(
        "ix_receipt_person_id", "receipt", ["tenant_id", "person_id", "circular_id"], unique=False
    )
    op.create_index("ix_receipt_unit_id", "receipt", ["tenant_id", "unit_id", "circular_id"], unique=False)
    op.create_table(
        "assessment_appeal",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("points_before", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("points_after", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("state = 'open' or answer <> ''", name=op.f("ck_assessment_appeal_answered")),
        sa.CheckConstraint("state in ('open', 'upheld', 'refused')", name=op.f("ck_assessment_appeal_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_appeal_tenant_id_answered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["assessment_line.tenant_id", "assessment_line.id"],
            name=op.f("fk_assessment_appeal_tenant_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_appeal_tenant_id_made_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_assessment_appeal_tenant_id_round_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_appeal_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_appeal")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_assessment_appeal_tenant_id_form_key")),
    )
    op.create_index(
        "ix_assessment_appeal_round_id", "assessment_appeal", ["tenant_id", "round_id", "id"], unique=False
    )
    op.create_table(
        "assessment_entry",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("handed_in_by", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("earned", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("possible", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("rate", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("vetoed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("grade_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("grade_why", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("graded_by", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'handed_in', 'returned', 'reviewed')", name=op.f("ck_assessment_entry_state")
        ),
        sa.CheckConstraint("told between 0 and 2", name=op.f("ck_assessment_entry_told")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "graded_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_entry_tenant_id_graded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handed_in_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_entry_tenant_id_handed_in_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_assessment_entry_tenant_id_round_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_entry_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_entry")),
        sa.UniqueConstraint(
            "tenant_id", "round_id", "unit_id", name=op.f("uq_assessment_entry_tenant_id_round_id_unit_id")
        ),
    )
    op.create_index(
        "ix_assessment_entry_unit_id", "assessment_entry", ["tenant_id", "unit_id", "id"], unique=False
    )
    op.create_table(
        "assessment_mark",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("self_points", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("self_text", sa.Text(), server_default="", nullable=False),
        sa.Column("self_not_applicable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("points", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("not_applicable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("raised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "not not_applicable or points is null", name=op.f("ck_assessment_mark_not_applicable")
        ),
        sa.CheckConstraint(
            "not self_not_applicable or self_points is null",
            name=op.f("ck_assessment_mark_self_not_applicable"),
        ),
        sa.CheckConstraint("points between 0 and most", name=op.f("ck_assessment_mark_points")),
        sa.CheckConstraint("self_points between 0 and most", name=op.f("ck_assessment_mark_self_points")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "given_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_mark_tenant_id_given_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["assessment_line.tenant_id", "assessment_line.id"],
            name=op.f("fk_assessment_mark_tenant_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_assessment_mark_tenant_id_poll_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_assessment_mark_tenant_id_round_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_mark_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_mark")),
        sa.UniqueConstraint(
            "tenant_id",
            "round_id",
            "unit_id",
            "line_id",
            name=op.f("uq_assessment_mark_tenant_id_round_id_unit_id_line_id"),
        ),
    )
    op.create_index(
        "ix_assessment_mark_line_id", "assessment_mark", ["tenant_id", "line_id", "round_id"], unique=False
    )
    op.create_table(
        "assessment_reviewer",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(unit_id, line_id) = 1", name=op.f("ck_assessment_reviewer_one")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["assessment_line.tenant_id", "assessment_line.id"],
            name=op.f("fk_assessment_reviewer_tenant_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_reviewer_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_assessment_reviewer_tenant_id_round_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_reviewer_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_reviewer")),
        sa.UniqueConstraint(
            "tenant_id",
            "round_id",
            "person_id",
            "unit_id",
            "line_id",
            name=op.f("uq_assessment_reviewer_tenant_id_round_id_person_id_unit_id_line_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_assessment_reviewer_person_id",
        "assessment_reviewer",
        ["tenant_id", "person_id", "round_id"],
        unique=False,
    )
    op.create_table(
        "assessment_proof",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "file_id is not null or event_id is not null or note <> ''",
            name=op.f("ck_assessment_proof_something"),
        ),
        sa.CheckConstraint("num_nonnulls(file_id, event_id) <= 1", name=op.f("ck_assessment_proof_one")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "added_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_assessment_proof_tenant_id_added_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_assessment_proof_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_assessment_proof_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["assessment_line.tenant_id", "assessment_line.id"],
            name=op.f("fk_assessment_proof_tenant_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_assessment_proof_tenant_id_round_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_proof_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_proof")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_assessment_proof_tenant_id_form_key")),
    )
    op.create_index(
        "ix_assessment_proof_unit_id",
        "assessment_proof",
        ["tenant_id", "round_id", "unit_id", "line_id"],
        unique=False,
    )
    op.add_column("assessment_line", sa.Column("standard", sa.Text(), server_default="", nullable=False))
    op.add_column("assessment_line", sa.Column("rule", sa.Text(), server_default="deduct", nullable=False))
    op.drop_constraint(op.f("fk_assessment_line_tenant_id_scheme_id"), "assessment_line", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_assessment_line_tenant_id_scheme_id"),
        "assessment_line",
        "assessment_scheme",
        ["tenant_id", "scheme_id"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )
    op.add_column("assessment_scheme", sa.Column("state", sa.Text(), server_default="issued", nullable=False))
    op.add_column(
        "assessment_scheme",
        sa.Column("total", sa.Numeric(precision=6, scale=2), server_default="100", nullable=False),
    )
    op.add_column(
        "assessment_scheme",
        sa.Column("bonus_cap", sa.Numeric(precision=6, scale=2), server_default="5", nullable=False),
    )
    op.add_column(
        "assessment_scheme",
        sa.Column("grading", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "assessment_scheme", sa.Column("revision", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("assessment_scheme", sa.Column("created_by", sa.BigInteger(), nullable=True))
    op.add_column(
        "assessment_scheme",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("assessment_scheme", sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assessment_scheme", sa.Column("form_key", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_assessment_scheme_tenant_id_form_key"), "assessment_scheme", ["tenant_id", "form_key"]
    )
    op.create_foreign_key(
        op.f("fk_assessment_scheme_tenant_id_created_by"),
        "assessment_scheme",
        "person",
        ["tenant_id", "created_by"],
        ["tenant_id", "id"],
    )
    op.add_column("assessment_score", sa.Column("round_id", sa.BigInteger(), nullable=True))
    op.drop_constraint(
        op.f("uq_assessment_score_tenant_id_year_unit_id_line_id"), "assessment_score", type_="unique"
    )
    op.drop_index(op.f("ix_assessment_score_line_id"), table_name="assessment_score")
    op.create_index(
        "ix_assessment_score_line_id",
        "assessment_score",
        ["tenant_id", "line_id", "year", "round_id"],
        unique=False,
    )
    op.create_unique_constraint(
        op.f("uq_assessment_score_tenant_id_year_unit_id_line_id_round_id"),
        "assessment_score",
        ["tenant_id", "year", "unit_id", "line_id", "round_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_foreign_key(
        op.f("fk_assessment_score_tenant_id_round_id"),
        "assessment_score",
        "assessment_round",
        ["tenant_id", "round_id"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )
    op.add_column("inspection", sa.Column("round_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_inspection_tenant_id_round_id"), "inspection", ["tenant_id", "round_id"]
    )
    op.create_foreign_key(
        op.f("fk_inspection_tenant_id_round_id"),
        "inspection",
        "assessment_round",
        ["tenant_id", "round_id"],
        ["tenant_id", "id"],
    )
    for name in ("kind", "full_marks"):
        op.drop_constraint(op.f(f"ck_assessment_line_{name}"), "assessment_line", type_="check")
    for table, name, condition in CHANGED_CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
