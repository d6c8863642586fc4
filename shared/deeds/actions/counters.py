"""Numbers that the tenant names: one more, one taken away."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.deeds.kinds import COUNTED, KINDS
from shared.deeds.models import DeedCounter
from shared.errors import Invalid
from shared.i18n import _

MAX_NAME = 30
#: So many fit on the page.
MOST = 12


@dataclass(frozen=True, slots=True)
class Count:
    """What a number counts. `kind` None: every kind; `since` and `until` None: open on that side."""

    name: str
    kind: str | None
    state: str
    since: date | None
    until: date | None


def add_counter(actor: Actor, *, given: Count, form_key: str) -> DeedCounter:
    """The same form again gives the same counter. Raises Invalid with the fields that are wrong."""
    found = db.session.execute(
        select(DeedCounter).where(DeedCounter.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    wrong: dict[str, object] = {}
    if not given.name.strip():
        wrong["name"] = _("Fill this in.")
    elif len(given.name) > MAX_NAME:
        wrong["name"] = _("At most %(n)s characters.", n=MAX_NAME)
    if given.kind is not None and given.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if given.state not in COUNTED:
        wrong["state"] = _("Choose one of the list.")
    if given.since is not None and given.until is not None and given.until < given.since:
        wrong["until"] = _("The end lies before the beginning.")
    if (db.session.scalar(select(func.count()).select_from(DeedCounter)) or 0) >= MOST:
        wrong["name"] = _("At most %(n)s numbers; take one away first.", n=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    row = DeedCounter(
        name=given.name.strip(),
        kind=given.kind,
        state=given.state,
        since=given.since,
        until=given.until,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="deed.counter", object_type="deed_counter", object_id=row.id, unit_id=None)
    return row


def drop_counter(actor: Actor, *, counter: DeedCounter) -> None:
    """Take a number away; the deeds it counted stay."""
    record(actor, verb="deed.uncounter", object_type="deed_counter", object_id=counter.id, unit_id=None)
    db.session.delete(counter)
