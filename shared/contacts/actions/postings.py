"""Postings and pairings: begun, put right, ended; what partners did together."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.contacts.kinds import POSTINGS
from shared.contacts.models import Pairing, PairingActivity, Posting
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.i18n import _
from shared.organisations.models import Unit

MAX_NAME = 80
MAX_TEXT = 500
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Posted:
    """What is known of a posting: at a unit of the tenant, or at a place outside in words."""

    kind: str
    to_unit_id: int | None
    place: str
    since: date
    until: date | None
    duties: str


def _days(since: date, until: date | None) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if not EARLIEST <= since <= LATEST:
        wrong["since"] = _("The day lies before %(first)s or in the future.", first=EARLIEST.isoformat())
    elif until is not None and not since <= until <= LATEST:
        wrong["until"] = _("The end lies before the beginning.")
    return wrong


def _check_posting(given: Posted) -> None:
    wrong = _days(given.since, given.until)
    if given.kind not in POSTINGS:
        wrong["kind"] = _("Choose one of the list.")
    if given.to_unit_id is None and not given.place.strip():
        wrong["place"] = _("Say where: a unit of the list, or the place.")
    for name, most in (("place", MAX_NAME), ("duties", MAX_TEXT)):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.place, given.duties)


def _posting_values(given: Posted) -> dict[str, Any]:
    return {
        "kind": given.kind,
        "to_unit_id": given.to_unit_id,
        "place": given.place.strip(),
        "since": given.since,
        "until": given.until,
        "duties": given.duties.strip(),
    }


def begin_posting(actor: Actor, *, unit: Unit, person_id: int, given: Posted, form_key: str) -> Posting:
    """`unit` sends somebody. The same form again gives the same posting. Raises Invalid with the wrong fields."""
    found = db.session.execute(select(Posting).where(Posting.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    _check_posting(given)
    if unit.state != "active":
        raise Invalid(_("Some fields need another look."), fields={"unit_id": _("This unit exists no more.")})
    row = Posting(
        from_unit_id=unit.id,
        person_id=person_id,
        created_by=actor.person_id,
        form_key=form_key,
        **_posting_values(given),
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="posting.begin", object_type="posting", object_id=row.id, unit_id=unit.id)
    return row


def change_posting(actor: Actor, *, posting: Posting, given: Posted) -> bool:
    """Put it right, its last day too. False: nothing differed. Raises Invalid with the wrong fields."""
    _check_posting(given)
    values = _posting_values(given)
    changed = sorted(name for name, value in values.items() if getattr(posting, name) != value)
    for name in changed:
        setattr(posting, name, values[name])
    if changed:
        record(
            actor,
            verb="posting.change",
            object_type="posting",
            object_id=posting.id,
            unit_id=posting.from_unit_id,
        )
    return bool(changed)


@dataclass(frozen=True, slots=True)
class Paired:
    """What is known of a pairing: with a unit of the tenant, or with a partner outside by its name."""

    to_unit_id: int | None
    partner: str
    theme: str
    since: date


def begin_pairing(actor: Actor, *, unit: Unit, given: Paired, form_key: str) -> Pairing:
    """The same form again gives the same pairing. Raises Invalid with the fields that are wrong."""
    found = db.session.execute(select(Pairing).where(Pairing.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    wrong = _days(given.since, None)
    if (given.to_unit_id is None) == (not given.partner.strip()):
        wrong["partner"] = _("Choose a unit of the list, or name a partner outside: one of the two.")
    if given.to_unit_id == unit.id:
        wrong["to_unit_id"] = _("A unit is not its own partner.")
    if unit.state != "active":
        wrong["unit_id"] = _("This unit exists no more.")
    for name, most in (("partner", MAX_NAME), ("theme", MAX_TEXT)):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(given.partner, given.theme)
    row = Pairing(
        from_unit_id=unit.id,
        to_unit_id=given.to_unit_id,
        partner=given.partner.strip(),
        theme=given.theme.strip(),
        since=given.since,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="pairing.begin", object_type="pairing", object_id=row.id, unit_id=unit.id)
    return row


def end_pairing(actor: Actor, *, pairing: Pairing, until: date) -> bool:
    """Its last day, at most today; its activities stay. False: it was ended that day already."""
    if pairing.until == until:
        return False
    if pairing.until is not None:
        raise Conflict(_("This has ended already."))
    if not pairing.since <= until <= today():
        raise Invalid(
            _("Some fields need another look."),
            fields={"until": _("The end lies before the beginning, or in the future.")},
        )
    pairing.until = until
    record(
        actor,
        verb="pairing.end",
        object_type="pairing",
        object_id=pairing.id,
        unit_id=pairing.from_unit_id,
    )
    return True


def add_activity(
    actor: Actor, *, pairing: Pairing, on_date: date, title: str, event_id: int | None, form_key: str
) -> PairingActivity:
    """What the partners did together. The same form again gives the same activity. Raises Invalid."""
    found = db.session.execute(
        select(PairingActivity).where(PairingActivity.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    wrong: dict[str, object] = {}
    if not title.strip():
        wrong["title"] = _("Fill this in.")
    elif len(title) > MAX_NAME:
        wrong["title"] = _("At most %(n)s characters.", n=MAX_NAME)
    if not pairing.since <= on_date <= min(pairing.until or LATEST, today()):
        wrong["on_date"] = _("The day lies outside the pairing, or in the future.")
    if event_id is not None:
        held = db.session.scalar(
            select(Event.id).where(
                Event.id == event_id,
                Event.unit_id.in_((pairing.from_unit_id, pairing.to_unit_id or 0)),
                Event.state == "filed",
            )
        )
        if held is None:
            wrong["event_id"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(title)
    row = PairingActivity(
        pairing_id=pairing.id,
        on_date=on_date,
        title=title.strip(),
        event_id=event_id,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        verb="pairing.activity",
        object_type="pairing",
        object_id=pairing.id,
        unit_id=pairing.from_unit_id,
    )
    return row
