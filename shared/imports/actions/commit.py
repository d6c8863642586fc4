"""The good rows of a batch become units, people, memberships and posts: all of them, or none."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.access.actor import SYSTEM, Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.duties.actions import adopt_pack, plan_units, years_ahead
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.imports.actions import writing
from shared.imports.actions.reading import (
    CHUNK,
    Waiting,
    batch_of,
    given_up,
    match_unit,
    roster_for,
    weigh,
)
from shared.imports.actions.upload import keep_until
from shared.imports.jobs import COMMIT
from shared.imports.judging.matching import Record, Roster, UnitRecord, compare_person, compare_unit
from shared.imports.judging.people import Judged
from shared.imports.judging.unit_names import Candidate, UnitNames
from shared.imports.models import Batch
from shared.imports.queries import (
    ROW_CONTEXT,
    nameless_numbers,
    staged,
    standing,
    units_on_hand,
)
from shared.jobs import Job, enqueue
from shared.sealing import Keys, unseal
from shared.tenants.queries import keys, open_tenant

Beat = Callable[[int, int], None]

_WAITS = text(
    "update import_row r set verdict = 'question', decision = null, issues = u.issues::jsonb"
    " from unnest(cast(:row_nos as int[]), cast(:issues as text[])) as u(row_no, issues)"
    " where r.batch_id = :batch and r.sheet = :sheet and r.row_no = u.row_no"
)
_APPLIED = text(
    "update import_row set applied = true where batch_id = :batch and sheet = :sheet and row_no = any(:row_nos)"
)


def order_commit(
    actor: Actor, batch: Batch, *, counts_from: date | None = None, form_key: str | None = None
) -> Job:
    """Have the good rows written in the background.

    `counts_from` is the day from which new units owe their duties and new people belong to their unit; by default the
    first day of this year. Raises Conflict when there is nothing to commit or a job is at work, Invalid for a day
    ahead.
    """
    if batch.state not in {"staged", "committed"} and not given_up(batch, "committing"):
        raise Conflict(_("This import is being worked on or has been undone."))
    counts = standing(batch)
    if counts.ready + counts.taken == 0:
        raise Conflict(_("There is no row to commit."))
    if counts_from is not None and not date(1949, 10, 1) <= counts_from <= today():
        raise Invalid(
            _("The day must not lie ahead."), fields={"counts_from": _("The day must not lie ahead.")}
        )
    batch.counts_from = batch.counts_from or counts_from or date(today().year, 1, 1)
    batch.state = "committing"
    job = enqueue(actor, COMMIT, args={"batch_id": batch.id}, subject=batch.file_name, form_key=form_key)
    batch.job_id = job.id
    record(
        actor,
        verb="import.commit",
        object_type="import_batch",
        object_id=batch.id,
        detail={
            "ready": counts.ready,
            "taken": counts.taken,
            "left": counts.left,
            "undecided": counts.undecided,
        },
    )
    return job


@dataclass
class Tally:
    """What a commit has done, in rows."""

    units_new: int = 0
    units_changed: int = 0
    people_new: int = 0
    people_changed: int = 0
    moved: int = 0
    same: int = 0
    waiting: int = 0
    due_items: int = 0


@dataclass
class Commit:
    """One commit in one transaction. `refs` leads from a row of the tree to its unit."""

    batch_id: int
    keys: Keys
    since: date
    first: bool
    units: UnitNames
    records: list[UnitRecord]
    refs: dict[str, int]
    nameless: frozenset[str] | None
    tally: Tally = field(default_factory=Tally)
    new_units: list[int] = field(default_factory=list)
    _hashes: set[bytes] = field(default_factory=set)

    def rows(self, sheet: int, after: int) -> list[tuple[int, dict[str, Any], bool]]:
        """The next rows of a sheet as (number, content, decided by a person)."""
        return [
            (row_no, json.loads(unseal(self.keys, sealed, ROW_CONTEXT)), verdict in {"question", "bad"})
            for row_no, sealed, verdict, _decision in staged(
                self.batch_id, sheet, after=after, limit=CHUNK, first=self.first
            )
        ]

    def settle_rows(self, sheet: int, applied: Sequence[int], waits: Sequence[tuple[int, str, str]]) -> None:
        """Mark rows that a person let through as written, and those that must wait as questions."""
        if applied:
            db.session.execute(_APPLIED, {"batch": self.batch_id, "sheet": sheet, "row_nos": list(applied)})
        if waits:
            self.tally.waiting += len(waits)
            db.session.execute(
                _WAITS,
                {
                    "batch": self.batch_id,
                    "sheet": sheet,
                    "row_nos": [row_no for row_no, _column, _code in waits],
                    "issues": [json.dumps([[column, code]]) for _row, column, code in waits],
                },
            )

    def write_units(self, sheet: int) -> None:
        """The tree of one sheet; superiors before those below them."""
        rows: list[tuple[int, dict[str, Any], bool]] = []
        while more := self.rows(sheet, rows[-1][0] if rows else 0):
            rows += more
        by_name: dict[str, list[UnitRecord]] = {}
        for held in self.records:
            by_name.setdefault(held.name, []).append(held)
        fresh: list[tuple[int, dict[str, Any]]] = []
        changes: list[dict[str, Any]] = []
        for row_no, content, _decided in rows:
            values = content["v"]
            matched = match_unit(values, by_name)
            if matched is None:
                fresh.append((row_no, values))
                continue
            self.refs[f"{sheet}.{row_no}"] = matched.id
            if compare_unit(values, matched)[0]:
                changes.append(_unit_change(values, matched))
        placed, waits = self._order(sheet, fresh)
        ids = writing.add_units(self.batch_id, [row for _row_no, row in placed], self.since)
        for unit_id, (row_no, row) in zip(ids, placed, strict=True):
            self.refs[f"{sheet}.{row_no}"] = unit_id
            self.units.by_ref[f"u:{unit_id}"] = Candidate(f"u:{unit_id}", row["name"], row["line"])
        writing.change_units(self.batch_id, changes, self.keys)
        self.new_units += ids
        self.tally.units_new += len(ids)
        self.tally.units_changed += len(changes)
        held_back = {row_no for row_no, _column, _code in waits}
        self.settle_rows(
            sheet, [row_no for row_no, _c, decided in rows if decided and row_no not in held_back], waits
        )

    def _order(
        self, sheet: int, fresh: list[tuple[int, dict[str, Any]]]
    ) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str, str]]]:
        """New units so that each stands behind its superior; those whose superior does not come must wait."""
        paths = {held.id: held.path for held in self.records}
        places: dict[str, int] = {}
        placed: list[tuple[int, dict[str, Any]]] = []
        left = fresh
        while left:
            later = []
            for row_no, values in left:
                above = values.get("above", "")
                known = self.unit_id(above)
                row = {**values}
                if above in places:
                    row["place"] = places[above]
                elif known is not None and known in paths:
                    row |= {"above_id": known, "above_path": paths[known]}
                elif above:
                    later.append((row_no, values))
                    continue
                places[f"s:{sheet}.{row_no}"] = len(placed)
                placed.append((row_no, row))
            if len(later) == len(left):
                return placed, [(row_no, "parent", "unit_waits") for row_no, _values in later]
            left = later
        return placed, []

    def unit_id(self, ref: str) -> int | None:
        if ref.startswith("u:"):
            return int(ref[2:])
        return self.refs.get(ref[2:]) if ref.startswith("s:") else None

    def write_people(self, sheet: int, beat: Beat, done: int, total: int) -> int:
        """The people of one sheet, chunk by chunk in the one transaction; returns how many rows are done."""
        after = 0
        while rows := self.rows(sheet, after):
            self._write_chunk(sheet, rows)
            after = rows[-1][0]
            done += len(rows)
            beat(done, total)
        return done

    def _write_chunk(self, sheet: int, rows: list[tuple[int, dict[str, Any], bool]]) -> None:
        waiting = []
        for row_no, content, _decided in rows:
            values = content["v"]
            unit_id = self.unit_id(values.get("unit", ""))
            values["unit"] = f"u:{unit_id}" if unit_id is not None else ""
            waiting.append(weigh(Judged(values), row_no, (), self.keys))
        roster = roster_for(waiting, self.nameless)
        chunk = Chunk(self)
        waits: list[tuple[int, str, str]] = []
        for (row_no, content, _decided), one in zip(rows, waiting, strict=True):
            refused = chunk.take(one, roster, {finding[1] for finding in content.get("f", ())})
            if refused is not None:
                waits.append((row_no, *refused))
        chunk.write()
        held_back = {row_no for row_no, _column, _code in waits}
        self.settle_rows(
            sheet, [row_no for row_no, _c, decided in rows if decided and row_no not in held_back], waits
        )

    def seen(self, identity_hash: bytes | None) -> bool:
        """Whether an earlier row of this commit had the same identity number."""
        if identity_hash is None:
            return False
        before = identity_hash in self._hashes
        self._hashes.add(identity_hash)
        return before


def _unit_change(values: dict[str, Any], held: UnitRecord) -> dict[str, Any]:
    columns = {"kind": "kind", "sector": "sector", "founded_on": "founded", "term_ends_on": "term_ends"}
    return {
        "id": held.id,
        "held": {column: held.values[key] for column, key in columns.items()},
        **{
            column: values.get(key) if values.get(key) != held.values[key] else None
            for column, key in columns.items()
        },
    }


class Chunk:
    """The sets that one chunk of people writes."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._new: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._changed: list[dict[str, Any]] = []
        self._memberships: list[dict[str, Any]] = []
        self._membership_changes: list[dict[str, Any]] = []
        self._ended: list[int] = []
        self._posts: list[dict[str, Any]] = []
        self._posts_ended: list[int] = []

    def take(self, one: Waiting, roster: Roster, known: set[str]) -> tuple[str, str] | None:
        """Sort one row into the sets; (column, code) when it has to wait for a decision that nobody has made yet."""
        commit, values = self._commit, one.judged.values
        unit = commit.units.by_ref.get(values["unit"])
        if unit is None:
            return "unit", "unit_waits"
        if not values.get("name"):
            return "name", "name_missing"
        if commit.seen(one.identity_hash):
            return "identity", "identity_doubled"
        person, finding = roster.find(values, one)
        if finding is not None and finding[1] not in known:
            return finding[0], finding[1]
        if person is None:
            self._new.append((writing.person_values(values, commit.keys), values | {"line": unit.line}))
            return None
        differs, findings = compare_person(values, person, commit.units, one)
        for column, code, *_said in findings:
            if code not in known:
                return column, code
        if not differs:
            commit.tally.same += 1
            return None
        commit.tally.people_changed += 1
        self._change(values, person, unit, differs)
        return None

    def _change(self, values: dict[str, Any], person: Record, unit: Candidate, differs: list[str]) -> None:
        own = {key: values[key] for key in differs if key in values and key not in {"unit", "post"}}
        columns = writing.person_values(own, self._commit.keys)
        if any(value is not None for value in columns.values()):
            self._changed.append({"id": person.id, **columns})
        unit_id = int(unit.ref[2:])
        membership = person.memberships.get(unit.line)
        if membership is None or "unit" in differs:
            if membership is not None:
                self._ended.append(membership.id)
                self._commit.tally.moved += 1
                values = {
                    "status": membership.status,
                    "joined": membership.joined,
                    "confirmed": membership.confirmed,
                } | values
            self._join(person.id, unit_id, unit.line, values, today() if membership else self._commit.since)
        elif any(key in differs for key in writing.MEMBERSHIP_COLUMNS):
            self._membership_changes.append(
                {"id": membership.id}
                | {key: values[key] if key in differs else None for key in writing.MEMBERSHIP_COLUMNS}
            )
        if "post" in differs:
            held = person.posts.get(unit_id, {})
            self._posts_ended += [held[code] for code in held if code not in values["post"]]
            self._hold(person.id, unit_id, [code for code in values["post"] if code not in held])

    def _join(self, person_id: int, unit_id: int, line: str, values: dict[str, Any], since: date) -> None:
        joined = values.get("joined")
        if joined and len(joined) == 10:
            since = max(since, date.fromisoformat(joined))
        self._memberships.append(
            {
                "person_id": person_id,
                "unit_id": unit_id,
                "kind": line,
                "status": values.get("status") or ("full" if line == "party" else "member"),
                "joined": joined,
                "confirmed": values.get("confirmed"),
                "since": since,
            }
        )

    def _hold(self, person_id: int, unit_id: int, codes: Sequence[str]) -> None:
        self._posts += [
            {"person_id": person_id, "unit_id": unit_id, "code": code, "since": self._commit.since}
            for code in codes
        ]

    def write(self) -> None:
        commit = self._commit
        ids = writing.add_people(commit.batch_id, [columns for columns, _values in self._new])
        commit.tally.people_new += len(ids)
        for person_id, (_columns, values) in zip(ids, self._new, strict=True):
            unit_id = int(values["unit"][2:])
            self._join(person_id, unit_id, values["line"], values, commit.since)
            self._hold(person_id, unit_id, values.get("post", ()))
        writing.change_people(commit.batch_id, self._changed, commit.keys)
        writing.end_memberships(commit.batch_id, self._ended, today())
        writing.change_memberships(commit.batch_id, self._membership_changes, commit.keys)
        writing.add_memberships(commit.batch_id, self._memberships)
        writing.end_posts(commit.batch_id, self._posts_ended, today())
        writing.add_posts(commit.batch_id, self._posts)


def commit_rows(actor: Actor, *, batch_id: int, beat: Beat) -> dict[str, int] | None:
    """Write everything that may be written, in the running transaction; None when it has been done already.

    `beat(done, total)` is called now and then and must not use this transaction.
    """
    batch = batch_of(batch_id)
    if batch.state != "committing":
        return None
    units, records = units_on_hand()
    commit = Commit(
        batch_id,
        keys(),
        batch.counts_from or date(today().year, 1, 1),
        batch.committed_at is None,
        units,
        records,
        {str(ref): int(unit_id) for ref, unit_id in batch.mapping.get("units", {}).items()},
        nameless_numbers(),
    )
    entries = list(enumerate(batch.mapping["sheets"]))
    for sheet, entry in entries:
        if entry["layout"] == "units":
            commit.write_units(sheet)
    total = sum(entry["rows"] for _sheet, entry in entries if entry["layout"] == "people")
    done = 0
    for sheet, entry in entries:
        if entry["layout"] == "people":
            done = commit.write_people(sheet, beat, done, total)
    if commit.new_units:
        adopt_pack(SYSTEM, pack=open_tenant().kind)
        for year in years_ahead(today()):
            commit.tally.due_items += plan_units(year=year, unit_ids=commit.new_units).added
    batch.mapping = {**batch.mapping, "units": commit.refs}
    batch.state = "committed"
    batch.committed_at = batch.committed_at or now()
    keep_until(batch)
    result = dict(vars(commit.tally))
    record(actor, verb="import.committed", object_type="import_batch", object_id=batch.id, detail=result)
    return result
