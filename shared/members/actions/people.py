"""Enter a person, change how to reach them, look at a hidden number."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from sqlalchemy import BigInteger, Text, cast, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.members.models import Membership, Person, PersonTerm
from shared.members.numbers import (
    born_of,
    identity_number,
    phone_number,
    seal_identity,
    seal_phone,
    sex_of,
    show_identity,
    show_phone,
)
from shared.members.statuses import STATUSES
from shared.members.terms import name_key, terms
from shared.organisations.models import Unit
from shared.tenants.queries import keys

MAX_NAME = 60
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,180}\.[^@\s,;<>\"]{1,60}")
#: What a spreadsheet or a page would run instead of showing it.
_NOT_A_NAME = re.compile(r"^[=+@]|[<>{}|\\\x00-\x1f]")


def set_terms(people: Iterable[tuple[int, str]]) -> None:
    """Write the search terms of these people (id, name) anew, in two statements whatever their number."""
    wanted = list(people)
    if not wanted:
        return
    db.session.execute(
        delete(PersonTerm).where(PersonTerm.person_id.in_([person_id for person_id, _n in wanted]))
    )
    ids: list[int] = []
    found: list[str] = []
    for person_id, name in wanted:
        for term in terms(name):
            ids.append(person_id)
            found.append(term)
    values = func.unnest(cast(ids, ARRAY(BigInteger)), cast(found, ARRAY(Text)))
    rows = values.table_valued("person_id", "term").render_derived()
    db.session.execute(
        insert(PersonTerm).from_select(["person_id", "term"], select(rows.c.person_id, rows.c.term))
    )


def clean_name(name: str) -> str:
    """The name without needless blanks. Raises Invalid for an empty or overlong one, or a formula or script."""
    plain = " ".join(name.split())
    if not plain:
        raise Invalid(fields={"name": _("Give the name.")})
    if len(plain) > MAX_NAME:
        raise Invalid(fields={"name": _("A name has at most %(n)s characters.", n=MAX_NAME)})
    if _NOT_A_NAME.search(plain):
        raise Invalid(fields={"name": _("This is not a name.")})
    return plain


def _clean_mail(email: str) -> str | None:
    plain = email.strip()
    if not plain:
        return None
    if not _MAIL.fullmatch(plain):
        raise Invalid(fields={"email": _("This is not a mail address: %(text)s", text=plain[:80])})
    return plain


def _set_phone(person: Person, phone: str) -> None:
    if not phone.strip():
        person.phone_sealed, person.phone_hash = None, None
        return
    plain = phone_number(phone)
    if plain is None:
        raise Invalid(
            fields={
                "phone": _("A telephone number is a mobile number of 11 digits, or area code and number.")
            }
        )
    person.phone_sealed, person.phone_hash = seal_phone(keys(), plain)


def _set_identity(person: Person, identity: str) -> None:
    if not identity.strip():
        return
    plain = identity_number(identity)
    if plain is None:
        raise Invalid(
            fields={
                "identity": _("The identity number is not valid: 18 characters, the last is a check digit.")
            }
        )
    sealed = seal_identity(keys(), plain)
    same = db.session.scalar(
        select(Person.id).where(
            Person.identity_hash == sealed.hash, Person.state != "removed", Person.id != (person.id or 0)
        )
    )
    if same is not None:
        raise Invalid(fields={"identity": _("Somebody with this identity number is in the roster already.")})
    born = born_of(plain)
    if person.born is None and born is not None:
        person.born = PartialDate(born.isoformat())
    if person.sex is None:
        person.sex = sex_of(plain)
    person.identity_sealed, person.identity_hash, person.identity_tail = (
        sealed.sealed,
        sealed.hash,
        sealed.tail,
    )


def add_person(
    actor: Actor,
    *,
    unit: Unit,
    name: str,
    status: str,
    sex: str | None = None,
    ethnic: str = "",
    born: PartialDate | None = None,
    identity: str = "",
    phone: str = "",
    email: str = "",
    joined: PartialDate | None = None,
    confirmed: PartialDate | None = None,
    since: date | None = None,
    form_key: str | None = None,
) -> Person:
    """Enter a person and their membership in `unit`; for many at once there is the import.

    The same `form_key` again gives the person it entered. Raises Invalid with the field that is wrong; a doubled
    identity number is one.
    """
    if form_key:
        entered = db.session.execute(select(Person).where(Person.form_key == form_key)).scalar_one_or_none()
        if entered is not None:
            return entered
    plain = clean_name(name)
    spec = STATUSES.get(status)
    if spec is None or spec.line != unit.line:
        raise Invalid(fields={"status": _("Choose what the person is in this unit.")})
    if unit.state != "active":
        raise Invalid(fields={"unit_id": _("%(name)s is dissolved.", name=unit.name)})
    for field, value in (("born", born), ("joined", joined), ("confirmed", confirmed)):
        if value is not None and not (1900 <= value.year <= today().year):
            raise Invalid(fields={field: _("This cannot be right: %(day)s", day=value)})
    if joined is not None and confirmed is not None and confirmed.text < joined.text[: len(confirmed.text)]:
        raise Invalid(fields={"confirmed": _("Full membership cannot begin before joining.")})
    begins = since or (joined.day if joined and joined.day else today())
    if begins > today():
        raise Invalid(fields={"since": _("The day lies in the future: %(day)s", day=begins)})
    person = Person(
        name=plain,
        name_key=name_key(plain),
        sex=sex if sex in ("m", "f") else None,
        ethnic=ethnic.strip()[:20] or None,
        born=born,
        email=_clean_mail(email),
        form_key=form_key or None,
    )
    _set_identity(person, identity)
    _set_phone(person, phone)
    db.session.add(person)
    db.session.flush()
    set_terms([(person.id, plain)])
    db.session.add(
        Membership(
            person_id=person.id,
            unit_id=unit.id,
            kind=unit.line,
            status=status,
            joined=joined,
            confirmed=confirmed,
            since=begins,
        )
    )
    record(
        actor,
        verb="member.add",
        object_type="person",
        object_id=person.id,
        unit_id=unit.id,
        detail={"status": status},
    )
    return person


def change_contact(
    actor: Actor,
    person: Person,
    *,
    phone: str | None,
    email: str,
    unit_id: int | None = None,
    identity: str = "",
) -> bool:
    """Change how a person is reached; `phone` None keeps the number, '' removes it. A missing identity number may
    be added here, an existing one is changed by the import only. Returns whether anything changed.
    """
    changed = []
    mail = _clean_mail(email)
    if mail != person.email:
        person.email = mail
        changed.append("email")
    if phone is not None:
        before = person.phone_hash
        _set_phone(person, phone)
        if person.phone_hash != before:
            changed.append("phone")
    if identity.strip():
        if person.identity_hash is not None:
            raise Invalid(
                fields={"identity": _("The identity number is there already; an import can correct it.")}
            )
        _set_identity(person, identity)
        changed.append("identity")
    if changed:
        record(
            actor,
            verb="member.contact",
            object_type="person",
            object_id=person.id,
            unit_id=unit_id,
            detail={"fields": changed},
        )
    return bool(changed)


def reveal(
    actor: Actor, person: Person, *, what: Literal["identity", "phone"], unit_id: int | None = None
) -> str:
    """The number in full; each look is a row in the audit trail. Raises NotFound where there is none."""
    sealed = person.identity_sealed if what == "identity" else person.phone_sealed
    if sealed is None:
        raise NotFound(_("There is no number."))
    record(
        actor,
        verb="member.reveal",
        object_type="person",
        object_id=person.id,
        unit_id=unit_id,
        detail={"what": what},
    )
    show = show_identity if what == "identity" else show_phone
    return show(keys(), sealed, full=True)
