"""One-time links: asked for, drawn, looked up, used once.

A secret is 32 random bytes; only its SHA-256 is stored. Using one is a conditional UPDATE, so of two at once one wins.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update

from shared.accounts.models import SignInAttempt, Token
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, NotFound
from shared.i18n import _
from shared.tenants.models import Tenant

LIFE: Mapping[str, timedelta] = {
    "first_admin": timedelta(days=14),
    "seat": timedelta(days=14),
    "operator": timedelta(days=14),
    "password": timedelta(hours=24),
    "address": timedelta(hours=24),
    # Read again and again by a calendar program, until it is revoked.
    "calendar": timedelta(days=5 * 365),
    # Stands on paper that is kept for ever.
    "proof": timedelta(days=100 * 365),
}
#: Links that are used once; the secret of a calendar or a document opens none of them.
ONE_TIME = tuple(purpose for purpose in LIFE if purpose not in ("calendar", "proof"))
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may still be used, as whoever holds it sees it."""

    id: int
    purpose: str
    identifier: str
    tenant_id: int | None
    tenant_name: str
    tenant_kind: str
    person_id: int | None
    login_id: int | None
    detail: dict[str, object]
    locale: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A link that is to be mailed now: the secret exists here and in the mail only."""

    token_id: int
    purpose: str
    identifier: str
    login_id: int | None
    tenant_name: str
    locale: str
    secret: str
    expires_at: datetime
    attempts: int


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """32 random bytes, base64url."""
    return secrets.token_urlsafe(32)


def account_number() -> str:
    """An identifier for somebody without a mail address; says nothing about the person."""
    return f"jc-{secrets.randbelow(10**8):08d}"


def add_link(
    *,
    purpose: str,
    identifier: str = "",
    tenant_id: int | None = None,
    person_id: int | None = None,
    login_id: int | None = None,
    detail: dict[str, object] | None = None,
    locale: str = "zh_Hans",
    by_mail: bool = False,
    form_key: str | None = None,
) -> tuple[Token, str]:
    """Write a link in the running transaction; returns it with its secret (of no use where it goes by mail)."""
    secret = new_secret()
    token = Token(
        purpose=purpose,
        secret_hash=digest(secret),
        identifier=identifier,
        tenant_id=tenant_id,
        person_id=person_id,
        login_id=login_id,
        detail=detail or {},
        locale=locale,
        by_mail=by_mail,
        form_key=form_key,
        expires_at=now() + LIFE[purpose],
    )
    db.session.add(token)
    db.session.flush()
    return token, secret


def _usable() -> list[object]:
    return [Token.used_at.is_(None), Token.revoked_at.is_(None), Token.expires_at > now()]


def look_up(secret: str, *, purposes: tuple[str, ...] = ONE_TIME) -> Link:
    """The link of this secret, if it is for one of these purposes. In the platform scope; changes nothing.

    Raises NotFound with one text for a wrong, used, revoked or expired link and for a suspended tenant's.
    """
    row = db.session.execute(
        select(Token, Tenant.name, Tenant.kind)
        .join(Tenant, Tenant.id == Token.tenant_id, isouter=True)
        .where(
            Token.secret_hash == digest(secret),
            Token.purpose.in_(purposes),
            *_usable(),  # type: ignore[arg-type]
            or_(Token.tenant_id.is_(None), Tenant.state == "active"),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(
            _("This link has been used, replaced or has expired. Ask whoever sent it for a new one.")
        )
    token, tenant_name, tenant_kind = row
    return Link(
        id=token.id,
        purpose=token.purpose,
        identifier=token.identifier,
        tenant_id=token.tenant_id,
        tenant_name=tenant_name or "",
        tenant_kind=tenant_kind or "",
        person_id=token.person_id,
        login_id=token.login_id,
        detail=token.detail,
        locale=token.locale,
    )


def use(link: Link) -> None:
    """Spend the link in the running transaction. Raises Conflict when somebody else just did."""
    result = db.session.execute(
        update(Token).where(Token.id == link.id, *_usable()).values(used_at=now())  # type: ignore[arg-type]
    )
    if isinstance(result, CursorResult) and result.rowcount != 1:
        raise Conflict(_("This link has just been used."))


def revoke(*conditions: object) -> int:
    """Make open links useless; `conditions` say which. Returns how many."""
    result = db.session.execute(
        update(Token)
        .where(Token.used_at.is_(None), Token.revoked_at.is_(None), *conditions)  # type: ignore[arg-type]
        .values(revoked_at=now())
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def unsent(*, job_id: int | None = None, limit: int = 200) -> list[int]:
    """The links that are to be mailed and are in nobody's hands, oldest first. In the platform scope."""
    statement = (
        select(Token.id)
        .join(Tenant, Tenant.id == Token.tenant_id, isouter=True)
        .where(
            Token.by_mail,
            Token.sent_at.is_(None),
            Token.problem.is_(None),
            *_usable(),  # type: ignore[arg-type]
            Token.attempts < MAX_ATTEMPTS,
            or_(Token.lease_until.is_(None), Token.lease_until < now()),
            or_(Token.tenant_id.is_(None), Tenant.state == "active"),
        )
        .order_by(Token.id)
        .limit(limit)
    )
    if job_id is not None:
        statement = statement.where(Token.job_id == job_id)
    return list(db.session.scalars(statement))


def take_letter(token_id: int) -> Letter | None:
    """Take one link in hand and draw its secret; None when it was sent, spent, or somebody else has it.

    Drawing makes an earlier, perhaps lost, mail of the same link useless: a mail that left twice opens once.
    """
    secret = new_secret()
    active = select(Tenant.id).where(Tenant.id == Token.tenant_id, Tenant.state == "active").exists()
    row = db.session.execute(
        update(Token)
        .where(
            Token.id == token_id,
            Token.by_mail,
            Token.sent_at.is_(None),
            Token.problem.is_(None),
            *_usable(),  # type: ignore[arg-type]
            Token.attempts < MAX_ATTEMPTS,
            or_(Token.lease_until.is_(None), Token.lease_until < now()),
            or_(Token.tenant_id.is_(None), active),
        )
        .values(secret_hash=digest(secret), lease_until=now() + LEASE, attempts=Token.attempts + 1)
        .returning(Token)
    ).scalar_one_or_none()
    if row is None:
        return None
    name = db.session.scalar(select(Tenant.name).where(Tenant.id == row.tenant_id))
    return Letter(
        token_id,
        row.purpose,
        row.identifier,
        row.login_id,
        name or "",
        row.locale,
        secret,
        row.expires_at,
        row.attempts,
    )


def note_letter(letter: Letter, *, problem: str | None = None, again: bool = False) -> None:
    """What became of the mail: sent, refused for good (`problem`), or to be tried again when the lease is over."""
    values: dict[str, object] = {"lease_until": None}
    if problem is None:
        values["sent_at"] = now()
    elif again and letter.attempts < MAX_ATTEMPTS:
        values["lease_until"] = now() + LEASE * letter.attempts
    else:
        values["problem"] = problem
    db.session.execute(
        update(Token)
        .where(Token.id == letter.token_id, Token.secret_hash == digest(letter.secret))
        .values(**values)
    )


def asked_lately(*, purpose: str, login_id: int, within: timedelta, but: int) -> bool:
    """Whether such a link was mailed to this login a moment ago. In the platform scope."""
    return bool(
        db.session.scalar(
            select(func.count()).where(
                and_(Token.purpose == purpose, Token.login_id == login_id, Token.id != but),
                Token.sent_at > now() - within,
            )
        )
    )


def withdraw_letter(letter: Letter) -> None:
    """Nobody is to get it: no such login, no address, or one was mailed a moment ago. No trace stays."""
    db.session.execute(
        delete(Token).where(Token.id == letter.token_id, Token.secret_hash == digest(letter.secret))
    )


def forget_old() -> None:
    """Delete links two months after their end, and tries to sign in after 30 days. In the platform scope."""
    db.session.execute(delete(Token).where(Token.expires_at < now() - timedelta(days=60)))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < now() - timedelta(days=30)))
