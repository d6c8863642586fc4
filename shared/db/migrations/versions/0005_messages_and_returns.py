"""Returns, deeds, contacts, the watch-list, campaigns, notices, channels and ladders"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import wall

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "address_trouble",
    "campaign",
    "channel_address",
    "channel_setting",
    "contact_point",
    "deed",
    "deed_counter",
    "deed_note",
    "filling",
    "filling_note",
    "ladder_step",
    "message_group",
    "message_template",
    "pairing",
    "pairing_activity",
    "plan_comment",
    "posting",
    "preference",
    "return_table",
    "segment",
    "task_helper",
    "visit",
    "visit_problem",
    "watch_condition",
    "watch_entry",
    "watch_measure",
    "watch_month",
    "watch_note",
    "workday",
)


def upgrade() -> None:
    op.create_table(
        "channel_setting",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("spent", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test_outcome", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_channel_setting_per_minute")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_channel_setting_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channel_setting")),
        sa.UniqueConstraint("tenant_id", "channel", name=op.f("uq_channel_setting_tenant_id_channel")),
    )
    op.create_table(
        "deed_counter",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('practical', 'response', 'enterprise', 'problem', 'suggestion', 'policy')",
            name=op.f("ck_deed_counter_kind"),
        ),
        sa.CheckConstraint(
            "state in ('entered', 'open', 'done', 'closed')", name=op.f("ck_deed_counter_state")
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_deed_counter_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_deed_counter_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deed_counter")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_deed_counter_tenant_id_form_key")),
    )
    op.create_table(
        "ladder_step",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("coming", sa.SmallInteger(), nullable=False),
        sa.Column("overdue", sa.SmallInteger(), nullable=False),
        sa.Column("superior", sa.SmallInteger(), nullable=True),
        sa.Column("leader", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "coming >= 0 and overdue > 0 and superior > overdue and leader > superior",
            name=op.f("ck_ladder_step_order"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_ladder_step_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ladder_step")),
        sa.UniqueConstraint("tenant_id", "kind", name=op.f("uq_ladder_step_tenant_id_kind")),
    )
    op.create_table(
        "message_template",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_message_template_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "locale", name=op.f("uq_message_template_tenant_id_kind_locale")
        ),
    )
    op.create_table(
        "workday",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_workday_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_workday")),
        sa.UniqueConstraint("tenant_id", "on_date", name=op.f("uq_workday_tenant_id_on_date")),
    )
    op.create_table(
        "address_trouble",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_address_trouble_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_address_trouble")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "channel", name=op.f("uq_address_trouble_tenant_id_person_id_channel")
        ),
    )
    op.create_table(
        "campaign",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("year_from", sa.SmallInteger(), nullable=False),
        sa.Column("year_to", sa.SmallInteger(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_campaign_state")),
        sa.CheckConstraint("year_to >= year_from", name=op.f("ck_campaign_years")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_campaign_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_campaign_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_campaign_tenant_id_form_key")),
    )
    op.create_index("ix_campaign_unit_id", "campaign", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "channel_address",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_channel_address_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channel_address")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "channel", name=op.f("uq_channel_address_tenant_id_person_id_channel")
        ),
    )
    op.create_table(
        "contact_point",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("by_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("former_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_contact_point_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_contact_point_tenant_id_by_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_contact_point_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "former_id"],
            ["contact_point.tenant_id", "contact_point.id"],
            name=op.f("fk_contact_point_tenant_id_former_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_contact_point_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_contact_point_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact_point")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_contact_point_tenant_id_form_key")),
    )
    op.create_index(
        "ix_contact_point_former_id",
        "contact_point",
        ["tenant_id", "former_id"],
        unique=False,
        postgresql_where=sa.text("former_id is not null"),
    )
    op.create_index("ix_contact_point_person_id", "contact_point", ["tenant_id", "person_id"], unique=False)
    op.create_index(
        "uq_contact_point_unit_id_person_id",
        "contact_point",
        ["tenant_id", "unit_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "deed",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("by_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('practical', 'response', 'enterprise', 'problem', 'suggestion', 'policy')",
            name=op.f("ck_deed_kind"),
        ),
        sa.CheckConstraint(
            "satisfaction in ('satisfied', 'basically', 'unsatisfied', 'not_asked')",
            name=op.f("ck_deed_satisfaction"),
        ),
        sa.CheckConstraint(
            "source in ('masses', 'hotline', 'visit', 'reception', 'enterprise', 'proposal', 'superior', 'own')",
            name=op.f("ck_deed_source"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' or (closed_on is not null and satisfaction is not null)",
            name=op.f("ck_deed_closed"),
        ),
        sa.CheckConstraint(
            "state in ('offered', 'open', 'returned', 'done', 'closed', 'dropped')",
            name=op.f("ck_deed_state"),
        ),
        sa.CheckConstraint(
            "state not in ('done', 'closed') or done_on is not null", name=op.f("ck_deed_done")
        ),
        sa.CheckConstraint("done_on >= came_on and closed_on >= done_on", name=op.f("ck_deed_days")),
        sa.CheckConstraint("due_on >= came_on", name=op.f("ck_deed_span")),
        sa.CheckConstraint("told between 0 and 2", name=op.f("ck_deed_told")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_deed_tenant_id_by_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_deed_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_deed_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_deed_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deed")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_deed_tenant_id_form_key")),
    )
    op.create_index("ix_deed_by_unit_id", "deed", ["tenant_id", "by_unit_id", "state"], unique=False)
    op.create_index("ix_deed_due_on", "deed", ["tenant_id", "due_on", "id"], unique=False)
    op.create_index(
        "ix_deed_owner_id",
        "deed",
        ["tenant_id", "owner_id"],
        unique=False,
        postgresql_where=sa.text("owner_id is not null"),
    )
    op.create_index("ix_deed_unit_id", "deed", ["tenant_id", "unit_id", "state"], unique=False)
    op.create_table(
        "message_group",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel in ('wecom_robot', 'dingtalk_robot')", name=op.f("ck_message_group_channel")
        ),
        sa.CheckConstraint("state in ('active', 'ended')", name=op.f("ck_message_group_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_message_group_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_group")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_message_group_tenant_id_form_key")),
    )
    op.create_index("ix_message_group_unit_id", "message_group", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("to_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(to_unit_id, nullif(partner, '')) = 1", name=op.f("ck_pairing_partner")
        ),
        sa.CheckConstraint("to_unit_id <> from_unit_id", name=op.f("ck_pairing_two")),
        sa.CheckConstraint("until >= since", name=op.f("ck_pairing_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_pairing_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_pairing_tenant_id_from_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_pairing_tenant_id_to_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_pairing_tenant_id_form_key")),
    )
    op.create_index("ix_pairing_from_unit_id", "pairing", ["tenant_id", "from_unit_id", "id"], unique=False)
    op.create_index(
        "ix_pairing_to_unit_id",
        "pairing",
        ["tenant_id", "to_unit_id"],
        unique=False,
        postgresql_where=sa.text("to_unit_id is not null"),
    )
    op.create_table(
        "posting",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("from_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("to_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("duties", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('posting', 'village', 'first_secretary', 'instructor')", name=op.f("ck_posting_kind")
        ),
        sa.CheckConstraint("to_unit_id is not null or place <> ''", name=op.f("ck_posting_place")),
        sa.CheckConstraint("until >= since", name=op.f("ck_posting_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_posting_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_posting_tenant_id_from_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_posting_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_posting_tenant_id_to_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_posting")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_posting_tenant_id_form_key")),
    )
    op.create_index("ix_posting_from_unit_id", "posting", ["tenant_id", "from_unit_id", "id"], unique=False)
    op.create_index("ix_posting_person_id", "posting", ["tenant_id", "person_id"], unique=False)
    op.create_index(
        "ix_posting_to_unit_id",
        "posting",
        ["tenant_id", "to_unit_id"],
        unique=False,
        postgresql_where=sa.text("to_unit_id is not null"),
    )
    op.create_table(
        "preference",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_preference_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_preference")),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "topic",
            "channel",
            name=op.f("uq_preference_tenant_id_person_id_topic_channel"),
        ),
    )
    op.create_table(
        "segment",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_segment_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_segment_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_segment")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_segment_tenant_id_form_key")),
        sa.UniqueConstraint("tenant_id", "unit_id", "name", name=op.f("uq_segment_tenant_id_unit_id_name")),
    )
    op.create_table(
        "watch_entry",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="listed", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("secretary_id", sa.BigInteger(), nullable=True),
        sa.Column("turn", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("applied_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("told_for", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'off') = (closed_by is not null and closed_on is not null)",
            name=op.f("ck_watch_entry_closed"),
        ),
        sa.CheckConstraint(
            "state <> 'reviewed' or approved_by is not null", name=op.f("ck_watch_entry_reviewed")
        ),
        sa.CheckConstraint(
            "state in ('listed', 'applied', 'reviewed', 'off', 'void')", name=op.f("ck_watch_entry_state")
        ),
        sa.CheckConstraint(
            "approved_by is null or (applied_by is not null and approved_by <> applied_by)",
            name=op.f("ck_watch_entry_first_approver"),
        ),
        sa.CheckConstraint(
            "closed_by is null or (approved_by is not null and closed_by <> approved_by and closed_by <> applied_by)",
            name=op.f("ck_watch_entry_second_approver"),
        ),
        sa.CheckConstraint("until >= decided_on", name=op.f("ck_watch_entry_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "applied_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_entry_tenant_id_applied_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approved_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_entry_tenant_id_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_entry_tenant_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "leader_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_entry_tenant_id_leader_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "secretary_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_entry_tenant_id_secretary_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_watch_entry_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_watch_entry")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_watch_entry_tenant_id_form_key")),
    )
    op.create_index("ix_watch_entry_until", "watch_entry", ["tenant_id", "until", "id"], unique=False)
    op.create_index(
        "uq_watch_entry_unit_id",
        "watch_entry",
        ["tenant_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("state in ('listed', 'applied', 'reviewed')"),
    )
    op.create_table(
        "watch_condition",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("gone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checked_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_condition_tenant_id_checked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["watch_entry.tenant_id", "watch_entry.id"],
            name=op.f("fk_watch_condition_tenant_id_entry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_watch_condition")),
        sa.UniqueConstraint(
            "tenant_id", "entry_id", "key", name=op.f("uq_watch_condition_tenant_id_entry_id_key")
        ),
    )
    op.create_table(
        "watch_measure",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["watch_entry.tenant_id", "watch_entry.id"],
            name=op.f("fk_watch_measure_tenant_id_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_measure_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_watch_measure")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_watch_measure_tenant_id_form_key")),
    )
    op.create_index(
        "ix_watch_measure_entry_id", "watch_measure", ["tenant_id", "entry_id", "id"], unique=False
    )
    op.create_table(
        "watch_month",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_watch_month_first_day")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["watch_entry.tenant_id", "watch_entry.id"],
            name=op.f("fk_watch_month_tenant_id_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_month_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_watch_month")),
        sa.UniqueConstraint(
            "tenant_id", "entry_id", "month", name=op.f("uq_watch_month_tenant_id_entry_id_month")
        ),
    )
    op.create_table(
        "watch_note",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act in ('list', 'apply', 'approve', 'off', 'return', 'stay', 'back', 'change', 'void')",
            name=op.f("ck_watch_note_act"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["watch_entry.tenant_id", "watch_entry.id"],
            name=op.f("fk_watch_note_tenant_id_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_watch_note_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_watch_note")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_watch_note_tenant_id_form_key")),
    )
    op.create_index("ix_watch_note_entry_id", "watch_note", ["tenant_id", "entry_id", "id"], unique=False)
    op.create_table(
        "plan_comment",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_item_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("answer in ('taken', 'not_taken')", name=op.f("ck_plan_comment_answer")),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name=op.f("ck_plan_comment_answered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_plan_comment_tenant_id_answered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_plan_comment_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["plan.tenant_id", "plan.id"],
            name=op.f("fk_plan_comment_tenant_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_item_id"],
            ["plan_item.tenant_id", "plan_item.id"],
            name=op.f("fk_plan_comment_tenant_id_plan_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_plan_comment_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_comment")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_plan_comment_tenant_id_form_key")),
    )
    op.create_index("ix_plan_comment_plan_id", "plan_comment", ["tenant_id", "plan_id", "id"], unique=False)
    op.create_table(
        "return_table",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_item_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state in ('issued', 'closed')) <= (due_on is not null)", name=op.f("ck_return_table_issued")
        ),
        sa.CheckConstraint("layout in ('row', 'list')", name=op.f("ck_return_table_layout")),
        sa.CheckConstraint("state <> 'withdrawn' or reason <> ''", name=op.f("ck_return_table_withdrawn")),
        sa.CheckConstraint(
            "state in ('draft', 'issued', 'closed', 'withdrawn')", name=op.f("ck_return_table_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_return_table_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["return_table.tenant_id", "return_table.id"],
            name=op.f("fk_return_table_tenant_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_item_id"],
            ["plan_item.tenant_id", "plan_item.id"],
            name=op.f("fk_return_table_tenant_id_plan_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_return_table_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_return_table")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_return_table_tenant_id_form_key")),
    )
    op.create_index(
        "ix_return_table_from_id",
        "return_table",
        ["tenant_id", "from_id"],
        unique=False,
        postgresql_where=sa.text("from_id is not null"),
    )
    op.create_index(
        "ix_return_table_open",
        "return_table",
        ["tenant_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_index(
        "ix_return_table_plan_item_id",
        "return_table",
        ["tenant_id", "plan_item_id"],
        unique=False,
        postgresql_where=sa.text("plan_item_id is not null"),
    )
    op.create_index("ix_return_table_unit_id", "return_table", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "deed_note",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("deed_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act in ('enter', 'offer', 'claim', 'progress', 'done', 'return', 'close', 'drop', 'change')",
            name=op.f("ck_deed_note_act"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deed_id"],
            ["deed.tenant_id", "deed.id"],
            name=op.f("fk_deed_note_tenant_id_deed_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_deed_note_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_deed_note_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_deed_note_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deed_note")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_deed_note_tenant_id_form_key")),
    )
    op.create_index("ix_deed_note_deed_id", "deed_note", ["tenant_id", "deed_id", "id"], unique=False)
    op.create_index(
        "ix_deed_note_event_id",
        "deed_note",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_deed_note_file_id",
        "deed_note",
        ["tenant_id", "file_id"],
        unique=False,
        postgresql_where=sa.text("file_id is not null"),
    )
    op.create_table(
        "filling",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_by", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state in ('handed_in', 'taken')) <= (handed_at is not null)", name=op.f("ck_filling_handed_in")
        ),
        sa.CheckConstraint(
            "state in ('open', 'handed_in', 'taken', 'returned')", name=op.f("ck_filling_state")
        ),
        sa.CheckConstraint("told between 0 and 2", name=op.f("ck_filling_told")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_filling_tenant_id_handed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "return_id"],
            ["return_table.tenant_id", "return_table.id"],
            name=op.f("fk_filling_tenant_id_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "saved_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_filling_tenant_id_saved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_filling_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_filling")),
        sa.UniqueConstraint(
            "tenant_id", "return_id", "unit_id", name=op.f("uq_filling_tenant_id_return_id_unit_id")
        ),
    )
    op.create_index(
        "ix_filling_open",
        "filling",
        ["tenant_id", "return_id", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('open', 'returned')"),
    )
    op.create_index("ix_filling_unit_id", "filling", ["tenant_id", "unit_id", "id"], unique=False)
    op.create_table(
        "pairing_activity",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pairing_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_pairing_activity_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_pairing_activity_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pairing_id"],
            ["pairing.tenant_id", "pairing.id"],
            name=op.f("fk_pairing_activity_tenant_id_pairing_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pairing_activity")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_pairing_activity_tenant_id_form_key")),
    )
    op.create_index(
        "ix_pairing_activity_event_id",
        "pairing_activity",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_pairing_activity_pairing_id",
        "pairing_activity",
        ["tenant_id", "pairing_id", "on_date"],
        unique=False,
    )
    op.create_table(
        "task_helper",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(unit_id, person_id) = 1", name=op.f("ck_task_helper_who")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_task_helper_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"],
            ["task.tenant_id", "task.id"],
            name=op.f("fk_task_helper_tenant_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_task_helper_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task_helper")),
    )
    op.create_index(
        "ix_task_helper_person_id",
        "task_helper",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("person_id is not null"),
    )
    op.create_index(
        "ix_task_helper_unit_id",
        "task_helper",
        ["tenant_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("unit_id is not null"),
    )
    op.create_index(
        "uq_task_helper_task_id_person_id",
        "task_helper",
        ["tenant_id", "task_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id is not null"),
    )
    op.create_index(
        "uq_task_helper_task_id_unit_id",
        "task_helper",
        ["tenant_id", "task_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("unit_id is not null"),
    )
    op.create_table(
        "visit",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="held", nullable=False),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('visit', 'reception', 'contact')", name=op.f("ck_visit_kind")),
        sa.CheckConstraint("state in ('held', 'void')", name=op.f("ck_visit_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contact_point.tenant_id", "contact_point.id"],
            name=op.f("fk_visit_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_visit_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_visit_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_visit_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_visit_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_visit")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_visit_tenant_id_form_key")),
    )
    op.create_index(
        "ix_visit_contact_id",
        "visit",
        ["tenant_id", "contact_id", "on_date"],
        unique=False,
        postgresql_where=sa.text("contact_id is not null"),
    )
    op.create_index(
        "ix_visit_event_id",
        "visit",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index("ix_visit_on_date", "visit", ["tenant_id", "on_date", "id"], unique=False)
    op.create_index("ix_visit_person_id", "visit", ["tenant_id", "person_id"], unique=False)
    op.create_index("ix_visit_unit_id", "visit", ["tenant_id", "unit_id", "on_date"], unique=False)
    op.create_table(
        "filling_note",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("filling_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("act in ('hand_in', 'return', 'check', 'take')", name=op.f("ck_filling_note_act")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "filling_id"],
            ["filling.tenant_id", "filling.id"],
            name=op.f("fk_filling_note_tenant_id_filling_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_filling_note_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_filling_note")),
        sa.UniqueConstraint(
            "tenant_id", "filling_id", "form_key", name=op.f("uq_filling_note_tenant_id_filling_id_form_key")
        ),
    )
    op.create_index(
        "ix_filling_note_filling_id", "filling_note", ["tenant_id", "filling_id", "id"], unique=False
    )
    op.create_table(
        "visit_problem",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), server_default="", nullable=False),
        sa.Column("deed_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deed_id"],
            ["deed.tenant_id", "deed.id"],
            name=op.f("fk_visit_problem_tenant_id_deed_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"],
            ["visit.tenant_id", "visit.id"],
            name=op.f("fk_visit_problem_tenant_id_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_visit_problem")),
        sa.UniqueConstraint(
            "tenant_id", "visit_id", "ordinal", name=op.f("uq_visit_problem_tenant_id_visit_id_ordinal")
        ),
    )
    op.create_index(
        "ix_visit_problem_deed_id",
        "visit_problem",
        ["tenant_id", "deed_id"],
        unique=False,
        postgresql_where=sa.text("deed_id is not null"),
    )
    op.add_column("delivery", sa.Column("group_id", sa.BigInteger(), nullable=True))
    op.add_column("delivery", sa.Column("reference", sa.Text(), nullable=True))
    op.alter_column("delivery", "person_id", existing_type=sa.BIGINT(), nullable=True)
    op.drop_index(
        op.f("ix_delivery_waiting"),
        table_name="delivery",
        postgresql_where="(state = ANY (ARRAY['pending'::text, 'sending'::text]))",
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["tenant_id", "channel", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
    op.create_index(
        "uq_delivery_occasion_id_group_id",
        "delivery",
        ["tenant_id", "occasion_id", "group_id"],
        unique=True,
        postgresql_where=sa.text("group_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_delivery_tenant_id_group_id"),
        "delivery",
        "message_group",
        ["tenant_id", "group_id"],
        ["tenant_id", "id"],
    )
    op.add_column("finding", sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_finding_late",
        "finding",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text(
            "state in ('not_started', 'working', 'mostly_done', 'returned') and told < 2"
        ),
    )
    op.add_column("measure", sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_measure_late",
        "measure",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("done_on is null and told < 1"),
    )
    op.add_column("plan_item", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_plan_item_campaign_id",
        "plan_item",
        ["tenant_id", "campaign_id"],
        unique=False,
        postgresql_where=sa.text("campaign_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_plan_item_tenant_id_campaign_id"),
        "plan_item",
        "campaign",
        ["tenant_id", "campaign_id"],
        ["tenant_id", "id"],
    )
    op.add_column("task", sa.Column("post", sa.Text(), server_default="", nullable=False))
    op.drop_index(
        op.f("uq_task_plan_item_id_unit_id"),
        table_name="task",
        postgresql_where="((plan_item_id IS NOT NULL) AND (state <> 'withdrawn'::text))",
    )
    op.create_index(
        "uq_task_plan_item_id_unit_id",
        "task",
        ["tenant_id", "plan_item_id", "unit_id", "post"],
        unique=True,
        postgresql_where=sa.text("plan_item_id is not null and state <> 'withdrawn'"),
    )
    op.create_check_constraint(
        op.f("ck_delivery_recipient"), "delivery", "num_nonnulls(person_id, group_id) = 1"
    )
    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
