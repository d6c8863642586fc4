"""Staged rows and the means to undo, under the tenant's present key."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from shared.db import db
from shared.imports.actions.writing import EFFECT_CONTEXT
from shared.imports.models import Effect, Row
from shared.imports.queries import ROW_CONTEXT
from shared.members.numbers import IDENTITY, PHONE, seal_identity, seal_phone
from shared.sealing import Keys, resealed, seal, unseal

_ROWS = text(
    "update import_row r set sealed = u.sealed from unnest(:id, :sealed) as u(id, sealed) where r.id = u.id"
).bindparams(bindparam("id", type_=ARRAY(BigInteger)), bindparam("sealed", type_=ARRAY(BYTEA)))
_EFFECTS = text(
    "update import_effect e set before = u.before from unnest(:id, :before) as u(id, before) where e.id = u.id"
).bindparams(bindparam("id", type_=ARRAY(BigInteger)), bindparam("before", type_=ARRAY(BYTEA)))
_DIGESTS = text(
    "update import_effect e set digest = u.after from unnest(:id, :before, :after) as u(id, before, after)"
    " where e.person_id = u.id and e.digest = u.before"
).bindparams(
    bindparam("id", type_=ARRAY(BigInteger)),
    bindparam("before", type_=ARRAY(BigInteger)),
    bindparam("after", type_=ARRAY(BigInteger)),
)


def reseal_rows(keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    """One chunk of staged rows: (the key after which the next begins or None, how many were found stale)."""
    seen = db.session.execute(
        select(Row.id, Row.sealed).where(Row.id > after).order_by(Row.id).limit(limit)
    ).all()
    stale = [row.id for row in seen if resealed(keys, row.sealed, ROW_CONTEXT) is not None]
    if stale:
        held = db.session.execute(
            select(Row.id, Row.sealed)
            .where(Row.id.in_(stale))
            .order_by(Row.id)
            .with_for_update(skip_locked=True)
        ).all()
        new = [
            (row.id, value) for row in held if (value := resealed(keys, row.sealed, ROW_CONTEXT)) is not None
        ]
        if new:
            db.session.execute(
                _ROWS, {"id": [key for key, _v in new], "sealed": [value for _k, value in new]}
            )
    return (seen[-1].id if len(seen) == limit else None), len(stale)


def reseal_effects(keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    """One chunk of the means to undo; the numbers inside them are sealed values as well."""
    wanted = select(Effect.id, Effect.before).where(Effect.before.is_not(None)).order_by(Effect.id)
    seen = db.session.execute(wanted.where(Effect.id > after).limit(limit)).all()
    stale = [row.id for row in seen if _renewed(keys, row.before) is not None]
    if stale:
        held = db.session.execute(wanted.where(Effect.id.in_(stale)).with_for_update(skip_locked=True)).all()
        new = [(row.id, value) for row in held if (value := _renewed(keys, row.before)) is not None]
        if new:
            db.session.execute(
                _EFFECTS, {"id": [key for key, _v in new], "before": [value for _k, value in new]}
            )
    return (seen[-1].id if len(seen) == limit else None), len(stale)


def _renewed(keys: Keys, before: bytes) -> bytes | None:
    """An effect's earlier values as they should be; None where they are."""
    values: dict[str, Any] = json.loads(unseal(keys, before, EFFECT_CONTEXT))
    stale = resealed(keys, before, EFFECT_CONTEXT) is not None
    for name, context in (("identity", IDENTITY), ("phone", PHONE)):
        held = values.get(f"{name}_sealed")
        if not held or resealed(keys, bytes.fromhex(held["hex"]), context) is None:
            continue
        plain = unseal(keys, bytes.fromhex(held["hex"]), context).decode()
        sealed = seal_identity(keys, plain) if name == "identity" else seal_phone(keys, plain)
        for part in ("sealed", "hash", "tail"):
            if f"{name}_{part}" in values:
                values[f"{name}_{part}"] = {"hex": getattr(sealed, part).hex()}
        stale = True
    return seal(keys, json.dumps(values), EFFECT_CONTEXT) if stale else None


def carry_digests(digests: Sequence[tuple[int, int, int]]) -> None:
    """People whose row was sealed anew are not changed since their import: (id, digest before, digest after)."""
    if digests:
        ids, before, after = zip(*digests, strict=True)
        db.session.execute(_DIGESTS, {"id": list(ids), "before": list(before), "after": list(after)})
