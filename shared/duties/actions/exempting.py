"""Exempt periods: a unit is spared duties for a span, by the unit above, with a reason. docs/adr/0023."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import CursorResult, select, text

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.duties.models import Exemption
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.kinds import KINDS, TERM_KINDS
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

MAX_REASON = 200
#: A span longer than this, or that begins so long ago, is a slip of the hand.
LONGEST = timedelta(days=3 * 366)

#: Each item of the unit that is open, or spared by an exempt period, comes under the first period that covers its last
#: day, or stands open. A returned record is mended, and elections are postponed, so neither is spared.
_SETTLE = text(
    """
    with covered as (
        select item.id, item.state, item.exemption_id, spared.id as spared_by, spared.reason
        from due_item as item
        left join lateral (
            select exemption.id, exemption.reason from exemption
            where exemption.unit_id = item.unit_id
                and item.due_on between exemption.since and exemption.spares_until
                and (exemption.kinds is null or item.kind = any(exemption.kinds))
            order by exemption.since, exemption.id limit 1
        ) as spared on true
        where item.unit_id = any(cast(:unit_ids as bigint[])) and not item.kind = any(cast(:term_kinds as text[]))
            and ((item.state = 'open' and item.returned_event_id is null)
                or (item.state = 'exempt' and item.exemption_id is not null))
    )
    update due_item as item
    set state = case when covered.spared_by is null then 'open' else 'exempt' end,
        reason = covered.reason, exemption_id = covered.spared_by, planned_at = :at
    from covered
    where item.id = covered.id and covered.exemption_id is distinct from covered.spared_by
    """
)


def stands_above(actor: Actor, unit: Unit) -> bool:
    """Whether the actor exempts from above this unit, or for the whole tenant: nobody spares their own unit."""
    return any(
        reached.path is None or (reached.path != unit.path and reached.holds(unit.path))
        for reached in actor.reaches(Permission.DUTY_EXEMPT)
    )


def _require_above(actor: Actor, unit: Unit) -> None:
    if not stands_above(actor, unit):
        raise Forbidden(_("The unit above grants an exempt period, not the unit itself."))


def settle(unit_ids: Iterable[int]) -> int:
    """Bring the units' items in step with their exempt periods; returns how many changed. Repeating changes nothing."""
    values = {"unit_ids": sorted(unit_ids), "term_kinds": list(TERM_KINDS), "at": now()}
    result = db.session.execute(_SETTLE, values)
    assert isinstance(result, CursorResult)
    db.session.expire_all()
    return result.rowcount


def check_exemption(
    *, unit: Unit, kinds: Sequence[str] | None, since: date, until: date, reason: str, document: str
) -> None:
    """Raise Invalid with each wrong field of a span that is to be granted."""
    wrong: dict[str, object] = {}
    if until < since:
        wrong["until"] = _("The end lies before the beginning.")
    elif until - since > LONGEST:
        wrong["until"] = _("At most three years at a time.")
    if today() - since > LONGEST:
        wrong["since"] = _("So long ago? Check the year.")
    if not reason.strip():
        wrong["reason"] = _("Say why the unit is spared.")
    for name, value in (("reason", reason), ("document", document)):
        if len(value) > MAX_REASON:
            wrong[name] = _("At most %(n)s characters.", n=MAX_REASON)
    if kinds is not None and (not kinds or not set(kinds) <= set(sparable(unit.line))):
        wrong["kinds"] = _("Choose which duties, or all.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    if unit.state != "active":
        raise Conflict(_("This unit is dissolved."))
    refuse_marks(reason, document)


def sparable(line: str) -> list[str]:
    """The kinds of duty a unit of a line may be spared; an election is postponed instead."""
    return [code for code, spec in KINDS.items() if spec.line == line and code not in TERM_KINDS]


def grant_exemption(
    actor: Actor,
    *,
    unit: Unit,
    kinds: Sequence[str] | None,
    since: date,
    until: date,
    reason: str,
    document: str = "",
    form_key: str,
) -> tuple[Exemption, int]:
    """Spare a unit the duties (None: all but elections) whose last day lies within the span; returns how many.

    What is done stays done. Planning spares later items by itself. Spans may overlap; the earlier one stands as the
    reason. The same form again changes nothing. Raises Forbidden for the unit's own officer, Invalid with the field.
    """
    _require_above(actor, unit)
    known = db.session.scalars(select(Exemption).where(Exemption.form_key == form_key)).one_or_none()
    if known is not None:
        if known.unit_id != unit.id:
            raise Conflict(_("This form was already used for another record."))
        return known, 0
    check_exemption(unit=unit, kinds=kinds, since=since, until=until, reason=reason, document=document)
    exemption = Exemption(
        unit_id=unit.id,
        kinds=sorted(set(kinds)) if kinds is not None else None,
        since=since,
        until=until,
        spares_until=until,
        reason=reason.strip(),
        document=document.strip(),
        granted_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(exemption)
    db.session.flush()
    count = settle([unit.id])
    record(
        actor,
        verb="duty.exempt",
        object_type="exemption",
        object_id=exemption.id,
        unit_id=unit.id,
        detail={
            "since": since.isoformat(),
            "until": until.isoformat(),
            "kinds": list(exemption.kinds or ()),
            "items": count,
        },
    )
    return exemption, count


def end_exemption(actor: Actor, *, exemption: Exemption, unit: Unit, reason: str, past: bool) -> int:
    """Take an exempt period back: what is still to come stands open again; `past`: what it has spared already too.

    Returns how many items stand open again; what another period covers stays spared by that. Taken back before, it
    changes nothing. Raises Forbidden for the unit's own officer, Invalid without a reason.
    """
    _require_above(actor, unit)
    if exemption.ended_at is not None:
        return 0
    plain = reason.strip()
    if not plain or len(plain) > MAX_REASON:
        wrong = _("At most %(n)s characters.", n=MAX_REASON) if plain else _("Say why it is taken back.")
        raise Invalid(wrong, fields={"reason": wrong})
    refuse_marks(plain)
    before = exemption.since - timedelta(days=1)
    exemption.spares_until = (
        before if past else max(before, min(exemption.until, today() - timedelta(days=1)))
    )
    exemption.ended_by, exemption.ended_at, exemption.end_reason = actor.person_id, now(), plain
    db.session.flush()
    count = settle([unit.id])
    record(
        actor,
        verb="duty.exempt_end",
        object_type="exemption",
        object_id=exemption.id,
        unit_id=unit.id,
        detail={"until": exemption.spares_until.isoformat(), "reopened": count},
    )
    return count
