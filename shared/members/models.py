"""People, their memberships and posts. Identity and phone numbers are ciphertext, with keyed hashes for match."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
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
        # Search by the last four of a telephone number.
        Index(
            "ix_person_phone_tail", "tenant_id", "phone_tail", postgresql_where=text("phone_tail is not null")
        ),
        # Those whose last four are still to be computed (entered before there was a column for them); none, soon.
        Index(
            "ix_person_phone_untailed",
            "tenant_id",
            "id",
            postgresql_where=text("phone_sealed is not null and phone_tail is null"),
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
    phone_tail: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[str | None] = mapped_column(Text)
    #: The language of mail and papers for this person.
    locale: Mapped[str] = mapped_column(Text, server_default="zh_Hans")
    #: Keys of shared.members.registry: what the real-name register (会员实名制) asks; None: not known.
    education: Mapped[str | None] = mapped_column(Text)
    political: Mapped[str | None] = mapped_column(Text)
    household: Mapped[str | None] = mapped_column(Text)
    employment: Mapped[str | None] = mapped_column(Text)
    #: What the person does at work, in their office's words.
    job_title: Mapped[str | None] = mapped_column(Text)
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
        references("began_by", "reform"),
        references("ended_by", "reform"),
        CheckConstraint("kind in ('party', 'union')", name="kind"),
        CheckConstraint(
            "relation in ('registered', 'out', 'in', 'leaving', 'arriving', 'lost')", name="relation"
        ),
        CheckConstraint("until is null or until >= since", name="term"),
        # What a reform moved, for its undo.
        Index(
            "ix_membership_began_by", "tenant_id", "began_by", postgresql_where=text("began_by is not null")
        ),
        Index(
            "ix_membership_ended_by", "tenant_id", "ended_by", postgresql_where=text("ended_by is not null")
        ),
        # Who belonged to a unit on a day: its whole history.
        Index("ix_membership_unit_id_since", "tenant_id", "unit_id", "since"),
        # Those whose relationship is on its way or away; few.
        Index(
            "ix_membership_relation",
            "tenant_id",
            "relation",
            "id",
            postgresql_where=text("until is null and relation <> 'registered'"),
        ),
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
        # What a person belonged to before.
        Index(
            "ix_membership_person_ended",
            "tenant_id",
            "person_id",
            postgresql_where=text("until is not null"),
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
    #: Where the relationship stands: a key of shared.members.relations.RELATIONS (在册, 流出, 流入 …).
    relation: Mapped[str] = mapped_column(Text, server_default="registered")
    #: Number of the membership card (会员证, 流动党员活动证).
    card_number: Mapped[str | None] = mapped_column(Text)
    #: Day or month of joining (入党时间, 入会时间) and of full membership (转正时间).
    joined: Mapped[PartialDate | None] = mapped_column(Partial)
    confirmed: Mapped[PartialDate | None] = mapped_column(Partial)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    #: Why it ended: a key of shared.members.statuses.ENDINGS.
    end_reason: Mapped[str | None] = mapped_column(Text)
    #: The reforms that began and ended it; None: a single change.
    began_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class Post(TenantOwned, Base):
    """An office held at a unit: secretary, chair, committee member …"""

    __tablename__ = "post"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("ended_by", "reform"),
        CheckConstraint("basis in ('elected', 'appointed', 'by_election')", name="basis"),
        # Who held which office of a unit on a day, and who left office in a period.
        Index("ix_post_unit_id_since", "tenant_id", "unit_id", "since"),
        Index("ix_post_until", "tenant_id", "until", postgresql_where=text("until is not null")),
        # What a reform ended, for its undo.
        Index("ix_post_ended_by", "tenant_id", "ended_by", postgresql_where=text("ended_by is not null")),
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
    #: The approving document.
    document: Mapped[str] = mapped_column(Text, server_default="")
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class MobileStay(TenantOwned, Base):
    """A member away from the unit (流出) or with it while registered elsewhere (流入), from one day to another."""

    __tablename__ = "mobile_stay"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("contact_id", "person"),
        CheckConstraint("direction in ('out', 'in')", name="direction"),
        CheckConstraint("reason in ('work', 'study', 'home', 'abroad', 'graduate', 'other')", name="reason"),
        CheckConstraint("until is null or until >= since", name="term"),
        # One living stay a person.
        Index(
            "uq_mobile_stay_person_id",
            "tenant_id",
            "person_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        # The mobile members of a unit.
        Index("ix_mobile_stay_unit_id", "tenant_id", "unit_id"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    #: Where the person is, and the organisation there (or, for 流入, the one that holds the relationship).
    place: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text, server_default="")
    #: Who keeps the contact.
    contact_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    form_key: Mapped[str | None] = mapped_column(Text)


class MobileContact(TenantOwned, Base):
    """One contact kept with a mobile member: when, by whom, by which way; never what was said."""

    __tablename__ = "mobile_contact"
    __table_args__ = (
        references("stay_id", "mobile_stay", ondelete="CASCADE"),
        references("by_id", "person"),
        CheckConstraint("way in ('phone', 'message', 'visit', 'online', 'other')", name="way"),
        UniqueConstraint("tenant_id", "form_key"),
        # The contacts of a stay, newest first.
        Index("ix_mobile_contact_stay_id", "tenant_id", "stay_id", "on_date"),
    )

    stay_id: Mapped[int] = mapped_column(BigInteger)
    on_date: Mapped[date] = mapped_column(Date)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    way: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(Text)


class BulkTarget(TenantOwned, Base):
    """One membership that an act on a whole filter was asked for, and what became of it.

    The set is fixed when the act is confirmed; a worker takes the rows without an outcome, chunk by chunk, so an
    interrupted act goes on where it was.
    """

    __tablename__ = "bulk_target"
    __table_args__ = (
        references("job_id", "job", ondelete="CASCADE"),
        references("membership_id", "membership", ondelete="CASCADE"),
        references("person_id", "person", ondelete="CASCADE"),
        # Once in an act.
        UniqueConstraint("tenant_id", "job_id", "membership_id"),
        # The chunks of an act; its rows by outcome.
        Index("ix_bulk_target_job_id", "tenant_id", "job_id", "outcome", "id"),
        # The keys' own deletion, when an import is undone.
        Index("ix_bulk_target_membership_id", "tenant_id", "membership_id"),
        Index("ix_bulk_target_person_id", "tenant_id", "person_id"),
    )

    job_id: Mapped[int] = mapped_column(BigInteger)
    membership_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    #: None: still to do; 'done', 'same', or a key of shared.members.actions.bulk.LEFT_OUT.
    outcome: Mapped[str | None] = mapped_column(Text)
