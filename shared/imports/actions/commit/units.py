"""The tree's part of a commit."""

from typing import Any

from shared.imports.actions import tree
from shared.imports.actions.commit.run import Commit
from shared.imports.actions.settling import match_unit
from shared.imports.judging.matching import UnitRecord, compare_unit
from shared.imports.judging.unit_names import Candidate, unit_name

#: Columns of a unit that a file names otherwise.
_READ_AS = {"founded_on": "founded", "term_ends_on": "term_ends"}


def write_units(commit: Commit, sheet: int) -> None:
    """The tree of one sheet; superiors before those below them."""
    rows: list[tuple[int, dict[str, Any], bool]] = []
    while more := commit.rows(sheet, rows[-1][0] if rows else 0):
        rows += more
    by_name: dict[str, list[UnitRecord]] = {}
    for held in commit.records:
        by_name.setdefault(unit_name(held.name), []).append(held)
    fresh: list[tuple[int, dict[str, Any]]] = []
    changes: list[dict[str, Any]] = []
    for row_no, content, _decided in rows:
        values = content["v"]
        matched = match_unit(values, by_name)
        if matched is None:
            fresh.append((row_no, values))
            continue
        commit.refs[f"{sheet}.{row_no}"] = matched.id
        if compare_unit(values, matched)[0]:
            changes.append(_unit_change(values, matched))
    placed, waits = _order(commit, sheet, fresh)
    ids = tree.add_units(commit.batch_id, [row for _row_no, row in placed], commit.since)
    for unit_id, (row_no, row) in zip(ids, placed, strict=True):
        commit.refs[f"{sheet}.{row_no}"] = unit_id
        commit.units.by_ref[f"u:{unit_id}"] = Candidate(f"u:{unit_id}", row["name"], row["line"])
    tree.change_units(commit.batch_id, changes, commit.keys)
    commit.new_units += ids
    commit.tally.units_new += len(ids)
    commit.tally.units_changed += len(changes)
    held_back = {row_no for row_no, _column, _code in waits}
    commit.settle_rows(
        sheet, [row_no for row_no, _c, decided in rows if decided and row_no not in held_back], waits
    )


def _order(
    commit: Commit, sheet: int, fresh: list[tuple[int, dict[str, Any]]]
) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str, str]]]:
    """New units so that each stands behind its superior; those whose superior does not come must wait."""
    paths = {held.id: held.path for held in commit.records}
    places: dict[str, int] = {}
    placed: list[tuple[int, dict[str, Any]]] = []
    left = fresh
    while left:
        later = []
        for row_no, values in left:
            above = values.get("above", "")
            known = commit.unit_id(above)
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


def _unit_change(values: dict[str, Any], held: UnitRecord) -> dict[str, Any]:
    columns = {column: _READ_AS.get(column, column) for column in tree.UNIT_COLUMNS}
    return {
        "id": held.id,
        "held": {column: held.values[key] for column, key in columns.items()},
        **{
            column: values.get(key) if values.get(key) != held.values[key] else None
            for column, key in columns.items()
        },
    }
