"""What a commit writes, set by set. Every statement notes its effect in the same breath, so that undo can find it."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import Base, db
from shared.members.terms import name_key, terms
from shared.organisations.terms import terms as unit_terms
from shared.sealing import Keys, fingerprint, seal

#: Binds the earlier values in an effect to their use.
EFFECT_CONTEXT = "import effect"

_NEW_PEOPLE = text(
    "with p as (insert into person (name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail,"
    " phone_sealed, phone_hash, email, note)"
    " select u.name, u.name_key, u.sex, u.ethnic, u.born, u.identity_sealed, u.identity_hash, u.identity_tail,"
    " u.phone_sealed, u.phone_hash, u.email, u.note"
    " from unnest(cast(:name as text[]), cast(:name_key as text[]), cast(:sex as text[]), cast(:ethnic as text[]),"
    " cast(:born as text[]), cast(:identity_sealed as bytea[]), cast(:identity_hash as bytea[]),"
    " cast(:identity_tail as bytea[]), cast(:phone_sealed as bytea[]), cast(:phone_hash as bytea[]),"
    " cast(:email as text[]), cast(:note as text[])) with ordinality"
    " as u(name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail, phone_sealed, phone_hash,"
    " email, note, place)"
    # The keys are given out in this order, so that the n-th smallest is the n-th row's.
    " order by u.place returning id, hash_record_extended(person, 0) as digest),"
    " e as (insert into import_effect (batch_id, person_id, act, digest)"
    " select :batch, p.id, 'inserted', p.digest from p)"
    " select id from p order by id"
)

_NEW_TERMS = text(
    "insert into person_term (person_id, term)"
    " select * from unnest(cast(:ids as bigint[]), cast(:terms as text[]))"
)

_NEW_MEMBERSHIPS = text(
    "with m as (insert into membership (person_id, unit_id, kind, status, joined, confirmed, since)"
    " select * from unnest(cast(:person_id as bigint[]), cast(:unit_id as bigint[]), cast(:kind as text[]),"
    " cast(:status as text[]), cast(:joined as text[]), cast(:confirmed as text[]), cast(:since as date[]))"
    " returning id, hash_record_extended(membership, 0) as digest)"
    " insert into import_effect (batch_id, membership_id, act, digest) select :batch, m.id, 'inserted', m.digest from m"
)

_NEW_POSTS = text(
    "with p as (insert into post (person_id, unit_id, code, since)"
    " select * from unnest(cast(:person_id as bigint[]), cast(:unit_id as bigint[]), cast(:code as text[]),"
    " cast(:since as date[]))"
    " returning id, hash_record_extended(post, 0) as digest)"
    " insert into import_effect (batch_id, post_id, act, digest) select :batch, p.id, 'inserted', p.digest from p"
)

_CHANGED_PEOPLE = text(
    "with c as (update person p set name = coalesce(u.name, p.name), name_key = coalesce(u.name_key, p.name_key),"
    " sex = coalesce(u.sex, p.sex), ethnic = coalesce(u.ethnic, p.ethnic), born = coalesce(u.born, p.born),"
    " identity_sealed = coalesce(u.identity_sealed, p.identity_sealed),"
    " identity_hash = coalesce(u.identity_hash, p.identity_hash),"
    " identity_tail = coalesce(u.identity_tail, p.identity_tail),"
    " phone_sealed = coalesce(u.phone_sealed, p.phone_sealed), phone_hash = coalesce(u.phone_hash, p.phone_hash),"
    " email = coalesce(u.email, p.email), note = coalesce(u.note, p.note)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:name as text[]), cast(:name_key as text[]),"
    " cast(:sex as text[]), cast(:ethnic as text[]), cast(:born as text[]), cast(:identity_sealed as bytea[]),"
    " cast(:identity_hash as bytea[]), cast(:identity_tail as bytea[]), cast(:phone_sealed as bytea[]),"
    " cast(:phone_hash as bytea[]), cast(:email as text[]), cast(:note as text[]))"
    " as u(id, before, name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail, phone_sealed,"
    " phone_hash, email, note)"
    " where p.id = u.id returning p.id, u.before, hash_record_extended(p, 0) as digest)"
    " insert into import_effect (batch_id, person_id, act, before, digest)"
    " select :batch, c.id, 'changed', c.before, c.digest from c"
)

_CHANGED_MEMBERSHIPS = text(
    "with c as (update membership m set status = coalesce(u.status, m.status), joined = coalesce(u.joined, m.joined),"
    " confirmed = coalesce(u.confirmed, m.confirmed)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:status as text[]), cast(:joined as text[]),"
    " cast(:confirmed as text[])) as u(id, before, status, joined, confirmed)"
    " where m.id = u.id returning m.id, u.before, hash_record_extended(m, 0) as digest)"
    " insert into import_effect (batch_id, membership_id, act, before, digest)"
    " select :batch, c.id, 'changed', c.before, c.digest from c"
)

_ENDED_MEMBERSHIPS = text(
    "with c as (update membership set until = greatest(since, cast(:on as date)) where id = any(:ids)"
    " returning id, hash_record_extended(membership, 0) as digest)"
    " insert into import_effect (batch_id, membership_id, act, digest) select :batch, c.id, 'ended', c.digest from c"
)

_ENDED_POSTS = text(
    "with c as (update post set until = greatest(since, cast(:on as date)) where id = any(:ids)"
    " returning id, hash_record_extended(post, 0) as digest)"
    " insert into import_effect (batch_id, post_id, act, digest) select :batch, c.id, 'ended', c.digest from c"
)

#: The person's columns in the order of the statements above.
PERSON_COLUMNS = (
    "name", "name_key", "sex", "ethnic", "born", "identity_sealed", "identity_hash", "identity_tail",
    "phone_sealed", "phone_hash", "email", "note",
)  # fmt: skip
MEMBERSHIP_COLUMNS = ("status", "joined", "confirmed")
UNIT_COLUMNS = ("kind", "sector", "founded_on", "term_ends_on")


def person_values(values: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """The columns of a person from the words of a file; identity and telephone become ciphertext and hashes."""
    name, identity, phone = values.get("name"), values.get("identity"), values.get("phone")
    return {
        "name": name,
        "name_key": name_key(name) if name else None,
        "sex": values.get("sex"),
        "ethnic": values.get("ethnic"),
        "born": values.get("born"),
        "identity_sealed": seal(keys, identity, "identity") if identity else None,
        "identity_hash": fingerprint(keys, identity, "identity") if identity else None,
        "identity_tail": fingerprint(keys, identity[-4:], "identity tail") if identity else None,
        "phone_sealed": seal(keys, phone, "phone") if phone else None,
        "phone_hash": fingerprint(keys, phone, "phone") if phone else None,
        "email": values.get("email"),
        "note": values.get("note"),
    }


def _columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def add_people(batch_id: int, people: Sequence[dict[str, Any]]) -> list[int]:
    """Insert people with their search terms; the ids in the order given."""
    if not people:
        return []
    ids = list(db.session.scalars(_NEW_PEOPLE, {"batch": batch_id, **_columns(people, PERSON_COLUMNS)}))
    write_terms(ids, [person["name"] for person in people])
    return ids


def write_terms(ids: Sequence[int], names: Sequence[str]) -> None:
    """The search terms of people who have none."""
    owners: list[int] = []
    words: list[str] = []
    for person_id, name in zip(ids, names, strict=True):
        found = terms(name)
        words += found
        owners += [person_id] * len(found)
    if owners:
        db.session.execute(_NEW_TERMS, {"ids": owners, "terms": words})


def add_memberships(batch_id: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        columns = ("person_id", "unit_id", "kind", "status", "joined", "confirmed", "since")
        db.session.execute(_NEW_MEMBERSHIPS, {"batch": batch_id, **_columns(rows, columns)})


def add_posts(batch_id: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        columns = ("person_id", "unit_id", "code", "since")
        db.session.execute(_NEW_POSTS, {"batch": batch_id, **_columns(rows, columns)})


def end_memberships(batch_id: int, ids: Sequence[int], on: date) -> None:
    if ids:
        db.session.execute(_ENDED_MEMBERSHIPS, {"batch": batch_id, "ids": list(ids), "on": on})


def end_posts(batch_id: int, ids: Sequence[int], on: date) -> None:
    if ids:
        db.session.execute(_ENDED_POSTS, {"batch": batch_id, "ids": list(ids), "on": on})


def _before(keys: Keys, values: dict[str, Any]) -> bytes:
    plain = {
        name: {"hex": value.hex()} if isinstance(value, bytes) else value for name, value in values.items()
    }
    return seal(keys, json.dumps(plain, default=str), EFFECT_CONTEXT)


def _held(name: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Any:
    """The values now of the rows that are about to change."""
    table = Base.metadata.tables[name]
    wanted = bindparam(None, [row["id"] for row in rows], type_=ARRAY(BigInteger))
    return db.session.execute(
        select(table.c.id, *(table.c[column] for column in columns)).where(table.c.id == func.any(wanted))
    )


def change_people(batch_id: int, rows: Sequence[dict[str, Any]], keys: Keys) -> None:
    """Change what is given (None: nothing to change); the values before are kept, sealed. A row has its `id`."""
    if not rows:
        return
    now = {row.id: row._mapping for row in _held("person", PERSON_COLUMNS, rows)}
    given = []
    for row in rows:
        held = now[row["id"]]
        before = {
            name: held[name] for name in PERSON_COLUMNS if row[name] is not None and row[name] != held[name]
        }
        given.append(row | {"before": _before(keys, before)})
    db.session.execute(
        _CHANGED_PEOPLE, {"batch": batch_id, **_columns(given, ("id", "before", *PERSON_COLUMNS))}
    )
    renamed = [row for row in given if row["name"] is not None and row["name"] != now[row["id"]]["name"]]
    rewrite_terms([row["id"] for row in renamed], [row["name"] for row in renamed])


def rewrite_terms(ids: Sequence[int], names: Sequence[str]) -> None:
    """Replace the search terms of renamed people."""
    if ids:
        db.session.execute(text("delete from person_term where person_id = any(:ids)"), {"ids": list(ids)})
        write_terms(ids, names)


def change_memberships(batch_id: int, rows: Sequence[dict[str, Any]], keys: Keys) -> None:
    if not rows:
        return
    now = {row.id: row._mapping for row in _held("membership", MEMBERSHIP_COLUMNS, rows)}
    given = [
        row
        | {
            "before": _before(
                keys, {name: now[row["id"]][name] for name in MEMBERSHIP_COLUMNS if row[name] is not None}
            )
        }
        for row in rows
    ]
    db.session.execute(
        _CHANGED_MEMBERSHIPS, {"batch": batch_id, **_columns(given, ("id", "before", *MEMBERSHIP_COLUMNS))}
    )


_NEW_UNITS = text(
    "insert into unit (path, line, kind, name, sector, founded_on, term_ends_on, duties_since)"
    # A path needs the id; until it is known a mark that no path looks like keeps it unique.
    " select '~' || :batch || '.' || u.place, u.line, u.kind, u.name, coalesce(u.sector, 'organ'), u.founded_on,"
    " u.term_ends_on, greatest(cast(:since as date), u.founded_on)"
    " from unnest(cast(:line as text[]), cast(:kind as text[]), cast(:name as text[]), cast(:sector as text[]),"
    " cast(:founded as date[]), cast(:term_ends as date[])) with ordinality"
    " as u(line, kind, name, sector, founded_on, term_ends_on, place) order by u.place returning id"
)
_PLACE_UNITS = text(
    "update unit set parent_id = u.parent_id, path = u.path"
    " from unnest(cast(:ids as bigint[]), cast(:parents as bigint[]), cast(:paths as text[])) as u(id, parent_id, path)"
    " where unit.id = u.id"
)
_UNIT_TERMS = text(
    "insert into unit_term (unit_id, term) select * from unnest(cast(:ids as bigint[]), cast(:terms as text[]))"
)
_UNIT_EFFECTS = text(
    "insert into import_effect (batch_id, unit_id, act, digest)"
    " select :batch, unit.id, 'inserted', hash_record_extended(unit, 0) from unit where id = any(:ids)"
)
_CHANGED_UNITS = text(
    "with c as (update unit p set kind = coalesce(u.kind, p.kind), sector = coalesce(u.sector, p.sector),"
    " founded_on = coalesce(u.founded_on, p.founded_on), term_ends_on = coalesce(u.term_ends_on, p.term_ends_on)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:kind as text[]), cast(:sector as text[]),"
    " cast(:founded_on as date[]), cast(:term_ends_on as date[])) as u(id, before, kind, sector, founded_on,"
    " term_ends_on)"
    " where p.id = u.id returning p.id, u.before, hash_record_extended(p, 0) as digest)"
    " insert into import_effect (batch_id, unit_id, act, before, digest)"
    " select :batch, c.id, 'changed', c.before, c.digest from c"
)


def add_units(batch_id: int, rows: Sequence[dict[str, Any]], since: date) -> list[int]:
    """Insert units, superiors before those below them, in the order given.

    `place` says which row before stands above; else `above_id` and `above_path` name a unit of the tree.
    """
    if not rows:
        return []
    names = ("line", "kind", "name", "sector", "founded", "term_ends")
    given = [{name: row.get(name) for name in names} for row in rows]
    ids = sorted(
        db.session.scalars(_NEW_UNITS, {"batch": batch_id, "since": since, **_columns(given, names)})
    )
    paths: list[str] = []
    parents: list[int | None] = []
    for unit_id, row in zip(ids, rows, strict=True):
        place: int | None = row.get("place")
        parents.append(row.get("above_id") if place is None else ids[place])
        paths.append((row.get("above_path", "") if place is None else paths[place]) + f"{unit_id:010d}.")
    db.session.execute(_PLACE_UNITS, {"ids": ids, "parents": parents, "paths": paths})
    pairs = [
        (unit_id, term) for unit_id, row in zip(ids, rows, strict=True) for term in unit_terms(row["name"])
    ]
    if pairs:
        owners, words = zip(*pairs, strict=True)
        db.session.execute(_UNIT_TERMS, {"ids": list(owners), "terms": list(words)})
    db.session.execute(_UNIT_EFFECTS, {"batch": batch_id, "ids": ids})
    return ids


def change_units(batch_id: int, rows: Sequence[dict[str, Any]], keys: Keys) -> None:
    """A row has its `id`, the columns to change (None: as it is) and `held`, the values now."""
    if not rows:
        return
    given = [
        row
        | {
            "before": _before(
                keys, {name: row["held"][name] for name in UNIT_COLUMNS if row[name] is not None}
            )
        }
        for row in rows
    ]
    db.session.execute(
        _CHANGED_UNITS, {"batch": batch_id, **_columns(given, ("id", "before", *UNIT_COLUMNS))}
    )
