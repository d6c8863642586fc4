"""A row against the roster: which person or unit it is, and what differs. An empty cell never takes anything away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.hanzi import fold
from shared.imports.judging.people import Finding
from shared.imports.judging.unit_names import UnitNames, unit_name
from shared.members.relations import relation_name

#: Columns of a person that a file may change, in the words of the file.
PERSON_KEYS = (
    "sex", "ethnic", "born", "email", "education", "political", "household", "employment", "job_title", "note",
)  # fmt: skip
MEMBERSHIP_KEYS = ("status", "card_number", "joined", "confirmed")
UNIT_KEYS = ("kind", "sector", "founded", "term_ends", "credit_code", "legal_number", "staff_count")


@dataclass(slots=True)
class Membership:
    id: int
    unit_id: int
    unit_name: str
    status: str
    relation: str
    card_number: str | None
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
    """The keyed hashes that stand for a row's identity and telephone number: of either key during a rotation."""

    @property
    def identity_hashes(self) -> Sequence[bytes]: ...

    @property
    def phone_hashes(self) -> Sequence[bytes]: ...


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
        for identity_hash in hashes.identity_hashes:
            if found := self.by_hash.get(identity_hash):
                return found, None
        named = self.by_name.get(values.get("name", ""))
        if not named:
            return None, None
        unit = values.get("unit", "")
        unit_id = int(unit[2:]) if unit.startswith("u:") else None
        there = [
            record
            for record in named
            if (not hashes.identity_hashes or record.identity_hash is None)
            and any(membership.unit_id == unit_id for membership in record.memberships.values())
        ]
        if len(there) > 1 and (phone_hashes := hashes.phone_hashes):
            there = [record for record in there if record.phone_hash in phone_hashes] or there
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
    if hashes.identity_hashes and record.identity_hash is None:
        differs.append("identity")
    phone_hashes = hashes.phone_hashes
    if phone_hashes and record.phone_hash not in phone_hashes:
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
        relation = values.get("relation")
        if relation is not None and relation != membership.relation:
            # A stay or a transfer belongs to every other one; a file does not end it.
            if membership.relation == "registered":
                differs.append("relation")
            else:
                findings.append(["relation", "relation_other", relation_name(membership.relation)])
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
