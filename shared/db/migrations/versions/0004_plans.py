"""Plans, their items and versions, and the tasks of units"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import wall

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "finding",
    "finding_note",
    "inspection",
    "measure",
    "plan",
    "plan_item",
    "plan_version",
    "task",
    "task_note",
)


def upgrade() -> None:
    op.create_table(
        "inspection",
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
        sa.Column("organ", sa.Text(), server_default="", nullable=False),
        sa.Column("round_label", sa.Text(), server_default="", nullable=False),
        sa.Column("feedback_on", sa.Date(), nullable=False),
        sa.Column("plan_due", sa.Date(), nullable=True),
        sa.Column("focus_end", sa.Date(), nullable=True),
        sa.Column("report_due", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('supervision', 'inspection', 'patrol', 'assessment', 'self_check')",
            name=op.f("ck_inspection_kind"),
        ),
        sa.CheckConstraint(
            "plan_due >= feedback_on and focus_end >= feedback_on and report_due >= feedback_on",
            name=op.f("ck_inspection_days"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_inspection_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_inspection_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_inspection_tenant_id_form_key")),
    )
    op.create_index("ix_inspection_unit_id", "inspection", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "plan",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), server_default="", nullable=False),
        sa.Column("year_from", sa.SmallInteger(), nullable=True),
        sa.Column("year_to", sa.SmallInteger(), nullable=True),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("source_form", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state in ('issued', 'closed')) <= (issued_on is not null)", name=op.f("ck_plan_issued")
        ),
        sa.CheckConstraint(
            "kind in ('work_points', 'speech', 'scheme', 'notice', 'other')", name=op.f("ck_plan_kind")
        ),
        sa.CheckConstraint(
            "source_form in ('docx', 'txt', 'pdf', 'pasted')", name=op.f("ck_plan_source_form")
        ),
        sa.CheckConstraint(
            "state in ('draft', 'comments', 'issued', 'closed', 'void')", name=op.f("ck_plan_state")
        ),
        sa.CheckConstraint("year_to is null or year_to >= year_from", name=op.f("ck_plan_years")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_plan_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name=op.f("fk_plan_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_plan_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_plan_tenant_id_form_key")),
    )
    op.create_index("ix_plan_unit_id", "plan", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "finding",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("point_key", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="not_started", nullable=False),
        sa.Column("long_term", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("again_of_id", sa.BigInteger(), nullable=True),
        sa.Column("turn", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("applied_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("check_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state <> 'closed' or (closed_by is not null and closed_on is not null)",
            name=op.f("ck_finding_closed"),
        ),
        sa.CheckConstraint(
            "state <> 'reviewed' or approved_by is not null", name=op.f("ck_finding_reviewed")
        ),
        sa.CheckConstraint(
            "state in ('not_started', 'working', 'mostly_done', 'applied', 'reviewed', 'returned', 'closed', 'reopened', 'void')",
            name=op.f("ck_finding_state"),
        ),
        sa.CheckConstraint(
            "approved_by is null or (applied_by is not null and approved_by <> applied_by)",
            name=op.f("ck_finding_first_approver"),
        ),
        sa.CheckConstraint(
            "closed_by is null or (approved_by is not null and closed_by <> approved_by and closed_by <> applied_by)",
            name=op.f("ck_finding_second_approver"),
        ),
        sa.CheckConstraint("due_on >= found_on", name=op.f("ck_finding_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "again_of_id"],
            ["finding.tenant_id", "finding.id"],
            name=op.f("fk_finding_tenant_id_again_of_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "applied_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_finding_tenant_id_applied_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approved_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_finding_tenant_id_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_finding_tenant_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inspection_id"],
            ["inspection.tenant_id", "inspection.id"],
            name=op.f("fk_finding_tenant_id_inspection_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_finding_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "tenant_id", "inspection_id", "number", name=op.f("uq_finding_tenant_id_inspection_id_number")
        ),
    )
    op.create_index(
        "ix_finding_again_of_id",
        "finding",
        ["tenant_id", "again_of_id"],
        unique=False,
        postgresql_where=sa.text("again_of_id is not null"),
    )
    op.create_index("ix_finding_due_on", "finding", ["tenant_id", "due_on", "id"], unique=False)
    op.create_index("ix_finding_unit_id", "finding", ["tenant_id", "unit_id", "point_key"], unique=False)
    op.create_table(
        "plan_item",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("folded", sa.Text(), server_default="", nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("masked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default="item", nullable=False),
        sa.Column("cadence", sa.Text(), nullable=True),
        sa.Column("times", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("audience", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("posts", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("duty_kind", sa.Text(), nullable=True),
        sa.Column("deliverable", sa.Text(), server_default="", nullable=False),
        sa.Column("proof", sa.Text(), server_default="", nullable=False),
        sa.Column("standard", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cadence in ('month', 'quarter', 'half_year', 'year', 'regular')",
            name=op.f("ck_plan_item_cadence"),
        ),
        sa.CheckConstraint("state in ('item', 'proposed', 'dropped')", name=op.f("ck_plan_item_state")),
        sa.CheckConstraint("begins >= 0 and ends >= begins", name=op.f("ck_plan_item_place")),
        sa.CheckConstraint("times between 1 and 31", name=op.f("ck_plan_item_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_plan_item_tenant_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["plan_item.tenant_id", "plan_item.id"],
            name=op.f("fk_plan_item_tenant_id_parent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["plan.tenant_id", "plan.id"],
            name=op.f("fk_plan_item_tenant_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint("tenant_id", "plan_id", "path", name=op.f("uq_plan_item_tenant_id_plan_id_path")),
    )
    op.create_index("ix_plan_item_parent_id", "plan_item", ["tenant_id", "parent_id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_plan_version_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["plan.tenant_id", "plan.id"],
            name=op.f("fk_plan_version_tenant_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint(
            "tenant_id", "plan_id", "number", name=op.f("uq_plan_version_tenant_id_plan_id_number")
        ),
    )
    op.create_table(
        "measure",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("deliverable", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "finding_id"],
            ["finding.tenant_id", "finding.id"],
            name=op.f("fk_measure_tenant_id_finding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_measure_tenant_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_measure_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_measure")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_measure_tenant_id_form_key")),
    )
    op.create_index("ix_measure_finding_id", "measure", ["tenant_id", "finding_id", "id"], unique=False)
    op.create_table(
        "task",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_item_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("by_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("deliverable", sa.Text(), server_default="", nullable=False),
        sa.Column("proof", sa.Text(), server_default="", nullable=False),
        sa.Column("standard", sa.Text(), server_default="", nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("duty_kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="assigned", nullable=False),
        sa.Column("percent", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("assigned_by", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('assigned', 'accepted', 'returned', 'done', 'confirmed', 'withdrawn')",
            name=op.f("ck_task_state"),
        ),
        sa.CheckConstraint("(plan_item_id is null) or (plan_id is not null)", name=op.f("ck_task_item")),
        sa.CheckConstraint("due_on >= begins_on", name=op.f("ck_task_span")),
        sa.CheckConstraint("percent between 0 and 100", name=op.f("ck_task_percent")),
        sa.CheckConstraint("told between 0 and 2", name=op.f("ck_task_told")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assigned_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_task_tenant_id_assigned_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_task_tenant_id_by_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_task_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["task.tenant_id", "task.id"],
            name=op.f("fk_task_tenant_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"], ["plan.tenant_id", "plan.id"], name=op.f("fk_task_tenant_id_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_item_id"],
            ["plan_item.tenant_id", "plan_item.id"],
            name=op.f("fk_task_tenant_id_plan_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_task_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_open",
        "task",
        ["tenant_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('assigned', 'accepted', 'returned', 'done')"),
    )
    op.create_index(
        "ix_task_owner_id",
        "task",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("owner_id is not null"),
    )
    op.create_index(
        "ix_task_parent_id",
        "task",
        ["tenant_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id is not null"),
    )
    op.create_index(
        "ix_task_plan_id",
        "task",
        ["tenant_id", "plan_id"],
        unique=False,
        postgresql_where=sa.text("plan_id is not null"),
    )
    op.create_index("ix_task_unit_id", "task", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_index(
        "uq_task_plan_item_id_unit_id",
        "task",
        ["tenant_id", "plan_item_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("plan_item_id is not null and state <> 'withdrawn'"),
    )
    op.create_table(
        "finding_note",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act in ('enter', 'start', 'progress', 'mostly', 'apply', 'approve', 'close', 'return', 'change', 'again', 'holds', 'failed', 'void')",
            name=op.f("ck_finding_note_act"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_finding_note_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_finding_note_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "finding_id"],
            ["finding.tenant_id", "finding.id"],
            name=op.f("fk_finding_note_tenant_id_finding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_finding_note_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_finding_note")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_finding_note_tenant_id_form_key")),
    )
    op.create_index(
        "ix_finding_note_event_id",
        "finding_note",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_finding_note_file_id",
        "finding_note",
        ["tenant_id", "file_id"],
        unique=False,
        postgresql_where=sa.text("file_id is not null"),
    )
    op.create_index(
        "ix_finding_note_finding_id", "finding_note", ["tenant_id", "finding_id", "id"], unique=False
    )
    op.create_table(
        "task_note",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act in ('accept', 'refuse', 'progress', 'done', 'return', 'confirm', 'withdraw', 'change', 'pass_on')",
            name=op.f("ck_task_note_act"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_task_note_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_task_note_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_task_note_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"],
            ["task.tenant_id", "task.id"],
            name=op.f("fk_task_note_tenant_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task_note")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_task_note_tenant_id_form_key")),
    )
    op.create_index(
        "ix_task_note_event_id",
        "task_note",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_task_note_file_id",
        "task_note",
        ["tenant_id", "file_id"],
        unique=False,
        postgresql_where=sa.text("file_id is not null"),
    )
    op.create_index("ix_task_note_task_id", "task_note", ["tenant_id", "task_id", "id"], unique=False)
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
