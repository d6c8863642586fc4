"""Reductions and exemptions: asked by the branch, decided by the organisation above."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.dues.models import Relief
from shared.dues.money import first_of, months_on, show_month
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit

#: How far back a relief may begin, and how long it may last, in months.
_BACK, _LASTS = 12, 24
DECISIONS = ("approved", "refused")


def ask_relief(
    actor: Actor,
    *,
    unit: Unit,
    person_id: int,
    kind: str,
    amount: Decimal | None,
    from_month: date,
    until_month: date,
    reason: str,
    document: str,
    form_key: str,
) -> Relief:
    """Ask for less, or for nothing, from one month to another (both included), with a reason.

    Raises Invalid for a term that is too long or begins too far back, Conflict where another relief of the person
    waits or holds in that time.
    """
    wrong: dict[str, object] = {}
    if kind not in ("reduction", "exemption"):
        wrong["kind"] = _("Choose one of the list.")
    if kind == "reduction" and (amount is None or amount <= 0):
        wrong["amount"] = _("Give what is still paid a month; for nothing at all choose exemption.")
    if from_month < months_on(first_of(today()), -_BACK):
        wrong["from_month"] = _("At most %(n)s months back.", n=_BACK)
    if until_month < from_month:
        wrong["until_month"] = _("The end lies before the beginning.")
    elif until_month > months_on(from_month, _LASTS - 1):
        wrong["until_month"] = _("At most %(n)s months; ask anew afterwards.", n=_LASTS)
    if not reason.strip():
        wrong["reason"] = _("Give the reason.")
    if wrong:
        raise Invalid(fields=wrong)
    # One after the other for a person: two forms at once may not both hold.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    if db.session.scalar(select(Relief.id).where(Relief.form_key == form_key)) is not None:
        raise Conflict(_("This was recorded already."))
    overlapping = db.session.scalars(
        select(Relief).where(
            Relief.person_id == person_id,
            Relief.line == unit.line,
            Relief.state.in_(("asked", "approved")),
            Relief.from_month <= until_month,
            Relief.until_month >= from_month,
        )
    ).first()
    if overlapping is not None:
        raise Conflict(
            _(
                "From %(since)s to %(until)s another relief of this person is asked or granted.",
                since=show_month(overlapping.from_month),
                until=show_month(overlapping.until_month),
            )
        )
    relief = Relief(
        person_id=person_id,
        unit_id=unit.id,
        line=unit.line,
        kind=kind,
        amount=amount if kind == "reduction" else None,
        from_month=from_month,
        until_month=until_month,
        reason=reason.strip()[:500],
        document=document.strip()[:200],
        form_key=form_key,
        created_by=actor.person_id,
    )
    db.session.add(relief)
    db.session.flush()
    _note(actor, "dues.ask_relief", relief)
    return relief


def _note(actor: Actor, verb: str, relief: Relief, **detail: object) -> None:
    record(
        actor,
        verb=verb,
        object_type="dues_relief",
        object_id=relief.id,
        unit_id=relief.unit_id,
        detail={
            "kind": relief.kind,
            "since": show_month(relief.from_month),
            "until": show_month(relief.until_month),
            **detail,
        },
    )


def decide_relief(actor: Actor, relief: Relief, *, decision: str, answer: str) -> None:
    """Grant or refuse what the branch asked; months that are closed are mended by a correction.

    Raises Forbidden for whoever asked it or would pay less by it, Conflict where it is decided already.
    """
    if decision not in DECISIONS:
        raise Invalid(fields={"decision": _("Choose one of the list.")})
    if relief.state != "asked":
        raise Conflict(_("This is decided already."))
    if actor.person_id is not None and actor.person_id in (relief.created_by, relief.person_id):
        raise Forbidden(_("Somebody else decides this: nobody grants what they asked themselves."))
    if decision == "refused" and not answer.strip():
        raise Invalid(fields={"answer": _("Give the reason.")})
    relief.state, relief.decided_by, relief.decided_at = decision, actor.person_id, now()
    relief.answer = answer.strip()[:500]
    _note(actor, "dues.decide_relief", relief, to=decision)


def withdraw_relief(actor: Actor, relief: Relief) -> None:
    """Take a request back before it is decided. Raises Conflict afterwards."""
    if relief.state != "asked":
        raise Conflict(_("This is decided already."))
    relief.state = "withdrawn"
    _note(actor, "dues.withdraw_relief", relief)
