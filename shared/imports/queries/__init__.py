"""Reads of imports: batches, rows that wait for a decision, and the roster against which rows are matched."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, text

from shared.db import db
from shared.imports.judging.matching import PERSON_KEYS, Record, UnitRecord
from shared.imports.judging.matching import Membership as HeldMembership
from shared.imports.judging.unit_names import Candidate, UnitNames
from shared.imports.models import Batch, Row
from shared.jobs import Job
from shared.members.models import Membership, Person, Post
from shared.organisations.models import Unit
from shared.sealing import Keys, unseal

PAGE = 50
ROW_CONTEXT = "import row"


def batches(before: int | None = None, *, layout: str, of: int | None = None) -> list[Batch]:
    """The imports of one kind (of one person), newest first, one page and one more."""
    statement = select(Batch).where(Batch.layout == layout).order_by(Batch.id.desc()).limit(PAGE + 1)
    if of is not None:
        statement = statement.where(Batch.created_by == of)
    if before is not None:
        statement = statement.where(Batch.id < before)
    return list(db.session.scalars(statement))


def job_of(batch: Batch) -> Job | None:
    """The job that reads, commits or undoes the batch, or did."""
    return None if batch.job_id is None else db.session.get_one(Job, (batch.tenant_id, batch.job_id))


@dataclass(slots=True)
class Opened:
    """A staged row with its seal broken."""

    row: Row
    content: dict[str, Any]

    @property
    def cells(self) -> list[Any]:
        return list(self.content.get("c", ()))

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.content.get("v", {}))


def opened(row: Row, keys: Keys) -> Opened:
    return Opened(row, json.loads(unseal(keys, row.sealed, ROW_CONTEXT)))


#: Verdicts that ask for a decision.
OPEN = ("question", "bad")


def rows_of(
    batch_id: int, verdicts: Sequence[str] = OPEN, *, after: tuple[int, int] | None = None, limit: int = PAGE
) -> list[Row]:
    """Rows of some verdicts in the order of the file, one more than the page."""
    statement = (
        select(Row)
        .where(Row.batch_id == batch_id, Row.verdict.in_(verdicts))
        .order_by(Row.sheet, Row.row_no)
        .limit(limit + 1)
    )
    if after is not None:
        sheet, row_no = after
        statement = statement.where(or_(Row.sheet > sheet, and_(Row.sheet == sheet, Row.row_no > row_no)))
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Standing:
    """How many rows of a batch are in which state now."""

    ready: int
    taken: int
    left: int
    undecided: int
    applied: int

    @property
    def waiting(self) -> int:
        return self.taken + self.left + self.undecided


def standing(batch: Batch) -> Standing:
    """Counts of the decisions so far; `ready` are the rows without a question (0 once they are committed)."""
    row = db.session.execute(
        select(
            func.count().filter(Row.decision == "take", Row.applied.is_(False)),
            func.count().filter(Row.decision == "leave"),
            func.count().filter(Row.decision.is_(None), Row.applied.is_(False)),
            func.count().filter(Row.applied.is_(True)),
        ).where(Row.batch_id == batch.id, Row.verdict.in_(("question", "bad")))
    ).one()
    ready = 0
    if batch.committed_at is None:
        ready = sum(
            counts.get("new", 0) + counts.get("change", 0)
            for counts in batch.counts.get("sheets", {}).values()
        )
    return Standing(ready, *row)


def units_on_hand() -> tuple[UnitNames, list[UnitRecord]]:
    """Every living unit of the tenant, by name and as records. A tenant has thousands of them, not millions."""
    parent = Unit.__table__.alias("parent")
    statement = (
        select(Unit, parent.c.name)
        .join(
            parent,
            and_(parent.c.tenant_id == Unit.tenant_id, parent.c.id == Unit.parent_id),
            isouter=True,
        )
        .where(Unit.state == "active")
        .order_by(Unit.path)
    )
    names, records = UnitNames(), []
    for unit, parent_name in db.session.execute(statement):
        names.add(Candidate(f"u:{unit.id}", unit.name, unit.line, parent_name or ""))
        records.append(
            UnitRecord(
                unit.id,
                unit.name,
                unit.line,
                unit.path,
                unit.parent_id,
                parent_name or "",
                {
                    "kind": unit.kind,
                    "sector": unit.sector,
                    "founded": unit.founded_on.isoformat() if unit.founded_on else None,
                    "term_ends": unit.term_ends_on.isoformat() if unit.term_ends_on else None,
                    "credit_code": unit.credit_code,
                    "legal_number": unit.legal_number,
                    "staff_count": unit.staff_count,
                },
            )
        )
    return names, records


_PEOPLE = (
    select(
        Person.id,
        Person.name,
        *(getattr(Person, key) for key in PERSON_KEYS),
        Person.identity_hash,
        Person.phone_hash,
        Membership.id.label("membership_id"),
        Membership.kind.label("line"),
        Membership.unit_id,
        Membership.status,
        Membership.relation,
        Membership.card_number,
        Membership.joined,
        Membership.confirmed,
        Unit.name.label("unit_name"),
    )
    .join(
        Membership,
        and_(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            Membership.until.is_(None),
        ),
        isouter=True,
    )
    .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id), isouter=True)
)


def records_of(hashes: Sequence[bytes], name_keys: Sequence[str]) -> list[Record]:
    """The people with one of these identity numbers or one of these names (by their sort key)."""
    found: dict[int, Record] = {}
    if hashes:
        _collect(
            found,
            _PEOPLE.where(
                # One long text travels several times as fast as an array of them.
                Person.identity_hash.in_(
                    select(
                        func.decode(
                            func.unnest(func.string_to_array(",".join(one.hex() for one in hashes), ",")),
                            "hex",
                        )
                    )
                ),
                Person.identity_hash.is_not(None),
                Person.state != "removed",
            ),
        )
    if name_keys:
        _collect(
            found,
            _PEOPLE.where(Person.name_key == func.any(list(name_keys)), Person.state == "active"),
        )
    if found:
        _add_posts(found)
    return list(found.values())


def _collect(found: dict[int, Record], statement: Any) -> None:
    for row in db.session.execute(statement):
        record = found.get(row.id)
        if record is None:
            record = found[row.id] = Record(
                row.id,
                {
                    "name": row.name,
                    **{key: row._mapping[key] for key in PERSON_KEYS},
                    "born": row.born.text if row.born else None,
                },
                row.identity_hash,
                row.phone_hash,
            )
        if row.membership_id is not None:
            record.memberships[row.line] = HeldMembership(
                row.membership_id,
                row.unit_id,
                row.unit_name,
                row.status,
                row.relation,
                row.card_number,
                row.joined.text if row.joined else None,
                row.confirmed.text if row.confirmed else None,
            )


def _add_posts(found: dict[int, Record]) -> None:
    statement = select(Post.id, Post.person_id, Post.unit_id, Post.code).where(
        Post.person_id == func.any(list(found)), Post.until.is_(None)
    )
    for row in db.session.execute(statement):
        found[row.person_id].posts.setdefault(row.unit_id, {})[row.code] = row.id


#: Up to how many people without an identity number their names are kept at hand while a file is read.
FEW = 200_000


def nameless_numbers() -> frozenset[str] | None:
    """Names of the people whose identity number nobody knows yet; None: too many to hold."""
    names = db.session.scalars(
        select(Person.name).where(Person.identity_hash.is_(None), Person.state == "active").limit(FEW + 1)
    ).all()
    return None if len(names) > FEW else frozenset(names)


def staged(
    batch_id: int, sheet: int, *, after: int, limit: int, first: bool
) -> list[tuple[int, bytes, str, str | None]]:
    """Rows that a commit writes, by row number: (row_no, sealed, verdict, decision).

    `first`: with those that had no question; later commits of a batch bring only what was decided since.
    """
    rows = db.session.execute(
        _STAGED[first], {"batch": batch_id, "sheet": sheet, "after": after, "limit": limit}
    )
    return [(row.row_no, row.sealed, row.verdict, row.decision) for row in rows]


_STAGED = {
    True: text(
        "select row_no, sealed, verdict, decision from import_row"
        " where batch_id = :batch and sheet = :sheet and row_no > :after and not applied"
        " and (verdict in ('new', 'change') or (verdict in ('question', 'bad') and decision = 'take'))"
        " order by row_no limit :limit"
    ),
    False: text(
        "select row_no, sealed, verdict, decision from import_row"
        " where batch_id = :batch and sheet = :sheet and row_no > :after and not applied"
        " and verdict in ('question', 'bad') and decision = 'take'"
        " order by row_no limit :limit"
    ),
}


def names_of(kind: str, ids: Sequence[int]) -> list[tuple[int, str]]:
    """The names of units or people, in the order of the ids."""
    model: Any = Unit if kind == "unit" else Person
    return [
        (row.id, row.name)
        for row in db.session.execute(
            select(model.id, model.name).where(model.id == func.any(list(ids))).order_by(model.id)
        )
    ]
