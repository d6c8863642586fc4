"""Official documents (公文): drafted, reviewed, countersigned, signed, numbered, issued, archived."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, references


class NumberSeries(TenantOwned, Base):
    """The prefix (代字) under which a unit numbers its documents, year by year."""

    __tablename__ = "number_series"
    __table_args__ = (
        references("unit_id", "unit"),
        references("created_by", "person"),
        CheckConstraint("state in ('active', 'ended')", name="state"),
        # Two units never number under one prefix.
        UniqueConstraint("tenant_id", "prefix"),
        UniqueConstraint("tenant_id", "form_key"),
        # Those of a unit.
        Index("ix_number_series_unit_id", "tenant_id", "unit_id", "id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    prefix: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class NumberYear(TenantOwned, Base):
    """The counter of a series in one year. Whoever signs holds this row until the number stands: no gap, no double."""

    __tablename__ = "number_year"
    __table_args__ = (
        references("series_id", "number_series", ondelete="CASCADE"),
        CheckConstraint("before >= 0 and last >= before", name="last"),
        UniqueConstraint("tenant_id", "series_id", "year"),
    )

    series_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(SmallInteger)
    #: Numbers of this year that were given on paper, before the product gave any.
    before: Mapped[int] = mapped_column(Integer, server_default="0")
    last: Mapped[int] = mapped_column(Integer, server_default="0")


class Dispatch(TenantOwned, Base):
    """One official document. Its number, once given, is never given again, not even when it is void."""

    __tablename__ = "dispatch"
    __table_args__ = (
        references("unit_id", "unit"),
        references("series_id", "number_series"),
        references("reply_to_id", "dispatch"),
        references("file_id", "file"),
        references("created_by", "person"),
        references("signed_by", "person"),
        CheckConstraint(
            "state in ('draft', 'review', 'countersign', 'signing', 'signed', 'issued', 'archived', 'void')",
            name="state",
        ),
        CheckConstraint("form in ('downward', 'upward', 'parallel', 'letter', 'minutes')", name="form"),
        CheckConstraint("urgency in ('', 'pressing', 'most_pressing')", name="urgency"),
        CheckConstraint("num_nonnulls(number, number_year, signed_on, signed_by) in (0, 4)", name="number"),
        CheckConstraint(
            "state in ('signed', 'issued', 'archived', 'void') or number is null", name="unnumbered"
        ),
        CheckConstraint(
            "state not in ('signed', 'issued', 'archived') or number is not null", name="numbered"
        ),
        CheckConstraint("number is null or series_id is not null", name="series"),
        CheckConstraint("state <> 'void' or reason <> ''", name="void"),
        CheckConstraint("num_nonnulls(archive_year, case_no, retention) in (0, 3)", name="archive"),
        CheckConstraint("state <> 'archived' or archive_year is not null", name="archived"),
        CheckConstraint("retention is null or retention in (0, 10, 30)", name="retention"),
        UniqueConstraint("tenant_id", "form_key"),
        # The register: each number of a series and year once, in its order.
        Index(
            "uq_dispatch_number",
            "tenant_id",
            "series_id",
            "number_year",
            "number",
            unique=True,
            postgresql_where=text("number is not null"),
        ),
        # Those of a unit, newest first.
        Index("ix_dispatch_unit_id", "tenant_id", "unit_id", "id"),
        # What answers a document.
        Index(
            "ix_dispatch_reply_to_id",
            "tenant_id",
            "reply_to_id",
            postgresql_where=text("reply_to_id is not null"),
        ),
    )

    #: The unit in whose name it goes out.
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.dispatches.kinds.KINDS and of FORMS.
    kind: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    title: Mapped[str] = mapped_column(Text)
    #: Paragraphs, one a line; 一、 （一） 1. （1） at their beginning are its headings.
    body: Mapped[str] = mapped_column(Text)
    #: Whom it is addressed to (主送) and who gets a copy (抄送), as they stand on the paper.
    addressees: Mapped[str] = mapped_column(Text, server_default="")
    copies: Mapped[str] = mapped_column(Text, server_default="")
    #: What goes with it (附件说明), a name a line.
    enclosures: Mapped[str] = mapped_column(Text, server_default="")
    #: The remark in brackets below the date (附注).
    annotation: Mapped[str] = mapped_column(Text, server_default="")
    urgency: Mapped[str] = mapped_column(Text, server_default="")
    #: Title, number and body in simplified script without blanks: what a search looks through.
    folded: Mapped[str] = mapped_column(Text, server_default="")
    #: Counted up by each act: two people at once, the second is told.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    #: How often it was handed over for review.
    turn: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    series_id: Mapped[int | None] = mapped_column(BigInteger)
    number_year: Mapped[int | None] = mapped_column(SmallInteger)
    number: Mapped[int | None] = mapped_column(Integer)
    signed_on: Mapped[date | None] = mapped_column(Date)
    signed_by: Mapped[int | None] = mapped_column(BigInteger)
    #: The finished paper; its sha256 is what the verification page says.
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    #: What its author is to know of the characters of the paper or the last preview.
    paper_notes: Mapped[str] = mapped_column(Text, server_default="")
    #: The document of another unit that this one answers.
    reply_to_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Why it is void.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    archive_year: Mapped[int | None] = mapped_column(SmallInteger)
    case_no: Mapped[str | None] = mapped_column(Text)
    #: Years; 0 for ever.
    retention: Mapped[int | None] = mapped_column(SmallInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    form_key: Mapped[str] = mapped_column(Text)


class DispatchVersion(TenantOwned, Base):
    """The wording as it was handed on, each time it had changed; never written over."""

    __tablename__ = "dispatch_version"
    __table_args__ = (
        references("dispatch_id", "dispatch", ondelete="CASCADE"),
        references("saved_by", "person"),
        UniqueConstraint("tenant_id", "dispatch_id", "number"),
    )

    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    addressees: Mapped[str] = mapped_column(Text, server_default="")
    copies: Mapped[str] = mapped_column(Text, server_default="")
    saved_by: Mapped[int | None] = mapped_column(BigInteger)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class DispatchStep(TenantOwned, Base):
    """What one person is to say to it, and said: reviewer (核稿), countersigner (会签), signer (签发)."""

    __tablename__ = "dispatch_step"
    __table_args__ = (
        references("dispatch_id", "dispatch", ondelete="CASCADE"),
        references("person_id", "person"),
        CheckConstraint("part in ('review', 'countersign', 'sign')", name="part"),
        CheckConstraint("outcome in ('waiting', 'agreed', 'returned', 'over')", name="outcome"),
        CheckConstraint("(outcome in ('agreed', 'returned')) = (acted_at is not null)", name="acted"),
        CheckConstraint("outcome <> 'returned' or words <> ''", name="returned"),
        UniqueConstraint("tenant_id", "dispatch_id", "turn", "part", "person_id"),
        # What waits for a person.
        Index(
            "ix_dispatch_step_person_id",
            "tenant_id",
            "person_id",
            "dispatch_id",
            postgresql_where=text("outcome = 'waiting'"),
        ),
    )

    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    turn: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: over: the document went back, or was taken back, before this step was done.
    outcome: Mapped[str] = mapped_column(Text, server_default="waiting")
    words: Mapped[str] = mapped_column(Text, server_default="")
    acted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DispatchFile(TenantOwned, Base):
    """A file that goes with a document."""

    __tablename__ = "dispatch_file"
    __table_args__ = (
        references("dispatch_id", "dispatch", ondelete="CASCADE"),
        references("file_id", "file"),
        UniqueConstraint("tenant_id", "dispatch_id", "file_id"),
    )

    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)


class DispatchReply(TenantOwned, Base):
    """What came back to a request, report or letter: a document made here, or one that came on paper."""

    __tablename__ = "dispatch_reply"
    __table_args__ = (
        references("dispatch_id", "dispatch", ondelete="CASCADE"),
        references("answer_id", "dispatch"),
        references("entered_by", "person"),
        CheckConstraint("answer_id is not null or words <> ''", name="words"),
        # A document answers another once; the replies to a document.
        UniqueConstraint("tenant_id", "dispatch_id", "answer_id"),
        UniqueConstraint("tenant_id", "form_key"),
    )

    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    #: Where it was made here.
    answer_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Number and gist of a reply on paper.
    number: Mapped[str] = mapped_column(Text, server_default="")
    words: Mapped[str] = mapped_column(Text, server_default="")
    replied_on: Mapped[date] = mapped_column(Date)
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)


class DispatchIssue(TenantOwned, Base):
    """That a document went out: as a circular, whose receipts say who has read it, or on paper."""

    __tablename__ = "dispatch_issue"
    __table_args__ = (
        references("dispatch_id", "dispatch", ondelete="CASCADE"),
        references("circular_id", "circular"),
        references("issued_by", "person"),
        CheckConstraint("circular_id is not null or words <> ''", name="words"),
        UniqueConstraint("tenant_id", "form_key"),
        # The ways by which a document went out.
        Index("ix_dispatch_issue_dispatch_id", "tenant_id", "dispatch_id", "id"),
    )

    dispatch_id: Mapped[int] = mapped_column(BigInteger)
    circular_id: Mapped[int | None] = mapped_column(BigInteger)
    #: To whom and how it went on paper.
    words: Mapped[str] = mapped_column(Text, server_default="")
    issued_on: Mapped[date] = mapped_column(Date)
    issued_by: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str] = mapped_column(Text)
