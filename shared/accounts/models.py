"""Logins, seats, links and roles.

A login is a person's way in and belongs to nobody but them; a seat ties it to a person of one tenant; a grant
gives that person a role at a unit from one day to another.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import OPEN_TENANT, Base, TenantOwned, references


class Login(Base):
    """Identifier, password, epoch. Visible to the identifier now signing in and to the signed-in login only."""

    __tablename__ = "login"
    __table_args__ = (
        UniqueConstraint("identifier"),
        CheckConstraint("identifier = lower(identifier) and identifier <> ''", name="identifier"),
        {"schema": "platform"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: A mail address, or an account number we made for those without mail. Lower case.
    identifier: Mapped[str] = mapped_column(Text)
    #: Argon2id, in its own encoded form.
    password_hash: Mapped[str] = mapped_column(Text)
    second_factor: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Counted up by sign-out everywhere and by a new password; a session of an older epoch is over.
    epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    operator: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    locale: Mapped[str] = mapped_column(Text, server_default="zh_Hans")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Seat(Base):
    """A login's place in a tenant, as one of its people. Readable by its login while no tenant is open."""

    __tablename__ = "seat"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "id"),
        references("person_id", "person"),
        CheckConstraint("state in ('active', 'ended')", name="state"),
        # One living seat a login and tenant; also finds the seat at each request.
        Index(
            "uq_seat_login", "tenant_id", "login_id", unique=True, postgresql_where=text("state = 'active'")
        ),
        # One living seat a person: the accounts page, the recipient of in-app messages.
        Index(
            "uq_seat_person", "tenant_id", "person_id", unique=True, postgresql_where=text("state = 'active'")
        ),
        # A login's own seats, for the switch in the header.
        Index("ix_seat_own", "login_id"),
        {"schema": "platform"},
    )

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("platform.tenant.id"), server_default=text(OPEN_TENANT), sort_order=-2
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), sort_order=-1)
    login_id: Mapped[int] = mapped_column(ForeignKey("platform.login.id"))
    person_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Token(Base):
    """A one-time link: its secret's hash, its purpose, and what it opens.

    A link that goes by mail is asked for by its row alone; whoever mails it draws the secret then and there and keeps
    its hash, so the secret stands in no row, no queue and no log.
    """

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        # A form sent twice invites once.
        UniqueConstraint("tenant_id", "person_id", "form_key"),
        CheckConstraint(
            "purpose in ('first_admin', 'seat', 'password', 'operator', 'address', 'calendar', 'proof')",
            name="purpose",
        ),
        # The open invitations of one person, to be revoked by the next one; the state on the accounts page.
        Index("ix_token_tenant_id_person_id", "tenant_id", "person_id"),
        # What is to be mailed and is not yet.
        Index(
            "ix_token_unsent",
            "id",
            postgresql_where=text("by_mail and sent_at is null and used_at is null and revoked_at is null"),
        ),
        # How often a login's owner has asked lately.
        Index("ix_token_login_id", "login_id"),
        {"schema": "platform"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    #: SHA-256 of the secret in the link; of nothing known while a mail has not left.
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("platform.tenant.id"))
    #: The tenant's person who is invited; None for a tenant's first admin.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The login whose password or identifier is replaced.
    login_id: Mapped[int | None] = mapped_column(ForeignKey("platform.login.id"))
    #: The identifier the new login will bear: the address the link is mailed to, or an account number.
    identifier: Mapped[str] = mapped_column(Text)
    #: The first admin's name; whether a seat replaces the one before.
    detail: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")
    locale: Mapped[str] = mapped_column(Text, server_default="zh_Hans")
    by_mail: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: Why the mail could not be delivered: a short code.
    problem: Mapped[str | None] = mapped_column(Text)
    #: The job that asked for it; a job that runs again asks for nobody twice.
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInAttempt(Base):
    """One try to sign in, noted before the password is looked at, and again when it was good. Kept 30 days.

    The growing delay counts these rows, so an identifier that nobody has is delayed like every other.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        # The recent failures of one identifier.
        Index("ix_sign_in_attempt_identifier_at", "identifier_hash", "at"),
        {"schema": "platform"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    #: SHA-256 of the identifier as typed: an unknown one must leave no trace of a person.
    identifier_hash: Mapped[bytes] = mapped_column(LargeBinary)
    good: Mapped[bool] = mapped_column(Boolean)


class RoleGrant(TenantOwned, Base):
    """A role of one person at one unit (None: the whole tenant), from a day to a day, both included."""

    __tablename__ = "role_grant"
    __table_args__ = (
        references("person_id", "person"),
        references("unit_id", "unit"),
        references("ended_by", "reform"),
        CheckConstraint("until is null or until >= since", name="term"),
        # What a reform ended, for its undo.
        Index(
            "ix_role_grant_ended_by", "tenant_id", "ended_by", postgresql_where=text("ended_by is not null")
        ),
        # The grants of the person who is acting: every request.
        Index("ix_role_grant_person_id", "tenant_id", "person_id"),
        # Who acts for a unit: recipients of reminders.
        Index("ix_role_grant_unit_id_role", "tenant_id", "unit_id", "role"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: The reform that ended it; None: a person did.
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class Handover(TenantOwned, Base):
    """The open work of a unit passing from the former secretary or chair to the new one (交接)."""

    __tablename__ = "handover"
    __table_args__ = (
        references("unit_id", "unit", ondelete="CASCADE"),
        references("from_person_id", "person"),
        references("to_person_id", "person"),
        references("offered_by", "person"),
        CheckConstraint("state in ('open', 'accepted', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
        # One open hand-over a unit and office.
        Index(
            "uq_handover_unit_id",
            "tenant_id",
            "unit_id",
            "post_code",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        # What waits for me, on the first page.
        Index(
            "ix_handover_to_person_id", "tenant_id", "to_person_id", postgresql_where=text("state = 'open'")
        ),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    #: A key of shared.members.posts.POSTS whose holder leads.
    post_code: Mapped[str] = mapped_column(Text)
    from_person_id: Mapped[int | None] = mapped_column(BigInteger)
    to_person_id: Mapped[int] = mapped_column(BigInteger)
    offered_by: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: What passed, counted at acceptance: grants, loans, due items, reminders.
    counts: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
