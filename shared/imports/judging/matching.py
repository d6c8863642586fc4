"""A row against the roster: which person or unit it is, and what differs. An empty cell never takes anything away."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.hanzi import fold
from shared.imports.judging.people import Finding
from shared.imports.judging.unit_names import UnitNames, unit_name

#: Columns of a person that a file may change, in the words of the file.
PERSON_KEYS = ("sex", "ethnic", "born", "email", "note")
MEMBERSHIP_KEYS = ("status", "joined", "confirmed")
UNIT_KEYS = ("kind", "sector", "founded", "term_ends")


@dataclass(slots=True)
class Membership:
    id: int
    unit_id: int
    unit_name: str
    status: str
    joined: str | None
    confirmed: str | None


@dataclass(slots=True)
class Record:
    """A person of the roster with the living memberships by line and the posts held by unit."""

    id: int
    values: dict[str, Any]
    identity_hash: bytes | None
    phone_hash: bytes | None
    memberships: dict[str, Membership] = field(default_factory=dict)
    #: unit id → {code: post id}
    posts: dict[int, dict[str, int]] = field(default_factory=dict)


class Hashes(Protocol):
    """The keyed hashes of a row's identity and telephone number."""

    @property
    def identity_hash(self) -> bytes | None: ...

    @property
    def phone_hash(self) -> bytes | None: ...


class Roster:
    """The people among whom a chunk of rows is looked up."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.by_hash: dict[bytes, Record] = {}
        self.by_name: dict[str, list[Record]] = {}
        for record in records:
            if record.identity_hash is not None:
                self.by_hash[record.identity_hash] = record
            self.by_name.setdefault(record.values["name"], []).append(record)

    def find(self, values: dict[str, Any], hashes: Hashes) -> tuple[Record | None, Finding | None]:
        """By identity number; without one by name and unit, and by telephone among several of one name."""
        identity_hash = hashes.identity_hash
        if identity_hash is not None and (found := self.by_hash.get(identity_hash)):
            return found, None
        named = self.by_name.get(values.get("name", ""))
        if not named:
            return None, None
        unit = values.get("unit", "")
        unit_id = int(unit[2:]) if unit.startswith("u:") else None
        there = [
            record
            for record in named
            if (identity_hash is None or record.identity_hash is None)
            and any(membership.unit_id == unit_id for membership in record.memberships.values())
        ]
        phone_hash = hashes.phone_hash if len(there) > 1 else None
        if phone_hash is not None:
            there = [record for record in there if record.phone_hash == phone_hash] or there
        if len(there) > 1:
            return None, ["name", "same_name", len(there)]
        return (there[0] if there else None), None


def compare_person(
    values: dict[str, Any],
    record: Record,
    units: UnitNames,
    hashes: Hashes,
) -> tuple[list[str], list[Finding]]:
    """What the row would change of its person, and what somebody has to decide first."""
    differs: list[str] = []
    findings: list[Finding] = []
    old = record.values
    name = values.get("name")
    if name and name != old["name"]:
        differs.append("name")
        if fold(name) != fold(old["name"]):
            findings.append(["name", "identity_other_name", old["name"]])
    for key in PERSON_KEYS:
        if _newer(values.get(key), old[key]):
            differs.append(key)
    if hashes.identity_hash is not None and record.identity_hash is None:
        differs.append("identity")
    phone_hash = hashes.phone_hash
    if phone_hash is not None and phone_hash != record.phone_hash:
        differs.append("phone")
    unit = units.by_ref.get(values.get("unit", ""))
    if unit is None:
        return differs, findings
    membership = record.memberships.get(unit.line)
    unit_id = int(unit.ref[2:]) if unit.ref.startswith("u:") else None
    if membership is None:
        differs.append("membership")
    elif membership.unit_id != unit_id:
        differs.append("unit")
        findings.append(["unit", "other_unit", membership.unit_name])
    if membership is not None:
        differs += [key for key in MEMBERSHIP_KEYS if _newer(values.get(key), getattr(membership, key))]
    posts = values.get("post")
    if posts and set(posts) != set(record.posts.get(unit_id or 0, {})):
        differs.append("post")
    return differs, findings


def _newer(said: Any, held: Any) -> bool:
    """The file says something else. A month against a day of the same month is only less exact."""
    return said is not None and said != held and not (held and str(held).startswith(str(said) + "-"))


@dataclass(slots=True)
class UnitRecord:
    """A unit of the tree."""

    id: int
    name: str
    line: str
    path: str
    parent_id: int | None
    parent_name: str
    values: dict[str, Any]


def compare_unit(values: dict[str, Any], record: UnitRecord) -> tuple[list[str], list[Finding]]:
    """What the row would change of its unit. Moving it is not the file's business: that asks for a reason."""
    findings: list[Finding] = []
    if values.get("parent") and values["parent"] != unit_name(record.parent_name):
        findings.append(["parent", "parent_other", record.parent_name or "—"])
    return [key for key in UNIT_KEYS if _newer(values.get(key), record.values[key])], findings
