"""Inviting people of the open tenant to a place, and taking it.

An administrator offers a place; whoever holds the link takes it, with a new login or with one they already have.
Nothing here tells the administrator whether an identifier exists.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    LargeBinary,
    Text,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from shared.access.actor import Actor
from shared.accounts.actions.links import (
    LIFE,
    Link,
    account_number,
    add_link,
    digest,
    new_secret,
    revoke,
    use,
)
from shared.accounts.actions.signing_in import normal
from shared.accounts.models import Login, RoleGrant, Seat, Token
from shared.accounts.passwords import demand_good, hash_password
from shared.accounts.queries.people import AccountFilter, invitable
from shared.accounts.queries.roster import MEMBERSHIP, PERSON, UNIT
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.tenancy import current_tenant
from shared.tenants.queries import open_tenant

#: The slips of one sheet; more are printed unit by unit.
MOST_SLIPS = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """One printed invitation. Its secret exists in this answer only."""

    name: str
    unit_name: str
    number: str
    secret: str
    expires_at: datetime


def invite(
    actor: Actor, *, person_id: int, by_mail: bool, form_key: str, replace: bool = False
) -> tuple[Token, str]:
    """Offer one person a place, by mail or (the secret is returned) on a slip; earlier offers become useless.

    `replace`: the person has a place whose login is lost; taking the new one ends it. Raises Conflict where the person
    has a place and it is not to be replaced, or the form was sent twice; Invalid where there is no mail address.
    """
    person = db.session.execute(
        select(PERSON.c.name, PERSON.c.email, PERSON.c.locale)
        .where(PERSON.c.id == person_id, PERSON.c.state == "active")
        .with_for_update()
    ).one_or_none()
    if person is None:
        raise NotFound(_("There is nothing at this address."))
    if not replace and _seat_of(person_id) is not None:
        raise Conflict(_("This person has a place already."))
    if by_mail and not person.email:
        raise Invalid(_("This person has no mail address; print a slip instead."))
    revoke(Token.purpose == "seat", Token.person_id == person_id)
    made = add_link(
        purpose="seat",
        tenant_id=current_tenant(),
        person_id=person_id,
        identifier=normal(person.email) if by_mail else account_number(),
        detail={"replace": True} if replace else {},
        locale=person.locale,
        by_mail=by_mail,
        form_key=form_key,
    )
    record(
        actor,
        verb="account.invite",
        object_type="person",
        object_id=person_id,
        detail={"by": "mail" if by_mail else "slip", "replaces": replace},
    )
    return made


def ask_letters(actor: Actor, *, chosen: AccountFilter, job_id: int) -> int:
    """Write the invitations of everybody in the filter who has a mail address, by two statements; returns how many.

    A job that runs again writes none twice.
    """
    asked = exists(
        select(1).where(
            Token.tenant_id == PERSON.c.tenant_id, Token.person_id == PERSON.c.id, Token.job_id == job_id
        )
    )
    people = [*invitable(chosen), PERSON.c.email != "", ~asked]
    revoke(Token.purpose == "seat", Token.person_id.in_(select(PERSON.c.id).where(*people)))
    rows = select(
        literal("seat"),
        # The hash of nothing that anybody knows; the mail's own secret is drawn when it leaves.
        func.sha256(cast(cast(func.gen_random_uuid(), Text), LargeBinary)),
        PERSON.c.tenant_id,
        PERSON.c.id,
        func.lower(func.btrim(PERSON.c.email)),
        PERSON.c.locale,
        true(),
        literal(job_id, BigInteger),
        literal(now() + LIFE["seat"], DateTime(timezone=True)),
    ).where(*people)
    columns = [
        Token.purpose,
        Token.secret_hash,
        Token.tenant_id,
        Token.person_id,
        Token.identifier,
        Token.locale,
        Token.by_mail,
        Token.job_id,
        Token.expires_at,
    ]
    result = db.session.execute(insert(Token).from_select(columns, rows))
    count = result.rowcount if isinstance(result, CursorResult) else 0
    if count:
        record(
            actor,
            verb="account.invite_many",
            object_type="job",
            object_id=job_id,
            detail={"count": count, "by": "mail"},
        )
    return count


def make_slips(actor: Actor, *, chosen: AccountFilter, form_key: str) -> list[Slip]:
    """Offer a place on paper to everybody in the filter who has no mail address, at most MOST_SLIPS.

    Raises Conflict (by the key of the form) when the same form is sent twice: the first sheet stays good.
    """
    unit = (
        select(func.min(UNIT.c.name))
        .where(
            MEMBERSHIP.c.person_id == PERSON.c.id,
            MEMBERSHIP.c.until.is_(None),
            UNIT.c.tenant_id == MEMBERSHIP.c.tenant_id,
            UNIT.c.id == MEMBERSHIP.c.unit_id,
        )
        .scalar_subquery()
    )
    people = db.session.execute(
        select(PERSON.c.id, PERSON.c.name, PERSON.c.locale, unit.label("unit"))
        .where(*invitable(chosen), func.coalesce(PERSON.c.email, "") == "")
        .order_by(unit, PERSON.c.name_key, PERSON.c.id)
        .limit(MOST_SLIPS)
    ).all()
    # The insert comes before the revoking: a form that was sent before stops here and spoils nothing.
    until = now() + LIFE["seat"]
    slips, rows = [], []
    for person in people:
        slip = Slip(person.name, person.unit or "", account_number(), new_secret(), until)
        slips.append(slip)
        rows.append(
            {
                "purpose": "seat",
                "secret_hash": digest(slip.secret),
                "tenant_id": current_tenant(),
                "person_id": person.id,
                "identifier": slip.number,
                "locale": person.locale,
                "form_key": form_key,
                "expires_at": until,
            }
        )
    if not rows:
        return []
    db.session.execute(insert(Token), rows)
    revoke(
        Token.purpose == "seat",
        Token.person_id.in_([person.id for person in people]),
        func.coalesce(Token.form_key, "") != form_key,
    )
    record(actor, verb="account.invite_many", object_type="person", detail={"count": len(rows), "by": "slip"})
    return slips


def create_login(*, identifier: str, password: str, locale: str) -> Login:
    """A new login with its own password. In the scope of its identifier. Raises Invalid for a weak password.

    The database refuses a second login of one identifier (Conflict).
    """
    demand_good(password, identifier=identifier)
    login = Login(identifier=normal(identifier), password_hash=hash_password(password), locale=locale)
    db.session.add(login)
    db.session.flush()
    return login


def take_seat(*, link: Link, login_id: int) -> Seat:
    """Sit down: spend the link and begin the seat, together. In the tenant that the link names.

    Raises Conflict where the link is spent, the person's place is taken, or the login has another place here.
    """
    use(link)
    person = db.session.execute(
        select(PERSON.c.name)
        .where(PERSON.c.id == link.person_id, PERSON.c.state == "active")
        .with_for_update()
    ).one_or_none()
    if person is None or link.person_id is None or open_tenant().state != "active":
        raise NotFound(
            _("This link has been used, replaced or has expired. Ask whoever sent it for a new one.")
        )
    held = _seat_of(link.person_id)
    if held is not None and held.login_id != login_id and link.detail.get("replace"):
        held.state, held.ended_at = "ended", now()
        db.session.flush()
    elif held is not None:
        raise Conflict(_("This person has a place already."))
    return _sit(person.name, link.person_id, login_id)


def take_first_seat(*, link: Link, login_id: int, person_id: int) -> Seat:
    """A tenant's first administrator sits down; the other links for it become useless."""
    use(link)
    revoke(Token.purpose == "first_admin", Token.tenant_id == current_tenant())
    seat = _sit(str(link.detail.get("name", "")), person_id, login_id)
    db.session.add(RoleGrant(person_id=person_id, role="admin", since=today()))
    db.session.flush()
    return seat


def _sit(name: str, person_id: int, login_id: int) -> Seat:
    taken = select(Seat.id).where(Seat.login_id == login_id, Seat.state == "active")
    if db.session.scalar(taken) is not None:
        raise Conflict(_("This account has a place here already."))
    seat = Seat(login_id=login_id, person_id=person_id, tenant_id=current_tenant())
    db.session.add(seat)
    db.session.flush()
    record(
        Actor(name=name, person_id=person_id, login_id=login_id, tenant_id=current_tenant()),
        verb="seat.begin",
        object_type="person",
        object_id=person_id,
    )
    return seat


def _seat_of(person_id: int) -> Seat | None:
    return db.session.execute(
        select(Seat).where(Seat.person_id == person_id, Seat.state == "active")
    ).scalar_one_or_none()


def end_seat(actor: Actor, *, person_id: int) -> None:
    """Take the place away, effective at the next click, and open links too. The login itself stays its owner's."""
    ended = db.session.execute(
        update(Seat)
        .where(and_(Seat.person_id == person_id, Seat.state == "active"))
        .values(state="ended", ended_at=now())
    )
    revoked = revoke(Token.purpose == "seat", Token.person_id == person_id)
    if isinstance(ended, CursorResult) and ended.rowcount + revoked:
        record(actor, verb="seat.end", object_type="person", object_id=person_id, detail={"links": revoked})
