"""What a commit writes, set by set. Every statement notes its effect in the same breath, so that undo can find it."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import Base, db
from shared.members.numbers import seal_identity, seal_phone
from shared.members.terms import name_key, terms
from shared.sealing import Keys, seal

#: Binds the earlier values in an effect to their use.
EFFECT_CONTEXT = "import effect"

# Long texts, cut up by the database, travel several times as fast as arrays of many small values. Bytes go as base64.
_CUT, _NULL = "\x1f", "\x1e"

_NEW_PEOPLE = text(
    "with p as (insert into person (name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail,"
    " phone_sealed, phone_hash, phone_tail, email, education, political, household, employment, job_title, note)"
    " select u.name, u.name_key, u.sex, u.ethnic, u.born, decode(u.identity_sealed, 'base64'),"
    " decode(u.identity_hash, 'base64'), decode(u.identity_tail, 'base64'), decode(u.phone_sealed, 'base64'),"
    " decode(u.phone_hash, 'base64'), decode(u.phone_tail, 'base64'), u.email, u.education, u.political,"
    " u.household, u.employment, u.job_title, u.note"
    " from unnest(string_to_array(:name, chr(31), chr(30)), string_to_array(:name_key, chr(31), chr(30)),"
    " string_to_array(:sex, chr(31), chr(30)), string_to_array(:ethnic, chr(31), chr(30)),"
    " string_to_array(:born, chr(31), chr(30)), string_to_array(:identity_sealed, chr(31), chr(30)),"
    " string_to_array(:identity_hash, chr(31), chr(30)), string_to_array(:identity_tail, chr(31), chr(30)),"
    " string_to_array(:phone_sealed, chr(31), chr(30)), string_to_array(:phone_hash, chr(31), chr(30)),"
    " string_to_array(:phone_tail, chr(31), chr(30)), string_to_array(:email, chr(31), chr(30)),"
    " string_to_array(:education, chr(31), chr(30)), string_to_array(:political, chr(31), chr(30)),"
    " string_to_array(:household, chr(31), chr(30)), string_to_array(:employment, chr(31), chr(30)),"
    " string_to_array(:job_title, chr(31), chr(30)), string_to_array(:note, chr(31), chr(30))) with ordinality"
    " as u(name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail, phone_sealed, phone_hash,"
    " phone_tail, email, education, political, household, employment, job_title, note, place)"
    # The keys are given out in this order, so that the n-th smallest is the n-th row's.
    " order by u.place returning id, hash_record_extended(person, 0) as digest),"
    " e as (insert into import_effect (batch_id, person_id, act, digest)"
    " select :batch, p.id, 'inserted', p.digest from p)"
    " select id from p order by id"
)

_NEW_TERMS = text(
    "insert into person_term (person_id, term)"
    " select * from unnest(cast(string_to_array(:ids, ',') as bigint[]), string_to_array(:terms, chr(31)))"
)

_NEW_MEMBERSHIPS = text(
    "with m as (insert into membership"
    " (person_id, unit_id, kind, status, relation, card_number, joined, confirmed, since)"
    " select * from unnest(cast(string_to_array(:person_id, chr(31)) as bigint[]),"
    " cast(string_to_array(:unit_id, chr(31)) as bigint[]), string_to_array(:kind, chr(31)),"
    " string_to_array(:status, chr(31)), string_to_array(:relation, chr(31)),"
    " string_to_array(:card_number, chr(31), chr(30)), string_to_array(:joined, chr(31), chr(30)),"
    " string_to_array(:confirmed, chr(31), chr(30)), cast(string_to_array(:since, chr(31)) as date[]))"
    " returning id, hash_record_extended(membership, 0) as digest)"
    " insert into import_effect (batch_id, membership_id, act, digest) select :batch, m.id, 'inserted', m.digest from m"
)

_NEW_POSTS = text(
    "with p as (insert into post (person_id, unit_id, code, since)"
    " select * from unnest(cast(string_to_array(:person_id, chr(31)) as bigint[]),"
    " cast(string_to_array(:unit_id, chr(31)) as bigint[]), string_to_array(:code, chr(31)),"
    " cast(string_to_array(:since, chr(31)) as date[]))"
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
    " phone_tail = coalesce(u.phone_tail, p.phone_tail), email = coalesce(u.email, p.email),"
    " education = coalesce(u.education, p.education), political = coalesce(u.political, p.political),"
    " household = coalesce(u.household, p.household), employment = coalesce(u.employment, p.employment),"
    " job_title = coalesce(u.job_title, p.job_title), note = coalesce(u.note, p.note)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:name as text[]), cast(:name_key as text[]),"
    " cast(:sex as text[]), cast(:ethnic as text[]), cast(:born as text[]), cast(:identity_sealed as bytea[]),"
    " cast(:identity_hash as bytea[]), cast(:identity_tail as bytea[]), cast(:phone_sealed as bytea[]),"
    " cast(:phone_hash as bytea[]), cast(:phone_tail as bytea[]), cast(:email as text[]), cast(:education as text[]),"
    " cast(:political as text[]), cast(:household as text[]), cast(:employment as text[]),"
    " cast(:job_title as text[]), cast(:note as text[]))"
    " as u(id, before, name, name_key, sex, ethnic, born, identity_sealed, identity_hash, identity_tail, phone_sealed,"
    " phone_hash, phone_tail, email, education, political, household, employment, job_title, note)"
    " where p.id = u.id returning p.id, u.before, hash_record_extended(p, 0) as digest)"
    " insert into import_effect (batch_id, person_id, act, before, digest)"
    " select :batch, c.id, 'changed', c.before, c.digest from c"
)

_CHANGED_MEMBERSHIPS = text(
    "with c as (update membership m set status = coalesce(u.status, m.status),"
    " relation = coalesce(u.relation, m.relation), card_number = coalesce(u.card_number, m.card_number),"
    " joined = coalesce(u.joined, m.joined), confirmed = coalesce(u.confirmed, m.confirmed)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:status as text[]),"
    " cast(:relation as text[]), cast(:card_number as text[]), cast(:joined as text[]), cast(:confirmed as text[]))"
    " as u(id, before, status, relation, card_number, joined, confirmed)"
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
    "phone_sealed", "phone_hash", "phone_tail", "email", "education", "political", "household", "employment",
    "job_title", "note",
)  # fmt: skip
MEMBERSHIP_COLUMNS = ("status", "relation", "card_number", "joined", "confirmed")
#: Columns of a person that stand in a file as they are stored.
_AS_READ = (
    "sex", "ethnic", "born", "email", "education", "political", "household", "employment", "job_title", "note",
)  # fmt: skip


def person_values(values: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """The columns of a person from the words of a file; identity and telephone become ciphertext and hashes."""
    name, identity, phone = values.get("name"), values.get("identity"), values.get("phone")
    sealed_identity = seal_identity(keys, identity) if identity else None
    sealed_phone = seal_phone(keys, phone) if phone else None
    return {
        "name": name,
        "name_key": name_key(name) if name else None,
        "identity_sealed": sealed_identity.sealed if sealed_identity else None,
        "identity_hash": sealed_identity.hash if sealed_identity else None,
        "identity_tail": sealed_identity.tail if sealed_identity else None,
        "phone_sealed": sealed_phone.sealed if sealed_phone else None,
        "phone_hash": sealed_phone.hash if sealed_phone else None,
        "phone_tail": sealed_phone.tail if sealed_phone else None,
        **{key: values.get(key) for key in _AS_READ},
    }


def columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _long(values: Iterable[Any]) -> str:
    return _CUT.join(map(_plain, values))


def _plain(value: Any) -> str:
    if value is None:
        return _NULL
    if type(value) is str:
        return value.replace(_CUT, " ").replace(_NULL, " ") if _CUT in value or _NULL in value else value
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _long_columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, str]:
    return {name: _long([row[name] for row in rows]) for name in names}


def add_people(batch_id: int, people: Sequence[dict[str, Any]]) -> list[int]:
    """Insert people with their search terms; the ids in the order given."""
    if not people:
        return []
    ids = list(db.session.scalars(_NEW_PEOPLE, {"batch": batch_id, **_long_columns(people, PERSON_COLUMNS)}))
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
        db.session.execute(_NEW_TERMS, {"ids": ",".join(map(str, owners)), "terms": _CUT.join(words)})


def add_memberships(batch_id: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        names = ("person_id", "unit_id", "kind", *MEMBERSHIP_COLUMNS, "since")
        db.session.execute(_NEW_MEMBERSHIPS, {"batch": batch_id, **_long_columns(rows, names)})


def add_posts(batch_id: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        names = ("person_id", "unit_id", "code", "since")
        db.session.execute(_NEW_POSTS, {"batch": batch_id, **_long_columns(rows, names)})


def end_memberships(batch_id: int, ids: Sequence[int], on: date) -> None:
    if ids:
        db.session.execute(_ENDED_MEMBERSHIPS, {"batch": batch_id, "ids": list(ids), "on": on})


def end_posts(batch_id: int, ids: Sequence[int], on: date) -> None:
    if ids:
        db.session.execute(_ENDED_POSTS, {"batch": batch_id, "ids": list(ids), "on": on})


def earlier(keys: Keys, values: dict[str, Any]) -> bytes:
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
        given.append(row | {"before": earlier(keys, before)})
    db.session.execute(
        _CHANGED_PEOPLE, {"batch": batch_id, **columns(given, ("id", "before", *PERSON_COLUMNS))}
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
            "before": earlier(
                keys, {name: now[row["id"]][name] for name in MEMBERSHIP_COLUMNS if row[name] is not None}
            )
        }
        for row in rows
    ]
    db.session.execute(
        _CHANGED_MEMBERSHIPS, {"batch": batch_id, **columns(given, ("id", "before", *MEMBERSHIP_COLUMNS))}
    )
