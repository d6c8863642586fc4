"""People, their memberships and posts. Identity and phone numbers are ciphertext, with keyed hashes for match."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Index, LargeBinary, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant, references
from shared.db.types import PARTIAL_PATTERN, Bytewise, Partial, PartialDate


class Person(TenantOwned, Base):
    """One human being in one tenant, once."""

    __tablename__ = "person"
    __table_args__ = (
        owned_by_tenant(),
        CheckConstraint("sex in ('m', 'f')", name="sex"),
        CheckConstraint("state in ('active', 'left', 'removed')", name="state"),
        CheckConstraint(f"born ~ '{PARTIAL_PATTERN}'", name="born"),
        # One row an identity number; the importer's match.
        Index(
            "uq_person_identity_hash",
            "tenant_id",
            "identity_hash",
            unique=True,
            postgresql_where=text("identity_hash is not null and state <> 'removed'"),
        ),
        # A form sent twice is one person.
        Index(
            "uq_person_form_key",
            "tenant_id",
            "form_key",
            unique=True,
            postgresql_where=text("form_key is not null"),
        ),
        # Match by telephone, and by the last four of the identity number.
        Index(
            "ix_person_phone_hash", "tenant_id", "phone_hash", postgresql_where=text("phone_hash is not null")
        ),
        Index(
            "ix_person_identity_tail",
            "tenant_id",
            "identity_tail",
            postgresql_where=text("identity_tail is not null"),
        ),
        # The roster's first question, whose data lack something; few rows, once they are put right.
        Index(
            "ix_person_gaps",
            "tenant_id",
            "id",
            postgresql_where=text("identity_sealed is null or phone_sealed is null"),
        ),
        # The roster, page by page: order by (name_key, id).
        Index("ix_person_name_key_id", "tenant_id", "name_key", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    #: Pinyin of the name for sorting, surname reading first.
    name_key: Mapped[Bytewise] = mapped_column(server_default="")
    sex: Mapped[str | None] = mapped_column(Text)
    ethnic: Mapped[str | None] = mapped_column(Text)
    born: Mapped[PartialDate | None] = mapped_column(Partial)
    identity_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Keyed hash of the last four characters.
    identity_tail: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[str | None] = mapped_column(Text)
    #: The language of mail and papers for this person.
    locale: Mapped[str] = mapped_column(Text, server_default="zh_Hans")
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    #: Of the form that entered the person; None: an import.
    form_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PersonTerm(TenantOwned, Base):
    """One way to find a person: the folded name, its pinyin in each reading, its initials."""

    __tablename__ = "person_term"
    __table_args__ = (
        references("person_id", "person", ondelete="CASCADE"),
        # Search: term ^@ what was typed.
        Index("ix_person_term_term", "tenant_id", "term", "person_id"),
        # Replacing a person's terms.
        Index("ix_person_term_person_id", "tenant_id", "person_id"),
    )

    term: Mapped[Bytewise]
    person_id: Mapped[int] = mapped_column(BigInteger)


class Membership(TenantOwned, Base):
    """A person's belonging to a unit, from one day to another."""

    __tablename__ = "membership"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        CheckConstraint("kind in ('party', 'union')", name="kind"),
        CheckConstraint("until is null or until >= since", name="term"),
        CheckConstraint(f"joined ~ '{PARTIAL_PATTERN}'", name="joined"),
        CheckConstraint(f"confirmed ~ '{PARTIAL_PATTERN}'", name="confirmed"),
        # One living membership of a kind a person.
        Index(
            "uq_membership_person",
            "tenant_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # The people of a unit; attendance; counts by standing.
        Index(
            "ix_membership_unit_id", "tenant_id", "unit_id", "status", postgresql_where=text("until is null")
        ),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    #: A key of shared.members.statuses.STATUSES: full, probationary, applicant, member …
    status: Mapped[str] = mapped_column(Text)
    #: Day or month of joining (入党时间, 入会时间) and of full membership (转正时间).
    joined: Mapped[PartialDate | None] = mapped_column(Partial)
    confirmed: Mapped[PartialDate | None] = mapped_column(Partial)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    #: Why it ended: a key of shared.members.statuses.ENDINGS.
    end_reason: Mapped[str | None] = mapped_column(Text)


class Post(TenantOwned, Base):
    """An office held at a unit: secretary, chair, committee member …"""

    __tablename__ = "post"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        CheckConstraint("basis in ('elected', 'appointed', 'by_election')", name="basis"),
        CheckConstraint("until is null or until >= since", name="term"),
        # Who holds which office at a unit now; one living office of a code a person and unit.
        Index(
            "uq_post_unit_code_person",
            "tenant_id",
            "unit_id",
            "code",
            "person_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # The offices of a person.
        Index("ix_post_person_id", "tenant_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.members.posts.POSTS.
    code: Mapped[str] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
