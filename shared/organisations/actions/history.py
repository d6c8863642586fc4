"""What the tree was on a day: each change of a unit's place, name, kind or state ends a version and begins another."""

from datetime import date

from sqlalchemy import text

from shared.clock import today
from shared.db import db
from shared.organisations.models import Unit, UnitChange

#: Said of both tables, so that the keys are looked up and no table is read whole.
#: The living version of a unit that stands differently now ends; one that began the same day or later never was.
_CLOSE = text(
    """
    with differing as (
        select version.id, version.since
        from unit_version as version join unit on unit.id = version.unit_id
        where version.until is null and unit.id = any(cast(:ids as bigint[]))
            and version.unit_id = any(cast(:ids as bigint[]))
            and (unit.state <> 'active'
                or (version.parent_id, version.name, version.kind)
                    is distinct from (unit.parent_id, unit.name, unit.kind))
    )
    update unit_version as version
    set until = greatest(version.since, cast(:on as date)), ended_by = :reform_id
    from differing where version.id = differing.id and version.unit_id = any(cast(:ids as bigint[]))
    """
)
_OPEN = text(
    """
    insert into unit_version (unit_id, since, parent_id, name, kind, began_by)
    select unit.id,
        case when exists (select from unit_version as former where former.unit_id = unit.id) then cast(:on as date)
            else least(coalesce(unit.founded_on, cast(:on as date)), cast(:on as date)) end,
        unit.parent_id, unit.name, unit.kind, :reform_id
    from unit
    where unit.id = any(cast(:ids as bigint[])) and unit.state = 'active'
        and not exists (
            select from unit_version as living where living.unit_id = unit.id and living.until is null)
    """
)


def write_versions(unit_ids: list[int], *, on: date, reform_id: int | None = None) -> None:
    """Bring the versions of these units into step with their rows, from day `on`. Two statements, however many.

    A unit without any version stands since its founding, or since `on` where that is not known. Writing twice
    changes nothing. The units' rows must be flushed.
    """
    if not unit_ids:
        return
    values = {"ids": unit_ids, "on": on, "reform_id": reform_id}
    db.session.execute(_CLOSE, values)
    db.session.execute(_OPEN, values)


def note_change(
    unit: Unit, what: str, *, reason: str, on: date | None = None, before: str = "", after: str = ""
) -> None:
    """One step of the unit's history (沿革), as of today where no day is given."""
    db.session.add(
        UnitChange(
            unit_id=unit.id,
            what=what,
            on_date=on or today(),
            before=before,
            after=after,
            reason=reason.strip(),
        )
    )
