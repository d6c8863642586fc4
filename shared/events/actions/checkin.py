"""扫码签到: offered and never required. A code on the screen, bound to one meeting and short-lived, takes one press.

The code is the meeting's secret over the minute, so the database keeps one key a meeting and no code; whoever passes a
picture of it on gains a minute, and the record's roll still says who was there (ADR 0020).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import ZONE, now, today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events.models import Invitation, Meeting
from shared.events.queries.records import on_roll, people_on
from shared.i18n import _
from shared.members.models import Membership

#: A new code each so many seconds.
STEP = 60
#: A code is opened while it is one of the last so many, and pressed a little longer: a phone may sign in first.
OPENS = 3
PRESSES = 10
#: Check-in stays open so long after the planned end, or after the beginning where no end is planned.
AFTER_END = timedelta(hours=1)
AFTER_START = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Code:
    """What the screen shows: the token in the address, six digits to type, and how many seconds it is fresh."""

    token: str
    digits: str
    seconds: int


def _window(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _mac(key: str, meeting_id: int, window: int, purpose: str) -> str:
    said = f"{purpose}:{meeting_id}:{window}".encode()
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()


def _token(meeting: Meeting, window: int) -> str:
    return f"{meeting.id}-{window}-{_mac(meeting.checkin_key or '', meeting.id, window, 'scan')[:32]}"


def _digits(meeting: Meeting, window: int) -> str:
    return f"{int(_mac(meeting.checkin_key or '', meeting.id, window, 'type')[:12], 16) % 1_000_000:06d}"


def is_open(meeting: Meeting) -> bool:
    return (
        meeting.state == "planned"
        and meeting.checkin_key is not None
        and meeting.checkin_until is not None
        and meeting.checkin_until > now()
    )


def open_checkin(actor: Actor, *, meeting: Meeting) -> None:
    """Begin check-in on the meeting's day; opened again, it stays as it is."""
    if is_open(meeting):
        return
    if meeting.state != "planned":
        raise Conflict(_("This meeting was held or cancelled; nobody checks in any more."))
    if meeting.on_date != today():
        raise Conflict(
            _("Check-in opens on the day of the meeting, %(day)s.", day=meeting.on_date.isoformat())
        )
    last = meeting.ends_at or meeting.starts_at
    close = datetime.combine(meeting.on_date, last, ZONE) + (AFTER_END if meeting.ends_at else AFTER_START)
    midnight = datetime.combine(meeting.on_date + timedelta(days=1), time(0), ZONE)
    meeting.checkin_key = secrets.token_hex(32)
    # Opened late in the evening it still stays open for an hour, within the day.
    meeting.checkin_until = min(max(close, now() + AFTER_END), midnight)
    db.session.flush()
    record(
        actor,
        verb="meeting.checkin_open",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
    )


def close_checkin(actor: Actor, *, meeting: Meeting) -> None:
    """End check-in: its codes are worth nothing from now on. Who checked in stays noted."""
    if not is_open(meeting):
        return
    meeting.checkin_until = now()
    db.session.flush()
    record(
        actor,
        verb="meeting.checkin_close",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
    )


def code_of(meeting: Meeting) -> Code:
    """The code of this minute."""
    at = now()
    window = _window(at)
    return Code(_token(meeting, window), _digits(meeting, window), STEP - int(at.timestamp()) % STEP)


def meeting_of_token(token: str, *, pressing: bool = False) -> Meeting:
    """The meeting whose screen showed this token.

    Raises NotFound for a token that no meeting of this tenant gave, Conflict for an old one or a meeting that is over.
    """
    parts = token.split("-")
    gone = NotFound(
        _(
            "No check-in stands here. The code may be another organisation's: change your seat, or ask the keeper."
        )
    )
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts[:2]):
        raise gone
    meeting = db.session.execute(select(Meeting).where(Meeting.id == int(parts[0]))).scalar_one_or_none()
    window = int(parts[1])
    if (
        meeting is None
        or meeting.checkin_key is None
        or not hmac.compare_digest(token.encode(), _token(meeting, window).encode())
    ):
        raise gone
    _refuse_over(meeting)
    age = _window(now()) - window
    if not 0 <= age < (PRESSES if pressing else OPENS):
        raise Conflict(_("This code has been renewed in the meantime; scan the one now on the screen."))
    return meeting


def _refuse_over(meeting: Meeting) -> None:
    if meeting.state == "cancelled":
        raise Conflict(_("This meeting was called off: %(reason)s", reason=meeting.cancel_reason or ""))
    if meeting.state == "held":
        raise Conflict(_("This meeting is recorded already; tell the keeper if you were there."))
    if not is_open(meeting):
        raise Conflict(_("Check-in of this meeting has ended; tell the keeper that you are here."))


def meeting_of_digits(actor: Actor, digits: str) -> Meeting:
    """The meeting of the own units that now shows this number. Raises Invalid where none does."""
    typed = "".join(digits.split())
    on = today()
    own = select(Membership.unit_id).where(
        Membership.person_id == (actor.person_id or 0),
        Membership.since <= on,
        or_(Membership.until.is_(None), Membership.until >= on),
    )
    invited = select(Invitation.meeting_id).where(Invitation.person_id == (actor.person_id or 0))
    window = _window(now())
    for meeting in db.session.scalars(
        select(Meeting)
        .where(
            Meeting.on_date == on,
            Meeting.state == "planned",
            Meeting.checkin_until > now(),
            or_(Meeting.unit_id.in_(own), Meeting.id.in_(invited)),
        )
        .order_by(Meeting.id)
        .limit(50)
    ):
        if any(
            hmac.compare_digest(typed.encode(), _digits(meeting, window - age).encode())
            for age in range(OPENS)
        ):
            return meeting
    problem = _("No meeting of yours shows this number now; look at the screen again.")
    raise Invalid(problem, fields={"digits": problem})


def check_in(actor: Actor, *, meeting: Meeting) -> bool:
    """The acting person is here; False where that was noted before.

    Whoever is on the roll without an invitation is noted too. Raises Forbidden for somebody who is not on it.
    """
    _refuse_over(meeting)
    person_id = actor.person_id or 0
    invited = db.session.execute(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id, Invitation.person_id == person_id)
        .with_for_update()
    ).scalar_one_or_none()
    if invited is None:
        roll = on_roll(meeting.kind, people_on(meeting.unit_id, meeting.on_date))
        if person_id not in {person.id for person in roll}:
            raise Forbidden(
                _("You are not on the roll of this meeting. Tell the keeper, who can note you as sitting in.")
            )
        db.session.execute(
            upsert(Invitation)
            .values(meeting_id=meeting.id, person_id=person_id, checked_in_at=now())
            # Invited at the same moment: the invitation is there by now.
            .on_conflict_do_update(
                index_elements=["tenant_id", "meeting_id", "person_id"], set_={"checked_in_at": now()}
            )
        )
    elif invited.checked_in_at is not None:
        return False
    else:
        invited.checked_in_at = now()
        db.session.flush()
    record(
        actor,
        verb="meeting.checkin",
        object_type="meeting",
        object_id=meeting.id,
        unit_id=meeting.unit_id,
    )
    return True
