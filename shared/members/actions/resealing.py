"""People's numbers under the tenant's present key: after a rotation, and where the last four are not there yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.sqltypes import BigInteger, LargeBinary

from shared.db import db
from shared.members.models import Person
from shared.members.numbers import IDENTITY, PHONE, seal_identity, seal_phone
from shared.sealing import Keys, resealed, unseal

_NUMBERS = (
    Person.identity_sealed, Person.identity_hash, Person.identity_tail,
    Person.phone_sealed, Person.phone_hash, Person.phone_tail,
)  # fmt: skip
_BYTES = ("identity_sealed", "identity_hash", "identity_tail", "phone_sealed", "phone_hash", "phone_tail")

_WRITE = text(
    "with old as (select p.id, hash_record_extended(p, 0) as digest from person p where p.id = any(:id)),"
    " new as (update person p set identity_sealed = u.identity_sealed, identity_hash = u.identity_hash,"
    " identity_tail = u.identity_tail, phone_sealed = u.phone_sealed, phone_hash = u.phone_hash,"
    " phone_tail = u.phone_tail"
    " from unnest(:id, :identity_sealed, :identity_hash, :identity_tail, :phone_sealed, :phone_hash, :phone_tail)"
    " as u(id, identity_sealed, identity_hash, identity_tail, phone_sealed, phone_hash, phone_tail)"
    " where p.id = u.id returning p.id, hash_record_extended(p, 0) as digest)"
    " select new.id, old.digest as before, new.digest as after from new join old on old.id = new.id"
).bindparams(
    bindparam("id", type_=ARRAY(BigInteger)), *(bindparam(name, type_=ARRAY(LargeBinary)) for name in _BYTES)
)


@dataclass(slots=True)
class Resealed:
    """What one chunk did. `last`: the key after which the next begins, None behind the last."""

    last: int | None
    #: Values that were found not to be as they should; those of rows that somebody held are still so.
    found: int = 0
    #: (id, digest of the row before, digest after): an import's undo knows rows by their digest.
    digests: list[tuple[int, int, int]] = field(default_factory=list)
    #: People whose identity number somebody else has as well; only the first of them is found by it.
    doubled: list[int] = field(default_factory=list)


def reseal_people(keys: Keys, after: int, limit: int) -> Resealed:
    """Seal one chunk of people anew, in the running transaction. What is as it should be is not written."""
    rows = db.session.execute(
        select(Person.id, *_NUMBERS).where(Person.id > after).order_by(Person.id).limit(limit)
    ).all()
    stale = [row.id for row in rows if _renewed(keys, row) is not None]
    result = _write(keys, stale)
    result.last = rows[-1].id if len(rows) == limit else None
    return result


def fill_tails(keys: Keys, limit: int) -> Resealed:
    """The last four of telephone numbers that were kept before there was a column for them, in one chunk."""
    ids = db.session.scalars(
        select(Person.id)
        .where(Person.phone_sealed.is_not(None), Person.phone_tail.is_(None))
        .order_by(Person.id)
        .limit(limit)
    ).all()
    return _write(keys, ids)


def _renewed(keys: Keys, row: Any) -> dict[str, Any] | None:
    """The six columns as they should be; None where they are."""
    values = {name: row._mapping[name] for name in _BYTES}
    stale = False
    if row.identity_sealed is not None and resealed(keys, row.identity_sealed, IDENTITY) is not None:
        identity = seal_identity(keys, unseal(keys, row.identity_sealed, IDENTITY).decode())
        stale = True
        values |= {
            "identity_sealed": identity.sealed,
            "identity_hash": identity.hash,
            "identity_tail": identity.tail,
        }
    if row.phone_sealed is not None and (
        row.phone_tail is None or resealed(keys, row.phone_sealed, PHONE) is not None
    ):
        phone = seal_phone(keys, unseal(keys, row.phone_sealed, PHONE).decode())
        stale = True
        values |= {"phone_sealed": phone.sealed, "phone_hash": phone.hash, "phone_tail": phone.tail}
    return {"id": row.id, **values} if stale else None


def _write(keys: Keys, ids: Sequence[int]) -> Resealed:
    """Write those of the rows that nobody else holds; whoever holds one writes it with the present key anyway."""
    result = Resealed(None, found=len(ids))
    if not ids:
        return result
    held = db.session.execute(
        select(Person.id, *_NUMBERS)
        .where(Person.id.in_(ids))
        .order_by(Person.id)
        .with_for_update(skip_locked=True)
    ).all()
    renewed = [values for row in held if (values := _renewed(keys, row)) is not None]
    if not renewed:
        return result
    try:
        with db.session.begin_nested():
            result.digests = _store(renewed)
    except IntegrityError:
        for values in renewed:
            _write_one(values, result)
    return result


def _store(renewed: list[dict[str, Any]]) -> list[tuple[int, int, int]]:
    given = {name: [values[name] for values in renewed] for name in ("id", *_BYTES)}
    return [(row.id, row.before, row.after) for row in db.session.execute(_WRITE, given)]


def _write_one(values: dict[str, Any], result: Resealed) -> None:
    """One number under two keys was two to the index; under one key it is one, and the first keeps it."""
    try:
        with db.session.begin_nested():
            result.digests += _store([values])
    except IntegrityError:
        result.doubled.append(values["id"])
        result.digests += _store([{**values, "identity_hash": None}])
