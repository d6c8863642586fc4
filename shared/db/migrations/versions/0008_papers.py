"""Official documents, certificates, templates and the store of papers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db import ballots
from shared.db.policies import wall

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Tables with a wall of their own.
WALLED = (
    "appraisal",
    "certificate",
    "certificate_template",
    "dispatch",
    "dispatch_file",
    "dispatch_issue",
    "dispatch_reply",
    "dispatch_step",
    "dispatch_version",
    "letterhead",
    "number_series",
    "number_year",
    "poll_class",
    "poll_self_review",
    "print_part",
    "seal",
    "stored_paper",
)


def upgrade() -> None:
    op.create_table(
        "certificate_template",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("pages", sa.Text(), server_default="landscape", nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('honour', 'model_worker', 'course', 'card')", name=op.f("ck_certificate_template_kind")
        ),
        sa.CheckConstraint(
            "pages in ('landscape', 'a5-landscape')", name=op.f("ck_certificate_template_pages")
        ),
        sa.CheckConstraint("state in ('active', 'retired')", name=op.f("ck_certificate_template_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_certificate_template_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certificate_template")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_certificate_template_tenant_id_form_key")),
    )
    op.create_index(
        "uq_certificate_template_name",
        "certificate_template",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "letterhead",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report", sa.Text(), server_default="", nullable=False),
        sa.Column("header", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("heading", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="after", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("place in ('before', 'after')", name=op.f("ck_letterhead_place")),
        sa.CheckConstraint("state in ('draft', 'active', 'retired')", name=op.f("ck_letterhead_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "changed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_letterhead_tenant_id_changed_by"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_letterhead_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_letterhead")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_letterhead_tenant_id_form_key")),
    )
    op.create_index(
        "uq_letterhead_report",
        "letterhead",
        ["tenant_id", "report"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "number_series",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('active', 'ended')", name=op.f("ck_number_series_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_number_series_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_number_series_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_number_series")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_number_series_tenant_id_form_key")),
        sa.UniqueConstraint("tenant_id", "prefix", name=op.f("uq_number_series_tenant_id_prefix")),
    )
    op.create_index("ix_number_series_unit_id", "number_series", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "seal",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('active', 'retired')", name=op.f("ck_seal_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_seal_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name=op.f("fk_seal_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_seal_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_seal")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_seal_tenant_id_form_key")),
    )
    op.create_index("ix_seal_unit_id", "seal", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "stored_paper",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_stored_paper_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_stored_paper_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_stored_paper")),
    )
    op.create_index("uq_stored_paper_digest", "stored_paper", ["tenant_id", "digest"], unique=True)
    op.create_table(
        "certificate",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="issued", nullable=False),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("seal_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed_by", sa.BigInteger(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'void') = (void_reason <> '')", name=op.f("ck_certificate_void_reason")),
        sa.CheckConstraint("state in ('issued', 'void')", name=op.f("ck_certificate_state")),
        sa.CheckConstraint("(seal_id is null) = (sealed_at is null)", name=op.f("ck_certificate_sealed_at")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "issued_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_certificate_tenant_id_issued_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_certificate_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seal_id"],
            ["seal.tenant_id", "seal.id"],
            name=op.f("fk_certificate_tenant_id_seal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sealed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_certificate_tenant_id_sealed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id"],
            ["certificate_template.tenant_id", "certificate_template.id"],
            name=op.f("fk_certificate_tenant_id_template_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_certificate_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certificate")),
        sa.UniqueConstraint(
            "tenant_id",
            "template_id",
            "year",
            "serial",
            name=op.f("uq_certificate_tenant_id_template_id_year_serial"),
        ),
    )
    op.create_index("ix_certificate_form_key", "certificate", ["tenant_id", "form_key"], unique=False)
    op.create_index(
        "ix_certificate_person_id",
        "certificate",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("person_id is not null"),
    )
    op.create_index(
        "ix_certificate_seal_id",
        "certificate",
        ["tenant_id", "seal_id"],
        unique=False,
        postgresql_where=sa.text("seal_id is not null"),
    )
    op.create_index("ix_certificate_unit_id", "certificate", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_index(
        "ix_certificate_unsealed",
        "certificate",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("seal_id is null and state = 'issued'"),
    )
    op.create_table(
        "dispatch",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("addressees", sa.Text(), server_default="", nullable=False),
        sa.Column("copies", sa.Text(), server_default="", nullable=False),
        sa.Column("enclosures", sa.Text(), server_default="", nullable=False),
        sa.Column("annotation", sa.Text(), server_default="", nullable=False),
        sa.Column("urgency", sa.Text(), server_default="", nullable=False),
        sa.Column("folded", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("turn", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("number_year", sa.SmallInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("paper_notes", sa.Text(), server_default="", nullable=False),
        sa.Column("reply_to_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("archive_year", sa.SmallInteger(), nullable=True),
        sa.Column("case_no", sa.Text(), nullable=True),
        sa.Column("retention", sa.SmallInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "form in ('downward', 'upward', 'parallel', 'letter', 'minutes')", name=op.f("ck_dispatch_form")
        ),
        sa.CheckConstraint(
            "state <> 'archived' or archive_year is not null", name=op.f("ck_dispatch_archived")
        ),
        sa.CheckConstraint("state <> 'void' or reason <> ''", name=op.f("ck_dispatch_void")),
        sa.CheckConstraint(
            "state in ('draft', 'review', 'countersign', 'signing', 'signed', 'issued', 'archived', 'void')",
            name=op.f("ck_dispatch_state"),
        ),
        sa.CheckConstraint(
            "state in ('signed', 'issued', 'archived', 'void') or number is null",
            name=op.f("ck_dispatch_unnumbered"),
        ),
        sa.CheckConstraint(
            "state not in ('signed', 'issued', 'archived') or number is not null",
            name=op.f("ck_dispatch_numbered"),
        ),
        sa.CheckConstraint("urgency in ('', 'pressing', 'most_pressing')", name=op.f("ck_dispatch_urgency")),
        sa.CheckConstraint(
            "num_nonnulls(archive_year, case_no, retention) in (0, 3)", name=op.f("ck_dispatch_archive")
        ),
        sa.CheckConstraint(
            "num_nonnulls(number, number_year, signed_on, signed_by) in (0, 4)",
            name=op.f("ck_dispatch_number"),
        ),
        sa.CheckConstraint("number is null or series_id is not null", name=op.f("ck_dispatch_series")),
        sa.CheckConstraint(
            "retention is null or retention in (0, 10, 30)", name=op.f("ck_dispatch_retention")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_dispatch_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reply_to_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_tenant_id_reply_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["number_series.tenant_id", "number_series.id"],
            name=op.f("fk_dispatch_tenant_id_series_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "signed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_tenant_id_signed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dispatch_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dispatch_tenant_id_form_key")),
    )
    op.create_index(
        "ix_dispatch_reply_to_id",
        "dispatch",
        ["tenant_id", "reply_to_id"],
        unique=False,
        postgresql_where=sa.text("reply_to_id is not null"),
    )
    op.create_index("ix_dispatch_unit_id", "dispatch", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_index(
        "uq_dispatch_number",
        "dispatch",
        ["tenant_id", "series_id", "number_year", "number"],
        unique=True,
        postgresql_where=sa.text("number is not null"),
    )
    op.create_table(
        "number_year",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("before >= 0 and last >= before", name=op.f("ck_number_year_last")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["number_series.tenant_id", "number_series.id"],
            name=op.f("fk_number_year_tenant_id_series_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_number_year")),
        sa.UniqueConstraint(
            "tenant_id", "series_id", "year", name=op.f("uq_number_year_tenant_id_series_id_year")
        ),
    )
    op.create_table(
        "print_part",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("renders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until is not null)", name=op.f("ck_print_part_lease")
        ),
        sa.CheckConstraint("state in ('queued', 'running', 'done')", name=op.f("ck_print_part_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["job.tenant_id", "job.id"],
            name=op.f("fk_print_part_tenant_id_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_print_part")),
    )
    op.create_index(
        "uq_print_part_job_id_number", "print_part", ["tenant_id", "job_id", "number"], unique=True
    )
    op.create_table(
        "dispatch_file",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispatch_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_file_tenant_id_dispatch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_dispatch_file_tenant_id_file_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch_file")),
        sa.UniqueConstraint(
            "tenant_id", "dispatch_id", "file_id", name=op.f("uq_dispatch_file_tenant_id_dispatch_id_file_id")
        ),
    )
    op.create_table(
        "dispatch_issue",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("circular_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("circular_id is not null or words <> ''", name=op.f("ck_dispatch_issue_words")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "circular_id"],
            ["circular.tenant_id", "circular.id"],
            name=op.f("fk_dispatch_issue_tenant_id_circular_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispatch_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_issue_tenant_id_dispatch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "issued_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_issue_tenant_id_issued_by"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch_issue")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dispatch_issue_tenant_id_form_key")),
    )
    op.create_index(
        "ix_dispatch_issue_dispatch_id", "dispatch_issue", ["tenant_id", "dispatch_id", "id"], unique=False
    )
    op.create_table(
        "dispatch_reply",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("answer_id is not null or words <> ''", name=op.f("ck_dispatch_reply_words")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answer_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_reply_tenant_id_answer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispatch_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_reply_tenant_id_dispatch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_reply_tenant_id_entered_by"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch_reply")),
        sa.UniqueConstraint(
            "tenant_id",
            "dispatch_id",
            "answer_id",
            name=op.f("uq_dispatch_reply_tenant_id_dispatch_id_answer_id"),
        ),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dispatch_reply_tenant_id_form_key")),
    )
    op.create_table(
        "dispatch_step",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome in ('agreed', 'returned')) = (acted_at is not null)",
            name=op.f("ck_dispatch_step_acted"),
        ),
        sa.CheckConstraint("outcome <> 'returned' or words <> ''", name=op.f("ck_dispatch_step_returned")),
        sa.CheckConstraint(
            "outcome in ('waiting', 'agreed', 'returned', 'over')", name=op.f("ck_dispatch_step_outcome")
        ),
        sa.CheckConstraint("part in ('review', 'countersign', 'sign')", name=op.f("ck_dispatch_step_part")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispatch_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_step_tenant_id_dispatch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_step_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch_step")),
        sa.UniqueConstraint(
            "tenant_id",
            "dispatch_id",
            "turn",
            "part",
            "person_id",
            name=op.f("uq_dispatch_step_tenant_id_dispatch_id_turn_part_person_id"),
        ),
    )
    op.create_index(
        "ix_dispatch_step_person_id",
        "dispatch_step",
        ["tenant_id", "person_id", "dispatch_id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'waiting'"),
    )
    op.create_table(
        "dispatch_version",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("addressees", sa.Text(), server_default="", nullable=False),
        sa.Column("copies", sa.Text(), server_default="", nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispatch_id"],
            ["dispatch.tenant_id", "dispatch.id"],
            name=op.f("fk_dispatch_version_tenant_id_dispatch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "saved_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dispatch_version_tenant_id_saved_by"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispatch_version")),
        sa.UniqueConstraint(
            "tenant_id",
            "dispatch_id",
            "number",
            name=op.f("uq_dispatch_version_tenant_id_dispatch_id_number"),
        ),
    )
    op.create_table(
        "appraisal",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("report_until", sa.Date(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("handed_in_by", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_on", sa.Date(), nullable=True),
        sa.Column("poll_id", sa.BigInteger(), nullable=True),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("superior", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=True),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("total", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("grade_why", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'handed_in', 'graded', 'published')", name=op.f("ck_appraisal_state")
        ),
        sa.CheckConstraint("superior between 0 and 100", name=op.f("ck_appraisal_superior")),
        sa.CheckConstraint("year between 2000 and 2200", name=op.f("ck_appraisal_year")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "given_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_appraisal_tenant_id_given_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handed_in_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_appraisal_tenant_id_handed_in_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "holder_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_appraisal_tenant_id_holder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_appraisal_tenant_id_poll_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["assessment_round.tenant_id", "assessment_round.id"],
            name=op.f("fk_appraisal_tenant_id_round_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_appraisal_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("tenant_id", "unit_id", "year", name=op.f("uq_appraisal_tenant_id_unit_id_year")),
    )
    op.create_index("ix_appraisal_holder_id", "appraisal", ["tenant_id", "holder_id", "year"], unique=False)
    op.create_table(
        "poll_class",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.CheckConstraint("heads is null or heads between 1 and 100000", name=op.f("ck_poll_class_heads")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_class_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_class")),
        sa.UniqueConstraint("tenant_id", "poll_id", "key", name=op.f("uq_poll_class_tenant_id_poll_id_key")),
    )
    op.create_table(
        "poll_self_review",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_poll_self_review_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "poll_id"],
            ["poll.tenant_id", "poll.id"],
            name=op.f("fk_poll_self_review_tenant_id_poll_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_poll_self_review")),
        sa.UniqueConstraint(
            "tenant_id", "poll_id", "person_id", name=op.f("uq_poll_self_review_tenant_id_poll_id_person_id")
        ),
    )
    op.create_index(
        "ix_poll_self_review_person_id", "poll_self_review", ["tenant_id", "person_id"], unique=False
    )
    op.drop_index(
        op.f("uq_circular_from_id_unit_id"),
        table_name="circular",
        postgresql_where="((from_id IS NOT NULL) AND (state <> 'withdrawn'::text))",
    )
    op.create_index(
        "uq_circular_from_id_unit_id_whom",
        "circular",
        ["tenant_id", "from_id", "unit_id", "whom"],
        unique=True,
        postgresql_where=sa.text("from_id is not null and state <> 'withdrawn'"),
    )
    op.add_column("delivery", sa.Column("page", sa.Text(), server_default="", nullable=False))
    op.add_column("document", sa.Column("month", sa.SmallInteger(), nullable=True))
    op.add_column("document", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("document", sa.Column("subject_id", sa.BigInteger(), nullable=True))
    op.add_column("document", sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.drop_index(op.f("uq_document_job_id_unit_id"), table_name="document")
    op.create_index(
        "uq_document_job_id_subject_id",
        "document",
        ["tenant_id", "job_id", "subject_id", "report"],
        unique=True,
    )
    op.add_column("poll", sa.Column("self_until", sa.Date(), nullable=True))
    op.add_column("poll", sa.Column("event_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_poll_tenant_id_event_id"), "poll", "event", ["tenant_id", "event_id"], ["tenant_id", "id"]
    )
    op.add_column("poll_count", sa.Column("voter_class", sa.Text(), server_default="members", nullable=False))
    op.drop_constraint(op.f("uq_poll_count_tenant_id_poll_id_person_id"), "poll_count", type_="unique")
    op.create_unique_constraint(
        op.f("uq_poll_count_tenant_id_poll_id_person_id_voter_class"),
        "poll_count",
        ["tenant_id", "poll_id", "person_id", "voter_class"],
    )
    op.drop_constraint(op.f("ck_token_purpose"), "token", schema="platform")
    op.create_check_constraint(
        op.f("ck_token_purpose"),
        "token",
        "purpose in ('first_admin', 'seat', 'password', 'operator', 'address', 'calendar', 'proof')",
        schema="platform",
    )
    # Who votes is fixed at opening, classes too.
    op.execute(
        "create trigger fixed before insert or update or delete on public.poll_class"
        " for each row execute function public.poll_is_fixed()"
    )
    for statement in ballots.cast_again():
        op.execute(statement)
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
