"""The ground: every table of the first issue"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import IDENTIFIER, LOGIN, PLATFORM, TENANT, append_only, platform_wall, wall

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: The tenants' tables, as they stood at this step.
WALLED = (
    "assessment_line",
    "assessment_scheme",
    "assessment_score",
    "attendance",
    "correction",
    "delivery",
    "document",
    "due_item",
    "duty_rule",
    "event",
    "file",
    "import_batch",
    "import_effect",
    "import_row",
    "job",
    "membership",
    "occasion",
    "person",
    "person_term",
    "post",
    "reminder",
    "role_grant",
    "setting",
    "unit",
    "unit_change",
    "unit_term",
)
APPEND_ONLY = ("audit_entry",)


def platform_statements() -> Iterator[str]:
    """What the running system may see and do in the schema platform; everything else is refused."""
    own_seats = f"select tenant_id from platform.seat where login_id = {LOGIN}"  # noqa: S608 - constants of this file
    yield from platform_wall(
        "tenant",
        "select, insert, update",
        {
            # Itself when open; the tenants in which the signed-in login has a seat; all in the platform scope.
            "visible": ("select", f"id = {TENANT} or id in ({own_seats}) or {PLATFORM}", None),
            "made": ("insert", None, PLATFORM),
            "changed": ("update", PLATFORM, PLATFORM),
        },
    )
    yield from platform_wall(
        "usage",
        "select, insert, update",
        {
            "visible": ("select", f"tenant_id = {TENANT} or {PLATFORM}", None),
            "counted": ("insert", None, f"tenant_id = {TENANT}"),
            "recounted": ("update", f"tenant_id = {TENANT}", f"tenant_id = {TENANT}"),
        },
    )
    yield from platform_wall(
        "operator_audit",
        "select, insert",
        {"visible": ("select", PLATFORM, None), "noted": ("insert", None, PLATFORM)},
    )
    own_login = f"identifier = {IDENTIFIER} or id = {LOGIN}"
    yield from platform_wall(
        "login",
        "select, insert, update",
        {
            "own": ("select", own_login, None),
            "made": ("insert", None, f"identifier = {IDENTIFIER}"),
            "changed": ("update", own_login, own_login),
        },
    )
    yield from platform_wall(
        "seat",
        "select, insert, update, delete",
        {
            "tenant": ("all", f"tenant_id = {TENANT}", f"tenant_id = {TENANT}"),
            # A login sees its own seats only while no tenant is open.
            "own": ("select", f"login_id = {LOGIN} and {TENANT} is null", None),
        },
    )
    invitation = "purpose in ('seat', 'first_admin')"
    yield from platform_wall(
        "token",
        "select, insert, update, delete",
        {
            "platform": ("all", PLATFORM, PLATFORM),
            # A tenant makes, sees and revokes its own invitations; the secret is in none of them.
            "tenant": (
                "all",
                f"tenant_id = {TENANT} and {invitation}",
                f"tenant_id = {TENANT} and {invitation}",
            ),
        },
    )
    yield from platform_wall(
        "sign_in_attempt",
        "select, insert, delete",
        {"platform": ("all", PLATFORM, PLATFORM)},
    )
    yield from platform_wall(
        "rule_pack",
        "select",
        {"shipped": ("select", "true", None), "owner": ("all", "current_user = 'jiceng_owner'", None)},
    )


def upgrade() -> None:
    op.create_table(
        "login",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("second_factor", sa.LargeBinary(), nullable=True),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("operator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("locale", sa.Text(), server_default="zh_Hans", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "identifier = lower(identifier) and identifier <> ''", name=op.f("ck_login_identifier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("identifier", name=op.f("uq_login_identifier")),
        schema="platform",
    )
    op.create_table(
        "operator_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("login_id", sa.BigInteger(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_audit")),
        schema="platform",
    )
    op.create_table(
        "rule_pack",
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("pack", "key", "valid_from", name=op.f("pk_rule_pack")),
        schema="platform",
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("identifier_hash", sa.LargeBinary(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        schema="platform",
    )
    op.create_index(
        "ix_sign_in_attempt_identifier_at",
        "sign_in_attempt",
        ["identifier_hash", "at"],
        unique=False,
        schema="platform",
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('bureau', 'union')", name=op.f("ck_tenant_kind")),
        sa.CheckConstraint("state in ('active', 'suspended')", name=op.f("ck_tenant_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        schema="platform",
    )
    op.create_table(
        "assessment_scheme",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("applies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("settle_days", sa.SmallInteger(), server_default="31", nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_assessment_scheme_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_scheme")),
        sa.UniqueConstraint(
            "tenant_id", "key", "version", name=op.f("uq_assessment_scheme_tenant_id_key_version")
        ),
    )
    op.create_table(
        "audit_entry",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), server_default="", nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_audit_entry_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["tenant_id", "at", "id"], unique=False)
    op.create_index(
        "ix_audit_entry_object", "audit_entry", ["tenant_id", "object_type", "object_id", "id"], unique=False
    )
    op.create_index("ix_audit_entry_person_id", "audit_entry", ["tenant_id", "person_id", "id"], unique=False)
    op.create_index("ix_audit_entry_verb", "audit_entry", ["tenant_id", "verb", "id"], unique=False)
    op.create_table(
        "duty_rule",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("times", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("from_month", sa.SmallInteger(), nullable=True),
        sa.Column("to_month", sa.SmallInteger(), nullable=True),
        sa.Column("early_days", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), server_default="pack", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "cadence in ('month', 'quarter', 'half_year', 'year')", name=op.f("ck_duty_rule_cadence")
        ),
        sa.CheckConstraint(
            "level in ('national', 'province', 'city', 'unit')", name=op.f("ck_duty_rule_level")
        ),
        sa.CheckConstraint("origin in ('pack', 'tenant')", name=op.f("ck_duty_rule_origin")),
        sa.CheckConstraint("early_days between 0 and 27", name=op.f("ck_duty_rule_early_days")),
        sa.CheckConstraint(
            "from_month between 1 and 12 and to_month between 1 and 12", name=op.f("ck_duty_rule_months")
        ),
        sa.CheckConstraint("times between 1 and 31", name=op.f("ck_duty_rule_times")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_duty_rule_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_duty_rule_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_rule")),
        sa.UniqueConstraint(
            "tenant_id",
            "key",
            "origin",
            "valid_from",
            name=op.f("uq_duty_rule_tenant_id_key_origin_valid_from"),
        ),
    )
    op.create_table(
        "file",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_file")),
    )
    op.create_index(
        "ix_file_expires_at",
        "file",
        ["tenant_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "occasion",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("caused_by", sa.BigInteger(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_occasion_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_occasion")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_occasion_tenant_id_key")),
    )
    op.create_table(
        "person",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("ethnic", sa.Text(), nullable=True),
        sa.Column("born", sa.Text(), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=True),
        sa.Column("identity_tail", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="zh_Hans", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "born ~ '^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$'", name=op.f("ck_person_born")
        ),
        sa.CheckConstraint("sex in ('m', 'f')", name=op.f("ck_person_sex")),
        sa.CheckConstraint("state in ('active', 'left', 'removed')", name=op.f("ck_person_state")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_person_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_person")),
    )
    op.create_index(
        "ix_person_gaps",
        "person",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("identity_sealed is null or phone_sealed is null"),
    )
    op.create_index(
        "ix_person_identity_tail",
        "person",
        ["tenant_id", "identity_tail"],
        unique=False,
        postgresql_where=sa.text("identity_tail is not null"),
    )
    op.create_index("ix_person_name_key_id", "person", ["tenant_id", "name_key", "id"], unique=False)
    op.create_index(
        "ix_person_phone_hash",
        "person",
        ["tenant_id", "phone_hash"],
        unique=False,
        postgresql_where=sa.text("phone_hash is not null"),
    )
    op.create_index(
        "uq_person_form_key",
        "person",
        ["tenant_id", "form_key"],
        unique=True,
        postgresql_where=sa.text("form_key is not null"),
    )
    op.create_index(
        "uq_person_identity_hash",
        "person",
        ["tenant_id", "identity_hash"],
        unique=True,
        postgresql_where=sa.text("identity_hash is not null and state <> 'removed'"),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("login_id", sa.BigInteger(), nullable=True),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("locale", sa.Text(), server_default="zh_Hans", nullable=False),
        sa.Column("by_mail", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose in ('first_admin', 'seat', 'password', 'operator', 'address')",
            name=op.f("ck_token_purpose"),
        ),
        sa.ForeignKeyConstraint(["login_id"], ["platform.login.id"], name=op.f("fk_token_login_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_token_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_token_secret_hash")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "form_key", name=op.f("uq_token_tenant_id_person_id_form_key")
        ),
        schema="platform",
    )
    op.create_index("ix_token_login_id", "token", ["login_id"], unique=False, schema="platform")
    op.create_index(
        "ix_token_tenant_id_person_id", "token", ["tenant_id", "person_id"], unique=False, schema="platform"
    )
    op.create_index(
        "ix_token_unsent",
        "token",
        ["id"],
        unique=False,
        schema="platform",
        postgresql_where=sa.text("by_mail and sent_at is null and used_at is null and revoked_at is null"),
    )
    op.create_table(
        "usage",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("people", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("events", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_usage_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_usage")),
        schema="platform",
    )
    op.create_table(
        "setting",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_setting_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_setting")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_setting_tenant_id_key")),
    )
    op.create_table(
        "unit",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), server_default="organ", nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("duties_since", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_unit_line")),
        sa.CheckConstraint(
            "sector in ('organ', 'institution', 'state_enterprise', 'private', 'social')",
            name=op.f("ck_unit_sector"),
        ),
        sa.CheckConstraint("state in ('active', 'dissolved')", name=op.f("ck_unit_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_tenant_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_unit_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("tenant_id", "path", name=op.f("uq_unit_tenant_id_path")),
    )
    op.create_index(
        "ix_unit_kind",
        "unit",
        ["tenant_id", "kind"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index("ix_unit_name", "unit", ["tenant_id", "name"], unique=False)
    op.create_index("ix_unit_parent_id_name", "unit", ["tenant_id", "parent_id", "name"], unique=False)
    op.create_table(
        "assessment_line",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("full_marks", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("kind in ('count', 'evidence', 'rating')", name=op.f("ck_assessment_line_kind")),
        sa.CheckConstraint("full_marks > 0", name=op.f("ck_assessment_line_full_marks")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scheme_id"],
            ["assessment_scheme.tenant_id", "assessment_scheme.id"],
            name=op.f("fk_assessment_line_tenant_id_scheme_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_line")),
        sa.UniqueConstraint(
            "tenant_id", "scheme_id", "ordinal", name=op.f("uq_assessment_line_tenant_id_scheme_id_ordinal")
        ),
    )
    op.create_table(
        "delivery",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("occasion_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'sending') = (lease_until is not null)", name=op.f("ck_delivery_lease")),
        sa.CheckConstraint(
            "state in ('pending', 'sending', 'sent', 'failed', 'suppressed')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "occasion_id"],
            ["occasion.tenant_id", "occasion.id"],
            name=op.f("fk_delivery_tenant_id_occasion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_delivery_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "tenant_id",
            "occasion_id",
            "person_id",
            "channel",
            name=op.f("uq_delivery_tenant_id_occasion_id_person_id_channel"),
        ),
    )
    op.create_index(
        "ix_delivery_person_id", "delivery", ["tenant_id", "person_id", "channel", "id"], unique=False
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["tenant_id", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
    op.create_table(
        "event",
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
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("chair_id", sa.BigInteger(), nullable=True),
        sa.Column("clerk_id", sa.BigInteger(), nullable=True),
        sa.Column("due_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("present_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="filed", nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("filed_by", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('filed', 'void')", name=op.f("ck_event_state")),
        sa.CheckConstraint(
            "present_count >= 0 and present_count <= due_count", name=op.f("ck_event_present_count")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chair_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_event_tenant_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clerk_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_event_tenant_id_clerk_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "filed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_event_tenant_id_filed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_event_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_event_tenant_id_form_key")),
    )
    op.create_index("ix_event_held_on", "event", ["tenant_id", "held_on"], unique=False)
    op.create_index(
        "ix_event_unit_id_kind_held_on", "event", ["tenant_id", "unit_id", "kind", "held_on"], unique=False
    )
    op.create_table(
        "job",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("done_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'running') = (lease_until is not null)", name=op.f("ck_job_lease")),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name=op.f("fk_job_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "requested_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_job_tenant_id_requested_by"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_job_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_job_tenant_id_form_key")),
    )
    op.create_index(
        "ix_job_open",
        "job",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.create_index("ix_job_requested_by", "job", ["tenant_id", "requested_by", "id"], unique=False)
    op.create_table(
        "membership",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("joined", sa.Text(), nullable=True),
        sa.Column("confirmed", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "confirmed ~ '^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$'",
            name=op.f("ck_membership_confirmed"),
        ),
        sa.CheckConstraint(
            "joined ~ '^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$'",
            name=op.f("ck_membership_joined"),
        ),
        sa.CheckConstraint("kind in ('party', 'union')", name=op.f("ck_membership_kind")),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_membership_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_membership_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_membership_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_membership")),
    )
    op.create_index(
        "ix_membership_unit_id",
        "membership",
        ["tenant_id", "unit_id", "status"],
        unique=False,
        postgresql_where=sa.text("until is null"),
    )
    op.create_index(
        "uq_membership_person",
        "membership",
        ["tenant_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "person_term",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("term", sa.Text(collation="C"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_person_term_tenant_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_person_term")),
    )
    op.create_index("ix_person_term_person_id", "person_term", ["tenant_id", "person_id"], unique=False)
    op.create_index("ix_person_term_term", "person_term", ["tenant_id", "term", "person_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('active', 'ended')", name=op.f("ck_seat_state")),
        sa.ForeignKeyConstraint(["login_id"], ["platform.login.id"], name=op.f("fk_seat_login_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_seat_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_seat_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_seat")),
        schema="platform",
    )
    op.create_index("ix_seat_own", "seat", ["login_id"], unique=False, schema="platform")
    op.create_index(
        "uq_seat_login",
        "seat",
        ["tenant_id", "login_id"],
        unique=True,
        schema="platform",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "uq_seat_person",
        "seat",
        ["tenant_id", "person_id"],
        unique=True,
        schema="platform",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "post",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("basis in ('elected', 'appointed', 'by_election')", name=op.f("ck_post_basis")),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_post_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_post_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_post_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_person_id", "post", ["tenant_id", "person_id"], unique=False)
    op.create_index(
        "uq_post_unit_code_person",
        "post",
        ["tenant_id", "unit_id", "code", "person_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "role_grant",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_role_grant_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_role_grant_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_role_grant_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_person_id", "role_grant", ["tenant_id", "person_id"], unique=False)
    op.create_index(
        "ix_role_grant_unit_id_role", "role_grant", ["tenant_id", "unit_id", "role"], unique=False
    )
    op.create_table(
        "unit_change",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "what in ('set_up', 'rename', 'move', 'change', 'dissolve')", name=op.f("ck_unit_change_what")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_change_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_change")),
    )
    op.create_index(
        "ix_unit_change_unit_id", "unit_change", ["tenant_id", "unit_id", "on_date", "id"], unique=False
    )
    op.create_table(
        "unit_term",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("term", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_term_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_term")),
    )
    op.create_index("ix_unit_term_term", "unit_term", ["tenant_id", "term", "unit_id"], unique=False)
    op.create_index("ix_unit_term_unit_id", "unit_term", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "assessment_score",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("due_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("made_up_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("flawed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("points", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["assessment_line.tenant_id", "assessment_line.id"],
            name=op.f("fk_assessment_score_tenant_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_assessment_score_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assessment_score")),
        sa.UniqueConstraint(
            "tenant_id",
            "year",
            "unit_id",
            "line_id",
            name=op.f("uq_assessment_score_tenant_id_year_unit_id_line_id"),
        ),
    )
    op.create_index(
        "ix_assessment_score_line_id", "assessment_score", ["tenant_id", "line_id", "year"], unique=False
    )
    op.create_table(
        "attendance",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "reason in ('duty', 'sick', 'personal', 'leave', 'other')", name=op.f("ck_attendance_reason")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_attendance_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_attendance_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "person_id", name=op.f("uq_attendance_tenant_id_event_id_person_id")
        ),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["tenant_id", "person_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_correction_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_correction_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_event_id", "correction", ["tenant_id", "event_id"], unique=False)
    op.create_table(
        "document",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_document_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"], ["job.tenant_id", "job.id"], name=op.f("fk_document_tenant_id_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_document_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_created_at", "document", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "uq_document_job_id_unit_id", "document", ["tenant_id", "job_id", "unit_id", "report"], unique=True
    )
    op.create_table(
        "due_item",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'done') = (event_id is not null)", name=op.f("ck_due_item_done")),
        sa.CheckConstraint(
            "state in ('open', 'done', 'withdrawn', 'exempt')", name=op.f("ck_due_item_state")
        ),
        sa.CheckConstraint("due_on >= opens_on", name=op.f("ck_due_item_window")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_due_item_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rule_id"],
            ["duty_rule.tenant_id", "duty_rule.id"],
            name=op.f("fk_due_item_tenant_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_due_item_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_due_item")),
        sa.UniqueConstraint(
            "tenant_id",
            "unit_id",
            "kind",
            "period",
            "ordinal",
            name=op.f("uq_due_item_tenant_id_unit_id_kind_period_ordinal"),
        ),
    )
    op.create_index(
        "ix_due_item_open",
        "due_item",
        ["tenant_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_due_item_year_unit_id", "due_item", ["tenant_id", "year", "unit_id"], unique=False)
    op.create_index(
        "uq_due_item_event_id_kind",
        "due_item",
        ["tenant_id", "event_id", "kind"],
        unique=True,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_table(
        "import_batch",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="reading", nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('reading', 'mapping', 'staged', 'committing', 'committed', 'undoing', 'undone', 'failed')",
            name=op.f("ck_import_batch_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_import_batch_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_import_batch_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["job.tenant_id", "job.id"],
            name=op.f("fk_import_batch_tenant_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["platform.tenant.id"], name=op.f("fk_import_batch_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_import_batch_tenant_id_form_key")),
    )
    op.create_table(
        "import_effect",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("membership_id", sa.BigInteger(), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("act in ('inserted', 'changed', 'ended')", name=op.f("ck_import_effect_act")),
        sa.CheckConstraint(
            "num_nonnulls(unit_id, person_id, membership_id, post_id) = 1",
            name=op.f("ck_import_effect_one_object"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["import_batch.tenant_id", "import_batch.id"],
            name=op.f("fk_import_effect_tenant_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["membership.tenant_id", "membership.id"],
            name=op.f("fk_import_effect_tenant_id_membership_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_import_effect_tenant_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "post_id"],
            ["post.tenant_id", "post.id"],
            name=op.f("fk_import_effect_tenant_id_post_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_import_effect_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_effect")),
    )
    op.create_index(
        "ix_import_effect_batch_id", "import_effect", ["tenant_id", "batch_id", "id"], unique=False
    )
    op.create_index(
        "ix_import_effect_membership_id",
        "import_effect",
        ["tenant_id", "membership_id"],
        unique=False,
        postgresql_where=sa.text("membership_id is not null"),
    )
    op.create_index(
        "ix_import_effect_person_id",
        "import_effect",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("person_id is not null"),
    )
    op.create_index(
        "ix_import_effect_post_id",
        "import_effect",
        ["tenant_id", "post_id"],
        unique=False,
        postgresql_where=sa.text("post_id is not null"),
    )
    op.create_index(
        "ix_import_effect_unit_id",
        "import_effect",
        ["tenant_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("unit_id is not null"),
    )
    op.create_table(
        "import_row",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("issues", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("applied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("decision in ('take', 'leave')", name=op.f("ck_import_row_decision")),
        sa.CheckConstraint(
            "verdict in ('new', 'change', 'same', 'question', 'bad', 'skip')",
            name=op.f("ck_import_row_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["import_batch.tenant_id", "import_batch.id"],
            name=op.f("fk_import_row_tenant_id_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_row")),
        sa.UniqueConstraint(
            "tenant_id",
            "batch_id",
            "sheet",
            "row_no",
            name=op.f("uq_import_row_tenant_id_batch_id_sheet_row_no"),
        ),
    )
    op.create_index(
        "ix_import_row_open",
        "import_row",
        ["tenant_id", "batch_id", "sheet", "row_no"],
        unique=False,
        postgresql_where=sa.text("verdict in ('question', 'bad')"),
    )
    op.create_table(
        "reminder",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("due_item_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(delivery_id is null) or (reason is null)", name=op.f("ck_reminder_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["delivery.tenant_id", "delivery.id"],
            name=op.f("fk_reminder_tenant_id_delivery_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "due_item_id"],
            ["due_item.tenant_id", "due_item.id"],
            name=op.f("fk_reminder_tenant_id_due_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_reminder_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "tenant_id",
            "due_item_id",
            "person_id",
            "channel",
            "stage",
            name=op.f("uq_reminder_tenant_id_due_item_id_person_id_channel_stage"),
        ),
    )
    op.create_index("ix_reminder_delivery_id", "reminder", ["tenant_id", "delivery_id"], unique=False)
    op.create_index(
        "ix_reminder_loose",
        "reminder",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("delivery_id is null and reason is null"),
    )

    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
    for table in APPEND_ONLY:
        for statement in append_only(table):
            op.execute(statement)
    for statement in platform_statements():
        op.execute(statement)
