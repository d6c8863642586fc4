"""Rule packs as shipped: data files with source, level, grade and validity. `load_packs` fills the database."""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import driver_url
from shared.settings import settings

#: By the kind of tenant that takes them; EVERYBODYS are taken by each tenant, whose tree may hold both lines.
EVERYBODYS = ("terms",)
PACKS = {name: Path(__file__).parent / f"{name}.toml" for name in ("bureau", "union", *EVERYBODYS)}
#: Quotas of persons by their offices; they make no due items and are read from the file.
PERSONS = Path(__file__).parent / "persons.toml"

_LOAD = text(
    "insert into platform.rule_pack (pack, key, valid_from, content)"
    " values (:pack, :key, :valid_from, :content)"
    " on conflict (pack, key, valid_from) do update set content = excluded.content"
).bindparams(bindparam("content", type_=JSONB))


def read_pack(pack: str) -> list[dict[str, Any]]:
    """The rules of one data file, dates as dates."""
    return list(tomllib.loads(PACKS[pack].read_text("utf-8"))["rule"])


def load_packs() -> int:
    """Bring platform.rule_pack to what this release ships, as the owner role; returns the number of rules.

    A version that is no longer shipped stays: tenants may have planned by it.
    """
    rows = [
        {
            "pack": pack,
            "key": rule["key"],
            "valid_from": rule["valid_from"],
            "content": json.loads(json.dumps(rule, default=str)),
        }
        for pack in PACKS
        for rule in read_pack(pack)
    ]
    engine = create_engine(driver_url(settings().database_owner_url))
    try:
        with engine.begin() as connection:
            connection.execute(_LOAD, rows)
    finally:
        engine.dispose()
    return len(rows)


@dataclass(frozen=True, slots=True)
class PersonRule:
    """Whoever holds one of the posts `who` at a unit of `unit_kinds` owes `times` of `kind` in each period."""

    key: str
    #: Codes of shared.members.posts.POSTS.
    who: tuple[str, ...]
    #: Keys of shared.organisations.kinds.KINDS.
    unit_kinds: tuple[str, ...]
    #: A key of shared.events.kinds.KINDS.
    kind: str
    times: int
    cadence: str
    level: str
    source: str
    grade: str
    valid_from: date
    valid_to: date | None = None


@cache
def _persons() -> tuple[PersonRule, ...]:
    return tuple(
        PersonRule(**{**rule, "who": tuple(rule["who"]), "unit_kinds": tuple(rule["unit_kinds"])})
        for rule in tomllib.loads(PERSONS.read_text("utf-8"))["rule"]
    )


def person_rules(on: date, *, kind: str | None = None) -> list[PersonRule]:
    """The quotas of persons in force on a day, in the order of the file; of one kind of event, or of all."""
    return [
        rule
        for rule in _persons()
        if rule.valid_from <= on
        and (rule.valid_to is None or on <= rule.valid_to)
        and kind in (None, rule.kind)
    ]
