"""Dues in the background: a month drawn up for many units, shipped rates, and the alert to the committee."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.dues.actions.rates import adopt_rates
from shared.dues.actions.sheets import Drawn, draw_sheets, note_drawn
from shared.dues.money import show_month
from shared.dues.queries.unpaid import LONG, committees, units_with_long_unpaid
from shared.i18n import _
from shared.jobs import Claimed
from shared.messages.actions import Parcel, open_occasion
from shared.messages.channels import NOWHERE
from shared.messages.models import Delivery
from shared.organisations.models import Unit
from shared.reminders.queries.recipients import superiors, ways

#: Units in one transaction.
CHUNK = 200


def draw(job: Claimed) -> None:
    """Draw a month up, in chunks; a chunk drawn twice gives the same lines, so a killed worker only repeats."""
    month = date.fromisoformat(job.args["month"])
    unit_ids = [int(unit_id) for unit_id in job.args["unit_ids"]]
    job.progress(0, len(unit_ids))
    sheets = lines = 0
    for start in range(0, len(unit_ids), CHUNK):
        chunk = unit_ids[start : start + CHUNK]
        with transaction():
            job.hold()
            drawn = draw_sheets(SYSTEM, unit_ids=chunk, month=month)
        sheets, lines = sheets + drawn.sheets, lines + drawn.lines
        job.progress(start + len(chunk))
    with transaction():
        job.hold()
        note_drawn(SYSTEM, month=month, drawn=Drawn(sheets, lines))
        job.finish(result={"sheets": sheets, "lines": lines})


def bring_rates() -> None:
    """The sweep's part: a new tenant, or a new release, gets the shipped brackets. One tenant."""
    with transaction():
        adopt_rates(SYSTEM)


def warn_unpaid() -> int:
    """The night's part: tell each unit's committee, once a month, that members have long not paid.

    The secretary and whoever is responsible above are told how many, never who: the names are on the page. Nothing else
    follows. Returns how many messages are new.
    """
    on = today()
    new = 0
    with transaction():
        for line in ("party", "union"):
            found = units_with_long_unpaid(line)
            told = committees(list(found), on=on)
            above = superiors({unit_id: path for unit_id, (path, _count) in found.items()}, on=on)
            people = {unit_id: told[unit_id] | above[unit_id] for unit_id in found}
            by_way = ways(set().union(*people.values()) if people else ())
            for unit_id in sorted(found):
                new += _tell(unit_id, line, found[unit_id][1], people[unit_id], by_way, on)
    return new


def _tell(
    unit_id: int, line: str, count: int, people: set[int], by_way: dict[int, tuple[str, ...]], on: date
) -> int:
    occasion_id, fresh = open_occasion(
        SYSTEM,
        kind="dues",
        key=f"dues:{line}:{unit_id}:{show_month(on)}",
        detail={"unit_id": unit_id, "line": line, "people": count},
    )
    rows = [
        {"occasion_id": occasion_id, "person_id": person_id, "channel": channel}
        for person_id in sorted(people)
        for channel in by_way.get(person_id, ())
        if channel != NOWHERE
    ]
    if not fresh or not rows:
        return 0
    statement = insert(Delivery).on_conflict_do_nothing(
        index_elements=["tenant_id", "occasion_id", "person_id", "channel"]
    )
    return len(db.session.scalars(statement.values(rows).returning(Delivery.id)).all())


def compose_dues(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The alerts in hand, in each recipient's language; no names, no sums."""
    recipients = addressed(parcels)
    wanted = {int(one.detail["unit_id"]) for one in recipients}
    names = {
        row.id: row.name for row in db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted)))
    }

    def write(one: Addressed) -> Said:
        unit_id = int(one.detail["unit_id"])
        told = {"n": one.detail["people"], "unit": names.get(unit_id, "")}
        return Said(
            _("Dues: %(n)s people of %(unit)s long unpaid", **told),
            _(
                "%(n)s people of %(unit)s have paid no dues for %(months)s months or more. Talk with them first;"
                " nothing changes by itself.",
                months=LONG,
                **told,
            ),
            f"/dues/unpaid?unit_id={unit_id}",
            {"unit": told["unit"], "count": str(told["n"])},
        )

    return compose_each(recipients, write)
