"""The proof: who was sent what, when and by which way, and who was not and why."""

from typing import Any

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.reminders.views.routes import blueprint, channel_name, day, number
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.duties.queries.scopes import scope_units
from shared.messages.channels import CHANNELS
from shared.messages.reasons import help_text, reason_text
from shared.messages.topics import KINDS, kind_name
from shared.organisations.models import Unit
from shared.reminders.queries.proof import (
    OUTCOMES,
    PAGE,
    FoldedDay,
    OccasionLine,
    ProofFilter,
    folded_days,
    folds,
    message_counts,
    messages,
    near,
    occasions,
    seen,
)


def proof_asked() -> ProofFilter:
    """The filter of the address. A unit out of reach is refused."""
    asked = request.args
    unit_id = number("unit_id")
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.REMINDER_VIEW)
    return ProofFilter(
        kind=kind if (kind := asked.get("kind", "")) in KINDS else "",
        since=day("since"),
        until=day("until"),
        outcome=outcome if (outcome := asked.get("outcome", "")) in OUTCOMES else "",
        channel=channel if (channel := asked.get("channel", "")) in CHANNELS else "",
        unit_id=unit_id,
        occasion_id=number("occasion"),
    )


def _choices() -> dict[str, Any]:
    """What the line of filters offers."""
    return {
        "kinds": [(key, str(word)) for key, word in KINDS.items()],
        "channels": [(key, str(word)) for key, word in CHANNELS.items()],
        "scopes": scope_units(actor(), Permission.REMINDER_VIEW),
    }


@blueprint.get("/reminders/proof")
@requires(Permission.REMINDER_VIEW)
def proof() -> str:
    """The occasions with messages in reach, newest first; what only went in a digest by the day."""
    given = proof_asked()
    before = number("before")
    found = occasions(actor(), given, before=before)
    more = len(found) > PAGE
    shown = found[:PAGE]
    # What only went in the digest: a line a day, at the place of the newest of that day.
    days = (
        folded_days(actor(), given, before=before, after=shown[-1].id if more else None)
        if folds(given)
        else []
    )
    lines: list[OccasionLine | FoldedDay] = sorted([*shown, *days], key=lambda line: line.id, reverse=True)
    fields = given.fields()
    return render_template(
        "reminders/proof.html",
        given=given,
        fields=fields,
        occasions=lines,
        next=url_for("reminders.proof", **fields, before=shown[-1].id) if more else None,
        kind_name=kind_name,
        **_choices(),
    )


@blueprint.get("/reminders/messages")
@requires(Permission.REMINDER_VIEW)
def sent() -> str:
    """Single messages: of one occasion, or all of the filter."""
    given = proof_asked()
    me = actor()
    counts = message_counts(me, given)
    found = messages(me, given, before=number("before"))
    shown = found[:PAGE]
    fields = given.fields()

    def address(**changed: Any) -> str:
        values = {**fields, **changed}
        return url_for("reminders.sent", **{name: value for name, value in values.items() if value})

    return render_template(
        "reminders/messages.html",
        given=given,
        fields=fields,
        occasion=seen(me, given.occasion_id) if given.occasion_id is not None else None,
        lines=shown,
        near=near(me, {line.person_id for line in shown if line.person_id is not None}),
        counts=counts,
        address=address,
        next=address(before=shown[-1].id) if len(found) > PAGE else None,
        channel_name=channel_name,
        kind_name=kind_name,
        reason_text=reason_text,
        help_text=help_text,
        **_choices(),
    )
