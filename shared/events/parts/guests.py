"""列席: who sat in without belonging to the roll. Source: domain facts §2, common minutes fields."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from shared.db import db
from shared.errors import Invalid
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import Event, Guest
from shared.events.parts.context import Context, Row
from shared.i18n import _

FIELDS = ("name", "remark")
MOST = 60


def check(context: Context, rows: Sequence[Row]) -> list[Row]:
    """Names without a doublet, not of the roll."""
    wrong: dict[str, object] = {}
    own = {person.name for person in context.people if person.id in context.roll}
    clean: list[Row] = []
    for number, row in enumerate(rows):
        name, remark = row.get("name", "").strip(), row.get("remark", "").strip()
        key = f"guests-{number}-name"
        if not name:
            wrong[key] = _("This is missing.")
        elif name in own:
            wrong[key] = _("%(name)s belongs to this unit and stands on the roll.", name=name)
        elif any(other["name"] == name and other["remark"] == remark for other in clean):
            wrong[key] = _("%(name)s stands here twice.", name=name)
        elif max(len(name), len(remark)) > MAX_TEXT:
            wrong[key] = _("At most %(n)s characters.", n=MAX_TEXT)
        refuse_marks(name, remark)
        clean.append({"name": name, "remark": remark})
    if len(rows) > MOST:
        wrong["guests"] = _("At most %(n)s lines.", n=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    return clean


def write(event: Event, rows: Sequence[Row]) -> None:
    db.session.execute(delete(Guest).where(Guest.event_id == event.id))
    db.session.add_all(
        Guest(event_id=event.id, ordinal=number, name=row["name"], remark=row["remark"])
        for number, row in enumerate(rows, start=1)
    )


def read(event_id: int) -> list[Row]:
    found = db.session.execute(
        select(Guest.name, Guest.remark).where(Guest.event_id == event_id).order_by(Guest.ordinal)
    )
    return [{"name": name, "remark": remark} for name, remark in found]
