"""An import: the file, its staged rows, and what its commit did, so that it can be undone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references


class Batch(TenantOwned, Base):
    """One uploaded workbook on its way into the roster."""

    __tablename__ = "import_batch"
    __table_args__ = (
        owned_by_tenant(),
        references("file_id", "file"),
        references("job_id", "job"),
        references("created_by", "person"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint(
            "state in ('reading', 'mapping', 'staged', 'committing', 'committed', 'undoing', 'undone', 'failed')",
            name="state",
        ),
    )

    #: A key of shared.imports.layouts.LAYOUTS.
    layout: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="reading")
    #: By sheet: the header's row number and which column means what.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: Rows by verdict.
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    problem: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The day from which new units owe their duties and new people belong to their unit; chosen at commit.
    counts_from: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    committed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: When staged rows and the upload are deleted.
    purge_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    form_key: Mapped[str] = mapped_column(Text)


class SavedMapping(TenantOwned, Base):
    """What the columns of a sheet with these titles mean, as somebody once said; applied to the next such sheet."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        references("created_by", "person"),
        # The mapping of a sheet with these titles.
        UniqueConstraint("tenant_id", "signature"),
    )

    name: Mapped[str] = mapped_column(Text)
    #: A key of shared.imports.layouts: units or people.
    layout: Mapped[str] = mapped_column(Text)
    #: Stands for the titles of the header, in whatever order (shared.imports.layouts.headers.signature).
    signature: Mapped[str] = mapped_column(Text)
    #: Plain title → key of a column; '' for a column that is not imported.
    titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Row(TenantOwned, Base):
    """One row of a sheet, sealed: its cells, what was understood, which row of the roster it matches."""

    __tablename__ = "import_row"
    __table_args__ = (
        references("batch_id", "import_batch", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "batch_id", "sheet", "row_no"),
        CheckConstraint("verdict in ('new', 'change', 'same', 'question', 'bad', 'skip')", name="verdict"),
        CheckConstraint("decision in ('take', 'leave')", name="decision"),
        # What needs a decision, in the order of the file.
        Index(
            "ix_import_row_open",
            "tenant_id",
            "batch_id",
            "sheet",
            "row_no",
            postgresql_where=text("verdict in ('question', 'bad')"),
        ),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger)
    #: Which entry of batch.mapping['sheets'] it is a row of.
    sheet: Mapped[int] = mapped_column(Integer)
    #: As the spreadsheet numbers it, from 1.
    row_no: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    verdict: Mapped[str] = mapped_column(Text)
    #: [["identity", "identity_check"], …]: column and code of shared.imports.issues, no cell's value.
    issues: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    #: What a person decided about its issues; an edited cell is judged anew instead.
    decision: Mapped[str | None] = mapped_column(Text)
    #: The commit has written it; a second commit of the same batch passes it over.
    applied: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class Effect(TenantOwned, Base):
    """One row that a commit inserted or changed; undo reads it backwards."""

    __tablename__ = "import_effect"
    __table_args__ = (
        references("batch_id", "import_batch"),
        references("unit_id", "unit", ondelete="CASCADE"),
        references("person_id", "person", ondelete="CASCADE"),
        references("membership_id", "membership", ondelete="CASCADE"),
        references("post_id", "post", ondelete="CASCADE"),
        CheckConstraint("num_nonnulls(unit_id, person_id, membership_id, post_id) = 1", name="one_object"),
        CheckConstraint("act in ('inserted', 'changed', 'ended')", name="act"),
        # The effects of a batch, last first.
        Index("ix_import_effect_batch_id", "tenant_id", "batch_id", "id"),
        # The objects' own deletion takes their effects along.
        Index(
            "ix_import_effect_unit_id",
            "tenant_id",
            "unit_id",
            postgresql_where=text("unit_id is not null"),
        ),
        Index(
            "ix_import_effect_person_id",
            "tenant_id",
            "person_id",
            postgresql_where=text("person_id is not null"),
        ),
        Index(
            "ix_import_effect_membership_id",
            "tenant_id",
            "membership_id",
            postgresql_where=text("membership_id is not null"),
        ),
        Index(
            "ix_import_effect_post_id",
            "tenant_id",
            "post_id",
            postgresql_where=text("post_id is not null"),
        ),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    membership_id: Mapped[int | None] = mapped_column(BigInteger)
    post_id: Mapped[int | None] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    #: Sealed JSON of the columns as they were before; for 'changed' and 'ended'.
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Hash of the whole row as the commit left it: another one at undo says that somebody has changed it since.
    digest: Mapped[int] = mapped_column(BigInteger)
