"""A person's name, numbers and addresses: checked, sealed, changed."""

import re
from collections.abc import Iterable

from sqlalchemy import BigInteger, Text, cast, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Invalid
from shared.i18n import _
from shared.members.models import Person, PersonTerm
from shared.members.numbers import (
    born_of,
    identity_hashes,
    identity_number,
    phone_number,
    seal_identity,
    seal_phone,
    sex_of,
)
from shared.members.terms import terms
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


def clean_mail(email: str) -> str | None:
    """The address without blanks, None for none. Raises Invalid for what is no address."""
    plain = email.strip()
    if not plain:
        return None
    if not _MAIL.fullmatch(plain):
        raise Invalid(fields={"email": _("This is not a mail address: %(text)s", text=plain[:80])})
    return plain


def holder_of(identity: str) -> Person | None:
    """Who has this identity number in the tenant, whether they still belong to a unit or not."""
    plain = identity_number(identity)
    if plain is None:
        return None
    # Of either key while the tenant's key is being replaced.
    return db.session.scalars(
        select(Person)
        .where(Person.identity_hash.in_(identity_hashes(keys(), plain)), Person.state != "removed")
        .order_by(Person.id)
        .limit(1)
    ).first()


def set_phone(person: Person, phone: str) -> None:
    """Seal and keep the number; '' removes it. Raises Invalid for what is none."""
    if not phone.strip():
        person.phone_sealed, person.phone_hash, person.phone_tail = None, None, None
        return
    plain = phone_number(phone)
    if plain is None:
        raise Invalid(
            fields={
                "phone": _("A telephone number is a mobile number of 11 digits, or area code and number.")
            }
        )
    sealed = seal_phone(keys(), plain)
    person.phone_sealed, person.phone_hash, person.phone_tail = sealed.sealed, sealed.hash, sealed.tail


def set_identity(person: Person, identity: str) -> None:
    """Seal and keep the number; birthday and sex follow where they are not known. Raises Invalid, also where
    somebody else has it."""
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
    same = holder_of(plain)
    if same is not None and same.id != person.id:
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
    be added here, an existing one is corrected with a reason (correct_person). Returns whether anything changed.
    """
    changed = []
    mail = clean_mail(email)
    if mail != person.email:
        person.email = mail
        changed.append("email")
    if phone is not None:
        before = person.phone_hash
        set_phone(person, phone)
        if person.phone_hash != before:
            changed.append("phone")
    if identity.strip():
        if person.identity_hash is not None:
            raise Invalid(
                fields={"identity": _("The identity number is there already; correct it with a reason.")}
            )
        set_identity(person, identity)
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
