"""Reorganisations, terms and hand-overs, mobile members, transfers, the real-name register"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.policies import APP_ROLE, TENANT, platform_wall, wall

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: The tenants' tables that this step makes.
WALLED = (
    "bulk_target",
    "dues_base",
    "dues_charge",
    "dues_employer_month",
    "dues_entry",
    "dues_payment",
    "dues_receipt",
    "dues_relief",
    "dues_rule",
    "dues_sheet",
    "dues_split",
    "dues_turnover",
    "event_file",
    "handover",
    "import_mapping",
    "invitation",
    "letter",
    "meeting",
    "meeting_series",
    "mobile_contact",
    "mobile_stay",
    "reform",
    "reform_effect",
    "reform_item",
    "reform_person",
    "reform_step",
    "tenure",
    "transfer",
    "unit_link",
    "unit_version",
)


def each_tenant() -> Iterator[int]:
    """Open one tenant after the other: under FORCE even the owner sees nothing else."""
    bind = op.get_bind()
    bind.execute(sa.text("select set_config('app.scope', 'platform', true)"))
    tenants = list(bind.scalars(sa.text("select id from platform.tenant order by id")))
    bind.execute(sa.text("select set_config('app.scope', '', true)"))
    for tenant_id in tenants:
        bind.execute(sa.text("select set_config('app.tenant_id', :id, true)"), {"id": str(tenant_id)})
        yield tenant_id
    bind.execute(sa.text("select set_config('app.tenant_id', '', true)"))


def carry_over() -> None:
    """A mobile member is a full member who is away; every unit gets the version it stands in now."""
    bind = op.get_bind()
    for tenant_id in each_tenant():
        mobile = bind.scalar(sa.text("select count(*) from membership where status = 'mobile'"))
        changed = bind.execute(
            sa.text("update membership set status = 'full', relation = 'out' where status = 'mobile'")
        ).rowcount
        units = bind.scalar(sa.text("select count(*) from unit"))
        written = bind.execute(
            sa.text(
                "insert into unit_version (tenant_id, unit_id, since, until, parent_id, name, kind)"
                " select tenant_id, id, coalesce(least(founded_on, created_at::date), created_at::date),"
                " case when state = 'dissolved' then greatest(created_at::date, coalesce("
                "   (select max(on_date) from unit_change c where c.unit_id = unit.id and c.what = 'dissolve'),"
                "   created_at::date)) end,"
                " parent_id, name, kind from unit"
            )
        ).rowcount
        bind.execute(
            sa.text(
                "update unit set ended_on = v.until from unit_version v"
                " where v.unit_id = unit.id and unit.state = 'dissolved'"
            )
        )
        # What was said of single titles goes on to be known; it names no whole header, so it never reads one alone.
        bind.execute(
            sa.text(
                "insert into import_mapping (tenant_id, name, layout, signature, titles)"
                " select s.tenant_id, left(e.key, 60), e.key, 'titles ' || e.key, e.value"
                " from setting s, jsonb_each(s.value -> 'value') e where s.key = 'import_mapping'"
            )
        )
        bind.execute(sa.text("delete from setting where key = 'import_mapping'"))
        if (mobile, units) != (changed, written):
            raise RuntimeError(
                f"tenant {tenant_id}: {changed} of {mobile} members, {written} of {units} units"
            )


def exchange_wall() -> Iterator[str]:
    """The one table that two tenants see. The sender inserts and withdraws; the receiver answers, once."""
    yield "alter table public.exchange enable row level security"
    yield "alter table public.exchange force row level security"
    yield (
        f"create policy both_read on public.exchange for select using (tenant_id = {TENANT} or receiver_id = {TENANT})"
    )
    yield (
        "create policy sender_sends on public.exchange for insert"
        f" with check (tenant_id = {TENANT} and state = 'sent' and receiving_unit_id is null and reply = '')"
    )
    yield (
        "create policy sender_withdraws on public.exchange for update"
        f" using (tenant_id = {TENANT} and state = 'sent')"
        f" with check (tenant_id = {TENANT} and state = 'withdrawn' and receiving_unit_id is null)"
    )
    yield (
        "create policy receiver_answers on public.exchange for update"
        f" using (receiver_id = {TENANT} and state = 'sent')"
        f" with check (receiver_id = {TENANT} and state in ('accepted', 'refused'))"
    )
    yield f"grant select, insert on public.exchange to {APP_ROLE}"
    yield f"grant update (state, reply, receiving_unit_id, decided_at) on public.exchange to {APP_ROLE}"


def receiver_wall() -> Iterator[str]:
    """Every tenant reads the published units; each writes its own."""
    yield from platform_wall(
        "receiver",
        "select, insert, update, delete",
        {
            "published": ("select", f"{TENANT} is not null", None),
            "publishes": ("insert", None, f"tenant_id = {TENANT}"),
            "renames": ("update", f"tenant_id = {TENANT}", f"tenant_id = {TENANT}"),
            "withdraws": ("delete", f"tenant_id = {TENANT}", None),
        },
    )


def upgrade() -> None:
    op.create_table(
        "dues_rule",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("payer_class", sa.Text(), nullable=False),
        sa.Column("above", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("up_to", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("rate", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("step", sa.Numeric(precision=14, scale=2), server_default="0.01", nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("least", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("most", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), server_default="pack", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "level in ('national', 'province', 'city', 'unit')", name=op.f("ck_dues_rule_level")
        ),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_dues_rule_line")),
        sa.CheckConstraint("origin in ('pack', 'tenant')", name=op.f("ck_dues_rule_origin")),
        sa.CheckConstraint("amount between least and most", name=op.f("ck_dues_rule_amount")),
        sa.CheckConstraint("num_nonnulls(rate, amount) = 1", name=op.f("ck_dues_rule_rate_or_amount")),
        sa.CheckConstraint("rate between 0 and 0.2", name=op.f("ck_dues_rule_rate")),
        sa.CheckConstraint("up_to > above", name=op.f("ck_dues_rule_bracket")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_dues_rule_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_dues_rule_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_rule")),
        sa.UniqueConstraint(
            "tenant_id",
            "line",
            "payer_class",
            "above",
            "origin",
            "valid_from",
            name=op.f("uq_dues_rule_tenant_id_line_payer_class_above_origin_valid_from"),
        ),
    )
    op.create_table(
        "dues_split",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("share_up", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("rate", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), server_default="pack", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("(stream = 'employer') = (rate is not null)", name=op.f("ck_dues_split_employer")),
        sa.CheckConstraint(
            "level in ('national', 'province', 'city', 'unit')", name=op.f("ck_dues_split_level")
        ),
        sa.CheckConstraint("origin in ('pack', 'tenant')", name=op.f("ck_dues_split_origin")),
        sa.CheckConstraint(
            "stream in ('party_fee', 'union_fee', 'employer')", name=op.f("ck_dues_split_stream")
        ),
        sa.CheckConstraint("rate between 0 and 0.2", name=op.f("ck_dues_split_rate")),
        sa.CheckConstraint("share_up between 0 and 1", name=op.f("ck_dues_split_share_up")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_dues_split_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_split")),
        sa.UniqueConstraint(
            "tenant_id",
            "stream",
            "origin",
            "valid_from",
            name=op.f("uq_dues_split_tenant_id_stream_origin_valid_from"),
        ),
    )
    op.create_table(
        "exchange",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("wanted_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("receiving_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("receiver_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_exchange_line")),
        sa.CheckConstraint(
            "state in ('sent', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_exchange_state")
        ),
        sa.CheckConstraint("expires_on >= effective_on", name=op.f("ck_exchange_validity")),
        sa.CheckConstraint("tenant_id <> receiver_id", name=op.f("ck_exchange_two_tenants")),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["platform.tenant.id"], name=op.f("fk_exchange_receiver_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_exchange_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exchange")),
    )
    op.create_index("ix_exchange_receiver_id", "exchange", ["receiver_id", "state", "id"], unique=False)
    op.create_table(
        "receiver",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("tenant_name", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column(
            "published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_receiver_line")),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_receiver_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name=op.f("pk_receiver")),
        schema="platform",
    )
    op.create_index(
        "ix_receiver_line", "receiver", ["line", "tenant_name", "unit_name"], unique=False, schema="platform"
    )
    op.create_table(
        "dues_base",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("payer_class", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_dues_base_line")),
        sa.CheckConstraint("amount between 0 and 9999999.99", name=op.f("ck_dues_base_amount")),
        sa.CheckConstraint("extract(day from from_month) = 1", name=op.f("ck_dues_base_from_month")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dues_base_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_base")),
    )
    op.create_index(
        "ix_dues_base_history",
        "dues_base",
        ["tenant_id", "person_id", "line", "from_month", "id"],
        unique=False,
    )
    op.create_index(
        "uq_dues_base_person_id",
        "dues_base",
        ["tenant_id", "person_id", "line", "from_month"],
        unique=True,
        postgresql_where=sa.text("replaced_at is null"),
    )
    op.create_table(
        "dues_employer_month",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("wages", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("rate", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("share_up", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("payable", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("kept", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("turned_up", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_dues_employer_month_month")),
        sa.CheckConstraint("kept + turned_up = payable", name=op.f("ck_dues_employer_month_split")),
        sa.CheckConstraint("wages between 0 and 99999999999.99", name=op.f("ck_dues_employer_month_wages")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_employer_month_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_employer_month")),
    )
    op.create_index(
        "uq_dues_employer_month_unit_id",
        "dues_employer_month",
        ["tenant_id", "unit_id", "month"],
        unique=True,
        postgresql_where=sa.text("replaced_at is null"),
    )
    op.create_table(
        "dues_receipt",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("(reverses is null) = (total >= 0)", name=op.f("ck_dues_receipt_total")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses"],
            ["dues_receipt.tenant_id", "dues_receipt.id"],
            name=op.f("fk_dues_receipt_tenant_id_reverses"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_receipt_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_receipt")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dues_receipt_tenant_id_form_key")),
    )
    op.create_index(
        "ix_dues_receipt_unit_id", "dues_receipt", ["tenant_id", "unit_id", "paid_on", "id"], unique=False
    )
    op.create_index(
        "uq_dues_receipt_reverses",
        "dues_receipt",
        ["tenant_id", "reverses"],
        unique=True,
        postgresql_where=sa.text("reverses is not null"),
    )
    op.create_table(
        "dues_relief",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(kind = 'reduction') = (amount is not null)", name=op.f("ck_dues_relief_amount")),
        sa.CheckConstraint("kind in ('reduction', 'exemption')", name=op.f("ck_dues_relief_kind")),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_dues_relief_line")),
        sa.CheckConstraint(
            "state in ('asked', 'approved', 'refused', 'withdrawn')", name=op.f("ck_dues_relief_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_dues_relief_amount_positive")),
        sa.CheckConstraint("extract(day from from_month) = 1", name=op.f("ck_dues_relief_from_month")),
        sa.CheckConstraint("extract(day from until_month) = 1", name=op.f("ck_dues_relief_until_month")),
        sa.CheckConstraint("until_month >= from_month", name=op.f("ck_dues_relief_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dues_relief_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_relief_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_relief")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dues_relief_tenant_id_form_key")),
    )
    op.create_index(
        "ix_dues_relief_asked",
        "dues_relief",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_dues_relief_person_id", "dues_relief", ["tenant_id", "person_id", "from_month"], unique=False
    )
    op.create_table(
        "dues_sheet",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("rounding", sa.Numeric(precision=4, scale=2), nullable=False),
        sa.Column(
            "drawn_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f("ck_dues_sheet_closed")),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_dues_sheet_state")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_dues_sheet_month")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_sheet_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_sheet")),
        sa.UniqueConstraint(
            "tenant_id", "unit_id", "month", name=op.f("uq_dues_sheet_tenant_id_unit_id_month")
        ),
    )
    op.create_index("ix_dues_sheet_month", "dues_sheet", ["tenant_id", "month", "unit_id"], unique=False)
    op.create_table(
        "dues_turnover",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("from_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("collected", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("share_up", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('sent', 'received')", name=op.f("ck_dues_turnover_state")),
        sa.CheckConstraint(
            "stream in ('party_fee', 'union_fee', 'employer')", name=op.f("ck_dues_turnover_stream")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_dues_turnover_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_turnover_tenant_id_from_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_turnover_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_turnover")),
        sa.UniqueConstraint(
            "tenant_id",
            "from_unit_id",
            "stream",
            "period",
            name=op.f("uq_dues_turnover_tenant_id_from_unit_id_stream_period"),
        ),
    )
    op.create_index(
        "ix_dues_turnover_unit_id", "dues_turnover", ["tenant_id", "unit_id", "state", "id"], unique=False
    )
    op.create_table(
        "handover",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("post_code", sa.Text(), nullable=False),
        sa.Column("from_person_id", sa.BigInteger(), nullable=True),
        sa.Column("to_person_id", sa.BigInteger(), nullable=False),
        sa.Column("offered_by", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at is null)", name=op.f("ck_handover_decided")),
        sa.CheckConstraint("state in ('open', 'accepted', 'withdrawn')", name=op.f("ck_handover_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_handover_tenant_id_from_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offered_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_handover_tenant_id_offered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_handover_tenant_id_to_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_handover_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handover")),
    )
    op.create_index(
        "ix_handover_to_person_id",
        "handover",
        ["tenant_id", "to_person_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_handover_unit_id",
        "handover",
        ["tenant_id", "unit_id", "post_code"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "import_mapping",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("titles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_import_mapping_tenant_id_created_by"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("tenant_id", "signature", name=op.f("uq_import_mapping_tenant_id_signature")),
    )
    op.create_table(
        "meeting_series",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("chair_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("day between 1 and 31", name=op.f("ck_meeting_series_day")),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_meeting_series_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chair_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_meeting_series_tenant_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_meeting_series_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_meeting_series_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting_series")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_meeting_series_tenant_id_form_key")),
    )
    op.create_index(
        "uq_meeting_series_unit_id_kind",
        "meeting_series",
        ["tenant_id", "unit_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "mobile_stay",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.CheckConstraint("direction in ('out', 'in')", name=op.f("ck_mobile_stay_direction")),
        sa.CheckConstraint(
            "reason in ('work', 'study', 'home', 'abroad', 'graduate', 'other')",
            name=op.f("ck_mobile_stay_reason"),
        ),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_mobile_stay_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_mobile_stay_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_mobile_stay_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_mobile_stay_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mobile_stay")),
    )
    op.create_index("ix_mobile_stay_unit_id", "mobile_stay", ["tenant_id", "unit_id"], unique=False)
    op.create_index(
        "uq_mobile_stay_person_id",
        "mobile_stay",
        ["tenant_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "tenure",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("postponed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("closed_on is null or closed_on >= began_on", name=op.f("ck_tenure_closed_on")),
        sa.CheckConstraint("ends_on > began_on", name=op.f("ck_tenure_term")),
        sa.CheckConstraint("number > 0", name=op.f("ck_tenure_number")),
        sa.CheckConstraint(
            "postponed_to is null or postponed_to > ends_on", name=op.f("ck_tenure_postponed_to")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_tenure_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenure")),
    )
    op.create_index(
        "ix_tenure_unit_id_began_on", "tenure", ["tenant_id", "unit_id", "began_on"], unique=False
    )
    op.create_index(
        "uq_tenure_unit_id",
        "tenure",
        ["tenant_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_table(
        "transfer",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("from_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("to_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("other_name", sa.Text(), server_default="", nullable=False),
        sa.Column("other_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("relation_before", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("dues_paid_to", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("external_no", sa.Text(), server_default="", nullable=False),
        sa.Column("exchange_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("exchange_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (decided_at is null)", name=op.f("ck_transfer_decided")),
        sa.CheckConstraint(
            "direction = 'in' or from_unit_id is not null", name=op.f("ck_transfer_from_unit")
        ),
        sa.CheckConstraint("direction = 'in' or person_id is not null", name=op.f("ck_transfer_person")),
        sa.CheckConstraint("direction in ('out', 'in')", name=op.f("ck_transfer_direction")),
        sa.CheckConstraint(
            "dues_paid_to ~ '^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$'",
            name=op.f("ck_transfer_dues_paid_to"),
        ),
        sa.CheckConstraint("line in ('party', 'union')", name=op.f("ck_transfer_line")),
        sa.CheckConstraint("route in ('inside', 'tenant', 'outside')", name=op.f("ck_transfer_route")),
        sa.CheckConstraint(
            "state in ('sent', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_transfer_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asked_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_transfer_tenant_id_asked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_transfer_tenant_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_transfer_tenant_id_from_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_transfer_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_transfer_tenant_id_to_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_transfer_tenant_id_form_key")),
    )
    op.create_index("ix_transfer_from_unit_id", "transfer", ["tenant_id", "from_unit_id"], unique=False)
    op.create_index("ix_transfer_state", "transfer", ["tenant_id", "state", "id"], unique=False)
    op.create_index("ix_transfer_to_unit_id", "transfer", ["tenant_id", "to_unit_id"], unique=False)
    op.create_index(
        "uq_transfer_exchange",
        "transfer",
        ["tenant_id", "exchange_tenant_id", "exchange_id"],
        unique=True,
        postgresql_where=sa.text("exchange_id is not null"),
    )
    op.create_index(
        "uq_transfer_person_id",
        "transfer",
        ["tenant_id", "person_id", "line"],
        unique=True,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_table(
        "unit_link",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("party_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("union_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_unit_link_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_link_tenant_id_party_unit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "union_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_link_tenant_id_union_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_link")),
    )
    op.create_index("ix_unit_link_party_unit_id", "unit_link", ["tenant_id", "party_unit_id"], unique=False)
    op.create_index(
        "uq_unit_link_union_unit_id",
        "unit_link",
        ["tenant_id", "union_unit_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "dues_charge",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("for_month", sa.Date(), nullable=False),
        sa.Column("payer_class", sa.Text(), nullable=False),
        sa.Column("base", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("rate", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("full_amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("payable", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("relief_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dues_charge_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "relief_id"],
            ["dues_relief.tenant_id", "dues_relief.id"],
            name=op.f("fk_dues_charge_tenant_id_relief_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["dues_sheet.tenant_id", "dues_sheet.id"],
            name=op.f("fk_dues_charge_tenant_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_charge_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_charge")),
        sa.UniqueConstraint(
            "tenant_id",
            "sheet_id",
            "person_id",
            "for_month",
            name=op.f("uq_dues_charge_tenant_id_sheet_id_person_id_for_month"),
        ),
    )
    op.create_index(
        "ix_dues_charge_person_id",
        "dues_charge",
        ["tenant_id", "person_id", "line", "for_month"],
        unique=False,
    )
    op.create_index(
        "ix_dues_charge_unit_id", "dues_charge", ["tenant_id", "unit_id", "for_month"], unique=False
    )
    op.create_table(
        "dues_entry",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("turnover_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("for_month", sa.Date(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("account in ('party', 'union')", name=op.f("ck_dues_entry_account")),
        sa.CheckConstraint("direction in ('in', 'out')", name=op.f("ck_dues_entry_direction")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_dues_entry_amount")),
        sa.CheckConstraint(
            "reverses is not null or receipt_id is not null or amount > 0", name=op.f("ck_dues_entry_sign")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["dues_receipt.tenant_id", "dues_receipt.id"],
            name=op.f("fk_dues_entry_tenant_id_receipt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses"],
            ["dues_entry.tenant_id", "dues_entry.id"],
            name=op.f("fk_dues_entry_tenant_id_reverses"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "turnover_id"],
            ["dues_turnover.tenant_id", "dues_turnover.id"],
            name=op.f("fk_dues_entry_tenant_id_turnover_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_entry_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_entry")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_dues_entry_tenant_id_form_key")),
        sa.UniqueConstraint("tenant_id", "receipt_id", name=op.f("uq_dues_entry_tenant_id_receipt_id")),
        sa.UniqueConstraint("tenant_id", "reverses", name=op.f("uq_dues_entry_tenant_id_reverses")),
        sa.UniqueConstraint(
            "tenant_id", "turnover_id", "unit_id", name=op.f("uq_dues_entry_tenant_id_turnover_id_unit_id")
        ),
    )
    op.create_index(
        "ix_dues_entry_for_month",
        "dues_entry",
        ["tenant_id", "unit_id", "for_month"],
        unique=False,
        postgresql_where=sa.text("for_month is not null"),
    )
    op.create_index(
        "ix_dues_entry_unit_id",
        "dues_entry",
        ["tenant_id", "unit_id", "account", "on_date", "id"],
        unique=False,
    )
    op.create_table(
        "dues_payment",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("payer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_dues_payment_amount")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_dues_payment_month")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_dues_payment_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["dues_receipt.tenant_id", "dues_receipt.id"],
            name=op.f("fk_dues_payment_tenant_id_receipt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_dues_payment_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dues_payment")),
        sa.UniqueConstraint(
            "tenant_id",
            "receipt_id",
            "person_id",
            "month",
            name=op.f("uq_dues_payment_tenant_id_receipt_id_person_id_month"),
        ),
    )
    op.create_index(
        "ix_dues_payment_person_id", "dues_payment", ["tenant_id", "person_id", "line", "month"], unique=False
    )
    op.create_index(
        "ix_dues_payment_unit_id", "dues_payment", ["tenant_id", "unit_id", "month"], unique=False
    )
    op.create_table(
        "event_file",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_by", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(removed_at is null) = (removed_reason is null)", name=op.f("ck_event_file_removed")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "added_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_event_file_tenant_id_added_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_event_file_tenant_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["file.tenant_id", "file.id"],
            name=op.f("fk_event_file_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "removed_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_event_file_tenant_id_removed_by"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event_file")),
    )
    op.create_index("ix_event_file_file_id", "event_file", ["tenant_id", "file_id"], unique=False)
    op.create_index(
        "uq_event_file_event_id_file_id",
        "event_file",
        ["tenant_id", "event_id", "file_id"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "letter",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_days", sa.SmallInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("receipt_on", sa.Date(), nullable=True),
        sa.Column("receipt_by", sa.Text(), server_default="", nullable=False),
        sa.Column("void_on", sa.Date(), nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "receipt_on is null or receipt_on >= issued_on", name=op.f("ck_letter_receipt_on")
        ),
        sa.CheckConstraint("valid_days between 1 and 180", name=op.f("ck_letter_valid_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name=op.f("fk_letter_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"], ["job.tenant_id", "job.id"], name=op.f("fk_letter_tenant_id_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transfer_id"],
            ["transfer.tenant_id", "transfer.id"],
            name=op.f("fk_letter_tenant_id_transfer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_letter_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_letter")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_letter_tenant_id_form_key")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_letter_tenant_id_number")),
    )
    op.create_index("ix_letter_transfer_id", "letter", ["tenant_id", "transfer_id"], unique=False)
    op.create_index(
        "ix_letter_waiting",
        "letter",
        ["tenant_id", "expires_on", "id"],
        unique=False,
        postgresql_where=sa.text("receipt_on is null and void_on is null"),
    )
    op.create_table(
        "meeting",
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
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("chair_id", sa.BigInteger(), nullable=True),
        sa.Column("agenda", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancel_reason is not null)", name=op.f("ck_meeting_cancelled")
        ),
        sa.CheckConstraint("(state = 'held') = (event_id is not null)", name=op.f("ck_meeting_held")),
        sa.CheckConstraint("state in ('planned', 'held', 'cancelled')", name=op.f("ck_meeting_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chair_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_meeting_tenant_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_meeting_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            name=op.f("fk_meeting_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["meeting_series.tenant_id", "meeting_series.id"],
            name=op.f("fk_meeting_tenant_id_series_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_meeting_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_meeting_tenant_id_form_key")),
        sa.UniqueConstraint(
            "tenant_id", "series_id", "month", name=op.f("uq_meeting_tenant_id_series_id_month")
        ),
    )
    op.create_index(
        "ix_meeting_event_id",
        "meeting",
        ["tenant_id", "event_id"],
        unique=False,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_index(
        "ix_meeting_on_date",
        "meeting",
        ["tenant_id", "on_date", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_meeting_unit_id_kind", "meeting", ["tenant_id", "unit_id", "kind", "on_date"], unique=False
    )
    op.create_table(
        "mobile_contact",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stay_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "way in ('phone', 'message', 'visit', 'online', 'other')", name=op.f("ck_mobile_contact_way")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "by_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_mobile_contact_tenant_id_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "stay_id"],
            ["mobile_stay.tenant_id", "mobile_stay.id"],
            name=op.f("fk_mobile_contact_tenant_id_stay_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mobile_contact")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_mobile_contact_tenant_id_form_key")),
    )
    op.create_index(
        "ix_mobile_contact_stay_id", "mobile_contact", ["tenant_id", "stay_id", "on_date"], unique=False
    )
    op.create_table(
        "reform",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'executed', 'undone', 'discarded')", name=op.f("ck_reform_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_reform_tenant_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"], ["job.tenant_id", "job.id"], name=op.f("fk_reform_tenant_id_job_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"], name=op.f("fk_reform_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reform")),
        sa.UniqueConstraint("tenant_id", "form_key", name=op.f("uq_reform_tenant_id_form_key")),
    )
    op.create_index("ix_reform_state", "reform", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answer is not distinct from 'leave') = (reason is not null)", name=op.f("ck_invitation_leave")
        ),
        sa.CheckConstraint("answer in ('come', 'leave')", name=op.f("ck_invitation_answer")),
        sa.CheckConstraint(
            "reason in ('duty', 'sick', 'personal', 'leave', 'other')", name=op.f("ck_invitation_reason")
        ),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name=op.f("ck_invitation_answered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name=op.f("fk_invitation_tenant_id_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_invitation_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "tenant_id", "meeting_id", "person_id", name=op.f("uq_invitation_tenant_id_meeting_id_person_id")
        ),
    )
    op.create_index("ix_invitation_person_id", "invitation", ["tenant_id", "person_id"], unique=False)
    op.create_table(
        "reform_effect",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reform_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(act = 'made') = (before is null)", name=op.f("ck_reform_effect_before")),
        sa.CheckConstraint("act in ('made', 'changed')", name=op.f("ck_reform_effect_act")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reform_id"],
            ["reform.tenant_id", "reform.id"],
            name=op.f("fk_reform_effect_tenant_id_reform_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_reform_effect_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reform_effect")),
        sa.UniqueConstraint(
            "tenant_id", "reform_id", "unit_id", name=op.f("uq_reform_effect_tenant_id_reform_id_unit_id")
        ),
    )
    op.create_index("ix_reform_effect_unit_id", "reform_effect", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "reform_step",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reform_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("into_id", sa.BigInteger(), nullable=True),
        sa.Column("into_step_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("sector", sa.Text(), server_default="", nullable=False),
        sa.Column("receiver", sa.Text(), server_default="", nullable=False),
        sa.Column("made_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(into_id, into_step_id) <= 1", name=op.f("ck_reform_step_one_target")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "into_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_reform_step_tenant_id_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "into_step_id"],
            ["reform_step.tenant_id", "reform_step.id"],
            name=op.f("fk_reform_step_tenant_id_into_step_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_reform_step_tenant_id_made_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reform_id"],
            ["reform.tenant_id", "reform.id"],
            name=op.f("fk_reform_step_tenant_id_reform_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_reform_step_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reform_step")),
        sa.UniqueConstraint(
            "tenant_id",
            "reform_id",
            "ordinal",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_reform_step_tenant_id_reform_id_ordinal"),
        ),
    )
    op.create_index("ix_reform_step_into_id", "reform_step", ["tenant_id", "into_id"], unique=False)
    op.create_index("ix_reform_step_unit_id", "reform_step", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "unit_version",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("began_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_unit_version_term")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "began_by"],
            ["reform.tenant_id", "reform.id"],
            name=op.f("fk_unit_version_tenant_id_began_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ended_by"],
            ["reform.tenant_id", "reform.id"],
            name=op.f("fk_unit_version_tenant_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_version_tenant_id_parent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_unit_version_tenant_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_version")),
    )
    op.create_index(
        "ix_unit_version_began_by",
        "unit_version",
        ["tenant_id", "began_by"],
        unique=False,
        postgresql_where=sa.text("began_by is not null"),
    )
    op.create_index(
        "ix_unit_version_ended_by",
        "unit_version",
        ["tenant_id", "ended_by"],
        unique=False,
        postgresql_where=sa.text("ended_by is not null"),
    )
    op.create_index("ix_unit_version_parent_id", "unit_version", ["tenant_id", "parent_id"], unique=False)
    op.create_index(
        "ix_unit_version_unit_id_since", "unit_version", ["tenant_id", "unit_id", "since"], unique=False
    )
    op.create_index(
        "uq_unit_version_unit_id",
        "unit_version",
        ["tenant_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "bulk_target",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["job.tenant_id", "job.id"],
            name=op.f("fk_bulk_target_tenant_id_job_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["membership.tenant_id", "membership.id"],
            name=op.f("fk_bulk_target_tenant_id_membership_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_bulk_target_tenant_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bulk_target")),
        sa.UniqueConstraint(
            "tenant_id", "job_id", "membership_id", name=op.f("uq_bulk_target_tenant_id_job_id_membership_id")
        ),
    )
    op.create_index(
        "ix_bulk_target_job_id", "bulk_target", ["tenant_id", "job_id", "outcome", "id"], unique=False
    )
    op.create_index(
        "ix_bulk_target_membership_id", "bulk_target", ["tenant_id", "membership_id"], unique=False
    )
    op.create_index("ix_bulk_target_person_id", "bulk_target", ["tenant_id", "person_id"], unique=False)
    op.create_table(
        "reform_item",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reform_id", sa.BigInteger(), nullable=False),
        sa.Column("due_item_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "due_item_id"],
            ["due_item.tenant_id", "due_item.id"],
            name=op.f("fk_reform_item_tenant_id_due_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reform_id"],
            ["reform.tenant_id", "reform.id"],
            name=op.f("fk_reform_item_tenant_id_reform_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reform_item")),
        sa.UniqueConstraint(
            "tenant_id",
            "reform_id",
            "due_item_id",
            name=op.f("uq_reform_item_tenant_id_reform_id_due_item_id"),
        ),
    )
    op.create_index("ix_reform_item_due_item_id", "reform_item", ["tenant_id", "due_item_id"], unique=False)
    op.create_table(
        "reform_person",
        sa.Column(
            "tenant_id",
            sa.BigInteger(),
            server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_reform_person_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_id"],
            ["reform_step.tenant_id", "reform_step.id"],
            name=op.f("fk_reform_person_tenant_id_step_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reform_person")),
        sa.UniqueConstraint(
            "tenant_id", "step_id", "person_id", name=op.f("uq_reform_person_tenant_id_step_id_person_id")
        ),
    )
    op.create_index("ix_reform_person_person_id", "reform_person", ["tenant_id", "person_id"], unique=False)
    op.alter_column(
        "assessment_line",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "assessment_scheme",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "assessment_score",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "attendance",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "audit_entry",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "correction",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "delivery",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "document",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("due_item", sa.Column("returned_event_id", sa.BigInteger(), nullable=True))
    op.add_column("due_item", sa.Column("followed_from", sa.BigInteger(), nullable=True))
    op.add_column("due_item", sa.Column("reform_id", sa.BigInteger(), nullable=True))
    op.alter_column(
        "due_item",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_due_item_reform_id",
        "due_item",
        ["tenant_id", "reform_id"],
        unique=False,
        postgresql_where=sa.text("reform_id is not null"),
    )
    op.create_index(
        "ix_due_item_returned_event_id",
        "due_item",
        ["tenant_id", "returned_event_id"],
        unique=False,
        postgresql_where=sa.text("returned_event_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_due_item_tenant_id_returned_event_id"),
        "due_item",
        "event",
        ["tenant_id", "returned_event_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_due_item_tenant_id_reform_id"),
        "due_item",
        "reform",
        ["tenant_id", "reform_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_due_item_tenant_id_followed_from"),
        "due_item",
        "unit",
        ["tenant_id", "followed_from"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )
    op.add_column("duty_rule", sa.Column("years", sa.SmallInteger(), nullable=True))
    op.add_column("duty_rule", sa.Column("notice_months", postgresql.ARRAY(sa.SmallInteger()), nullable=True))
    op.add_column("duty_rule", sa.Column("years_choice", postgresql.ARRAY(sa.SmallInteger()), nullable=True))
    op.add_column("duty_rule", sa.Column("postpone_months", sa.SmallInteger(), nullable=True))
    op.alter_column(
        "duty_rule",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("event", sa.Column("review", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("review_remark", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("reviewed_by", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column(
        "event",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_event_unreviewed",
        "event",
        ["tenant_id", "filed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'filed' and review is null"),
    )
    op.create_foreign_key(
        op.f("fk_event_tenant_id_reviewed_by"),
        "event",
        "person",
        ["tenant_id", "reviewed_by"],
        ["tenant_id", "id"],
    )
    op.alter_column(
        "file",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index("ix_file_sha256", "file", ["tenant_id", "sha256"], unique=False)
    op.alter_column(
        "import_batch",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "import_effect",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "import_row",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "job",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("membership", sa.Column("relation", sa.Text(), server_default="registered", nullable=False))
    op.add_column("membership", sa.Column("card_number", sa.Text(), nullable=True))
    op.add_column("membership", sa.Column("began_by", sa.BigInteger(), nullable=True))
    op.add_column("membership", sa.Column("ended_by", sa.BigInteger(), nullable=True))
    op.alter_column(
        "membership",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_membership_began_by",
        "membership",
        ["tenant_id", "began_by"],
        unique=False,
        postgresql_where=sa.text("began_by is not null"),
    )
    op.create_index(
        "ix_membership_ended_by",
        "membership",
        ["tenant_id", "ended_by"],
        unique=False,
        postgresql_where=sa.text("ended_by is not null"),
    )
    op.create_index(
        "ix_membership_person_ended",
        "membership",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("until is not null"),
    )
    op.create_index(
        "ix_membership_relation",
        "membership",
        ["tenant_id", "relation", "id"],
        unique=False,
        postgresql_where=sa.text("until is null and relation <> 'registered'"),
    )
    op.create_index(
        "ix_membership_unit_id_since", "membership", ["tenant_id", "unit_id", "since"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_membership_tenant_id_ended_by"),
        "membership",
        "reform",
        ["tenant_id", "ended_by"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_membership_tenant_id_began_by"),
        "membership",
        "reform",
        ["tenant_id", "began_by"],
        ["tenant_id", "id"],
    )
    op.alter_column(
        "occasion",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("person", sa.Column("phone_tail", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("education", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("political", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("household", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("employment", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("job_title", sa.Text(), nullable=True))
    op.alter_column(
        "person",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_person_phone_tail",
        "person",
        ["tenant_id", "phone_tail"],
        unique=False,
        postgresql_where=sa.text("phone_tail is not null"),
    )
    op.create_index(
        "ix_person_phone_untailed",
        "person",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("phone_sealed is not null and phone_tail is null"),
    )
    op.alter_column(
        "person_term",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("post", sa.Column("document", sa.Text(), server_default="", nullable=False))
    op.add_column("post", sa.Column("ended_by", sa.BigInteger(), nullable=True))
    op.alter_column(
        "post",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_post_ended_by",
        "post",
        ["tenant_id", "ended_by"],
        unique=False,
        postgresql_where=sa.text("ended_by is not null"),
    )
    op.create_index("ix_post_unit_id_since", "post", ["tenant_id", "unit_id", "since"], unique=False)
    op.create_index(
        "ix_post_until",
        "post",
        ["tenant_id", "until"],
        unique=False,
        postgresql_where=sa.text("until is not null"),
    )
    op.create_foreign_key(
        op.f("fk_post_tenant_id_ended_by"), "post", "reform", ["tenant_id", "ended_by"], ["tenant_id", "id"]
    )
    op.alter_column(
        "reminder",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("role_grant", sa.Column("ended_by", sa.BigInteger(), nullable=True))
    op.alter_column(
        "role_grant",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_index(
        "ix_role_grant_ended_by",
        "role_grant",
        ["tenant_id", "ended_by"],
        unique=False,
        postgresql_where=sa.text("ended_by is not null"),
    )
    op.create_foreign_key(
        op.f("fk_role_grant_tenant_id_ended_by"),
        "role_grant",
        "reform",
        ["tenant_id", "ended_by"],
        ["tenant_id", "id"],
    )
    op.alter_column(
        "setting",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.add_column("unit", sa.Column("credit_code", sa.Text(), nullable=True))
    op.add_column("unit", sa.Column("legal_number", sa.Text(), nullable=True))
    op.add_column("unit", sa.Column("staff_count", sa.Integer(), nullable=True))
    op.add_column("unit", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("unit", sa.Column("followed_by", sa.BigInteger(), nullable=True))
    op.alter_column(
        "unit",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_foreign_key(
        op.f("fk_unit_tenant_id_followed_by"),
        "unit",
        "unit",
        ["tenant_id", "followed_by"],
        ["tenant_id", "id"],
    )
    op.add_column("unit_change", sa.Column("reform_id", sa.BigInteger(), nullable=True))
    op.alter_column(
        "unit_change",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.create_foreign_key(
        op.f("fk_unit_change_tenant_id_reform_id"),
        "unit_change",
        "reform",
        ["tenant_id", "reform_id"],
        ["tenant_id", "id"],
    )
    op.alter_column(
        "unit_term",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
    )
    op.alter_column(
        "seat",
        "tenant_id",
        existing_type=sa.BIGINT(),
        server_default=sa.text("nullif(current_setting('app.tenant_id', true), '')::bigint"),
        existing_nullable=False,
        schema="platform",
    )
    op.add_column("tenant", sa.Column("former_key", sa.LargeBinary(), nullable=True), schema="platform")
    op.add_column(
        "tenant",
        sa.Column("quota_bytes", sa.BigInteger(), server_default=sa.text("5368709120"), nullable=False),
        schema="platform",
    )
    for table, name, condition in (
        ("unit", "ended_on", "ended_on is null or state = 'dissolved'"),
        ("unit", "staff_count", "staff_count >= 0"),
        ("membership", "relation", "relation in ('registered', 'out', 'in', 'leaving', 'arriving', 'lost')"),
        ("duty_rule", "years", "(cadence = 'term') = (years is not null)"),
        ("event", "review", "review in ('accepted', 'returned')"),
        ("event", "reviewed", "(review is null) = (reviewed_at is null)"),
        ("due_item", "returned", "returned_event_id is null or event_id is null"),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for table, name, condition in (
        ("duty_rule", "cadence", "cadence in ('month', 'quarter', 'half_year', 'year', 'term')"),
        (
            "unit_change",
            "what",
            "what in ('set_up', 'rename', 'move', 'change', 'split', 'merge', 'hand_over', 'dissolve', 'undo')",
        ),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)

    op.drop_constraint(op.f("ck_token_purpose"), "token", schema="platform")
    op.create_check_constraint(
        op.f("ck_token_purpose"),
        "token",
        "purpose in ('first_admin', 'seat', 'password', 'operator', 'address', 'calendar')",
        schema="platform",
    )

    for table in WALLED:
        for statement in wall(table):
            op.execute(statement)
    for statement in (*exchange_wall(), *receiver_wall()):
        op.execute(statement)
    carry_over()
