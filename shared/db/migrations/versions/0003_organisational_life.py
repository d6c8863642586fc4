"""Minutes, votes, resolutions, study hours, joint events, exempt periods"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import wall

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "exemption",
    "guest",
    "joint_offer",
    "minutes",
    "resolution",
    "study_hours",
    "vote",
)


def upgrade() -> None:
    op.create_table(
        "exemption",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("spares_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(ended_at is null) = (end_reason is null)", name=op.f("ck_exemption_ended")),
        sa.CheckConstraint(
            "spares_until <= until and spares_until >= since - 1", name=op.f("ck_exemption_spares_until")
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_exemption_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ended_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_exemption_tenant_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "granted_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_exemption_tenant_id_granted_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_exemption_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exemption")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_exemption_tenant_id_form_key")),
    )
    op.create_index("ix_exemption_unit_id", "exemption", ["tenant_id", "unit_id", "since"], unique=False)
    op.create_table(
        "guest",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_guest_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_guest_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_guest")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "ordinal", name=op.f("uq_guest_tenant_id_event_id_ordinal")
        ),
    )
    op.create_index(
        "ix_guest_person_id",
        "guest",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("person_id is not null"),
    )
    op.create_table(
        "joint_offer",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("taken_event_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'taken') = (taken_event_id is not null)", name=op.f("ck_joint_offer_taken")
        ),
        sa.CheckConstraint(
            "state in ('asked', 'taken', 'declined', 'withdrawn')", name=op.f("ck_joint_offer_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_joint_offer_tenant_id_answered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_joint_offer_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "taken_event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_joint_offer_tenant_id_taken_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_joint_offer_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_joint_offer")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "unit_id", name=op.f("uq_joint_offer_tenant_id_event_id_unit_id")
        ),
    )
    op.create_index(
        "ix_joint_offer_taken_event_id",
        "joint_offer",
        ["tenant_id", "taken_event_id"],
        unique=False,
        postgresql_where=sa.text("taken_event_id is not null"),
    )
    op.create_index(
        "ix_joint_offer_unit_id",
        "joint_offer",
        ["tenant_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "resolution",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_on is null)", name=op.f("ck_resolution_ended")),
        sa.CheckConstraint("state in ('open', 'done', 'dropped')", name=op.f("ck_resolution_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ended_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_resolution_tenant_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_resolution_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_resolution_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_resolution_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_resolution")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "ordinal", name=op.f("uq_resolution_tenant_id_event_id_ordinal")
        ),
    )
    op.create_index(
        "ix_resolution_open",
        "resolution",
        ["tenant_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_resolution_owner_id",
        "resolution",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_resolution_unit_id", "resolution", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "study_hours",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'asked') = (decided_at is null)", name=op.f("ck_study_hours_decided")),
        sa.CheckConstraint("form in ('central', 'self', 'practice')", name=op.f("ck_study_hours_form")),
        sa.CheckConstraint("state in ('asked', 'signed', 'refused')", name=op.f("ck_study_hours_state")),
        sa.CheckConstraint("hours > 0 and hours <= 24", name=op.f("ck_study_hours_hours")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_study_hours_tenant_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_study_hours_tenant_id_entered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_study_hours_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_study_hours_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_study_hours_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_study_hours")),
        sa.UniqueConstraint(
            "tenant_id", "form_key", "person_id", name=op.f("uq_study_hours_tenant_id_form_key_person_id")
        ),
    )
    op.create_index(
        "ix_study_hours_asked",
        "study_hours",
        ["tenant_id", "unit_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_study_hours_person_id", "study_hours", ["tenant_id", "person_id", "on_date"], unique=False
    )
    op.create_index(
        "ix_study_hours_unit_id", "study_hours", ["tenant_id", "unit_id", "on_date"], unique=False
    )
    op.create_index(
        "uq_study_hours_event_id_person_id",
        "study_hours",
        ["tenant_id", "event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_table(
        "vote",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("secret", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_count", sa.Integer(), nullable=False),
        sa.Column("present_count", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("abstain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("written", sa.Integer(), server_default="0", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("present_count + written <= due_count", name=op.f("ck_vote_written")),
        sa.CheckConstraint("present_count <= due_count", name=op.f("ck_vote_present_count")),
        sa.CheckConstraint("yes + no + abstain <= present_count + written", name=op.f("ck_vote_cast")),
        sa.CheckConstraint(
            "yes >= 0 and no >= 0 and abstain >= 0 and written >= 0 and due_count >= 0 and present_count >= 0",
            name=op.f("ck_vote_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_vote_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_vote")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "ordinal", name=op.f("uq_vote_tenant_id_event_id_ordinal")
        ),
    )
    op.create_table(
        "minutes",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_item_id", sa.BigInteger(), nullable=True),
        sa.Column("meeting_id", sa.BigInteger(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("chair_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'filed') = (event_id is not null)", name=op.f("ck_minutes_filed")),
        sa.CheckConstraint(
            "state in ('draft', 'sent', 'returned', 'filed', 'dropped')", name=op.f("ck_minutes_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chair_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_minutes_tenant_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_minutes_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "due_item_id"],
            ["due_item.tenant_id", "due_item.id"],
            name=op.f("fk_minutes_tenant_id_due_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_minutes_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_minutes_tenant_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "saved_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_minutes_tenant_id_saved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_minutes_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_minutes_tenant_id_form_key")),
    )
    op.create_index(
        "ix_minutes_chair_id",
        "minutes",
        ["tenant_id", "chair_id"],
        unique=False,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index(
        "ix_minutes_event_id",
        "minutes",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_minutes_unit_id",
        "minutes",
        ["tenant_id", "unit_id", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('draft', 'sent', 'returned')"),
    )
    op.create_index(
        "uq_minutes_due_item_id",
        "minutes",
        ["tenant_id", "due_item_id"],
        unique=True,
        postgresql_where=sa.text("due_item_id is not null and state in ('draft', 'sent', 'returned')"),
    )
    op.add_column("attendance", sa.Column("made_up_on", sa.Date(), nullable=True))
    op.add_column("attendance", sa.Column("made_up_how", sa.Text(), nullable=True))
    op.add_column("attendance", sa.Column("made_up_by", sa.BigInteger(), nullable=True))
    op.add_column("attendance", sa.Column("made_up_asked_on", sa.Date(), nullable=True))
    op.add_column("attendance", sa.Column("made_up_asked_how", sa.Text(), nullable=True))
    op.create_index(
        "ix_attendance_to_make_up",
        "attendance",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("not present and made_up_on is null"),
    )
    op.create_foreign_key(
        op.f("fk_attendance_tenant_id_made_up_by"),
        "attendance",
        "person",
        ["tenant_id", "made_up_by"],
        ["tenant_id", "id"],
    )
    op.add_column("due_item", sa.Column("exemption_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_due_item_exemption_id",
        "due_item",
        ["tenant_id", "exemption_id"],
        unique=False,
        postgresql_where=sa.text("exemption_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_due_item_tenant_id_exemption_id"),
        "due_item",
        "exemption",
        ["tenant_id", "exemption_id"],
        ["tenant_id", "id"],
    )
    op.add_column("event", sa.Column("signed_by", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("signed_on", sa.Date(), nullable=True))
    op.add_column("event", sa.Column("signed_how", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("joint_event_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "event", sa.Column("backfilled", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("event", sa.Column("batch_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_event_batch_id",
        "event",
        ["tenant_id", "batch_id"],
        unique=False,
        postgresql_where=sa.text("batch_id is not null"),
    )
    op.create_index(
        "ix_event_joint_event_id",
        "event",
        ["tenant_id", "joint_event_id"],
        unique=False,
        postgresql_where=sa.text("joint_event_id is not null"),
    )
    op.create_index(
        "ix_event_publication",
        "event",
        ["tenant_id", "held_on", "id"],
        unique=False,
        postgresql_where=sa.text("kind = 'publication' and state = 'filed'"),
    )
    op.create_foreign_key(
        op.f("fk_event_tenant_id_signed_by"),
        "event",
        "person",
        ["tenant_id", "signed_by"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_event_tenant_id_batch_id"),
        "event",
        "import_batch",
        ["tenant_id", "batch_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_event_tenant_id_joint_event_id"),
        "event",
        "event",
        ["tenant_id", "joint_event_id"],
        ["tenant_id", "id"],
    )
    op.add_column("invitation", sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meeting", sa.Column("checkin_key", sa.Text(), nullable=True))
    op.add_column("meeting", sa.Column("checkin_until", sa.DateTime(timezone=True), nullable=True))
    for table, name, condition in (
        ("event", "signed_how", "signed_how in ('seat', 'paper')"),
        ("event", "signed", "(signed_on is null) = (signed_how is null)"),
        ("event", "joint", "joint_event_id <> id"),
        ("attendance", "made_up", "made_up_on is null or not present"),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
