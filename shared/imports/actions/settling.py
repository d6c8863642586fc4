"""What becomes of a row that was read: who it is, which unit it names, and whether that is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.imports.issues import verdict_of
from shared.imports.judging.matching import Roster, UnitRecord, compare_person, compare_unit
from shared.imports.judging.people import Judged
from shared.imports.judging.unit_names import UnitNames, unit_name
from shared.imports.queries import records_of
from shared.members.numbers import identity_hashes, phone_hashes
from shared.members.terms import name_key
from shared.sealing import Keys


def plain_cells(cells: Sequence[object]) -> list[Any]:
    """Cells as JSON: a number stays one, a date becomes its text."""
    return [
        cell
        if isinstance(cell, str | int | float)
        else cell.isoformat()
        if hasattr(cell, "isoformat")
        else str(cell)
        for cell in cells
    ]


def content_of(judged: Judged, cells: Sequence[object] | None) -> dict[str, Any]:
    content: dict[str, Any] = {"v": judged.values}
    if judged.options:
        content["o"] = judged.options
    if cells is not None:
        content["c"] = plain_cells(cells)
    return content


@dataclass(slots=True)
class Waiting:
    """A row of people judged by itself, before the roster has been asked."""

    row_no: int
    cells: Sequence[object]
    judged: Judged
    identity_hashes: Sequence[bytes]
    keys: Keys

    @property
    def phone_hashes(self) -> Sequence[bytes]:
        """Needed for the few rows that mean somebody on the roster."""
        phone = self.judged.values.get("phone")
        return phone_hashes(self.keys, phone) if phone else ()


def weigh(judged: Judged, row_no: int, cells: Sequence[object], tenant_keys: Keys) -> Waiting:
    """Add the keyed hash by which the roster is asked."""
    identity = judged.values.get("identity")
    return Waiting(
        row_no,
        cells,
        judged,
        identity_hashes(tenant_keys, identity) if identity else (),
        tenant_keys,
    )


def roster_for(waiting: Sequence[Waiting], nameless: frozenset[str] | None) -> Roster:
    """The people whom these rows may mean, by two queries."""
    hashes = [identity_hash for one in waiting for identity_hash in one.identity_hashes]
    names = {
        name
        for one in waiting
        if (name := one.judged.values.get("name"))
        and (not one.identity_hashes or nameless is None or name in nameless)
    }
    return Roster(records_of(hashes, [name_key(name) for name in names]))


def settle_person(one: Waiting, roster: Roster, units: UnitNames) -> tuple[dict[str, Any], str]:
    """Match a row, compare it, and say what becomes of it: its content for the seal and its verdict."""
    judged = one.judged
    record, finding = roster.find(judged.values, one)
    if finding is not None:
        judged.findings.append(finding)
    differs: list[str] = []
    otherwise = "new"
    if record is not None:
        differs, more = compare_person(judged.values, record, units, one)
        judged.findings.extend(more)
        otherwise = "change" if differs else "same"
    content = content_of(judged, one.cells if judged.findings else None)
    if record is not None:
        content["p"] = record.id
        content["d"] = differs
    if judged.findings:
        content["f"] = judged.findings
    return content, verdict_of(judged.codes(), otherwise)


def otherwise(content: dict[str, Any]) -> str:
    return "new" if "u" not in content else "change" if content["d"] else "same"


def match_unit(values: dict[str, Any], by_name: dict[str, list[UnitRecord]]) -> UnitRecord | None:
    """The unit of this name under this superior; the only one of its name wherever it stands."""
    named = by_name.get(values.get("name", ""), [])
    under = [record for record in named if unit_name(record.parent_name) == values.get("parent", "")]
    if under:
        return under[0]
    return named[0] if len(named) == 1 else None


def settle_unit(judged: Judged, record: UnitRecord | None, units: UnitNames, *, ref: str) -> dict[str, Any]:
    """Find the superior of a unit's row and what the row would change."""
    values = judged.values
    content = content_of(judged, None)
    content["d"] = []
    if record is not None:
        content["u"] = record.id
        content["d"], more = compare_unit(values, record)
        judged.findings.extend(more)
        return content
    parent = values.get("parent")
    if not parent:
        return content
    found = units.find(parent)
    if found.unit is None:
        said = "、".join(option.label for option in found.options)
        judged.findings.append(
            ["parent", found.code if said else "parent_unknown", *([said] if said else [])]
        )
        judged.options["parent"] = [[option.ref, option.label] for option in found.options]
        content["o"] = judged.options
    elif found.unit.ref == ref:
        judged.findings.append(["parent", "parent_itself"])
    else:
        values["above"] = found.unit.ref
        if values.get("line") and found.unit.line != values["line"]:
            judged.findings.append(["kind", "unit_line"])
    return content


def stands_above_itself(ref: str, above: dict[str, str]) -> bool:
    """Whether the superiors that the file names lead back to the unit."""
    seen, at = {ref}, above.get(ref, "")
    while at in above:
        if at in seen:
            return at == ref
        seen.add(at)
        at = above[at]
    return False
