"""The people's part of a commit."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.clock import today
from shared.imports.actions import writing
from shared.imports.actions.commit.run import Commit
from shared.imports.actions.reading import Beat
from shared.imports.actions.settling import Waiting, roster_for, weigh
from shared.imports.judging.matching import Record, Roster, compare_person
from shared.imports.judging.people import Judged
from shared.imports.judging.unit_names import Candidate


def write_people(commit: Commit, sheet: int, beat: Beat, done: int, total: int) -> int:
    """The people of one sheet, chunk by chunk in the one transaction; returns how many rows are done."""
    after = 0
    while rows := commit.rows(sheet, after):
        _write_chunk(commit, sheet, rows)
        after = rows[-1][0]
        done += len(rows)
        beat(done, total)
    return done


def _write_chunk(commit: Commit, sheet: int, rows: list[tuple[int, dict[str, Any], bool]]) -> None:
    waiting = []
    for row_no, content, _decided in rows:
        values = content["v"]
        unit_id = commit.unit_id(values.get("unit", ""))
        values["unit"] = f"u:{unit_id}" if unit_id is not None else ""
        waiting.append(weigh(Judged(values), row_no, (), commit.keys))
    roster = roster_for(waiting, commit.nameless)
    chunk = Chunk(commit)
    waits: list[tuple[int, str, str]] = []
    for (row_no, content, _decided), one in zip(rows, waiting, strict=True):
        refused = chunk.take(one, roster, {finding[1] for finding in content.get("f", ())})
        if refused is not None:
            waits.append((row_no, *refused))
    chunk.write()
    held_back = {row_no for row_no, _column, _code in waits}
    commit.settle_rows(
        sheet, [row_no for row_no, _c, decided in rows if decided and row_no not in held_back], waits
    )


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
        if commit.seen(one.identity_hashes):
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
                    "card_number": membership.card_number,
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
                "relation": values.get("relation") or "registered",
                "card_number": values.get("card_number"),
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
