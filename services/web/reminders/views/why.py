"""Why did X not get it: one person's messages of the last days, and the open items with what was told of each."""

from datetime import timedelta

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.reminders.views.routes import blueprint, channel_name, number
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.accounts.queries.choices import choices_of
from shared.clock import today
from shared.members import queries as members
from shared.members.models import Person
from shared.members.numbers import is_number
from shared.messages.channels import CHANNELS
from shared.messages.reasons import OF_THE_PERSON, help_text, reason_text
from shared.messages.topics import TOPICS, kind_name
from shared.reminders.queries.proof import PAGE, ProofFilter, messages
from shared.reminders.queries.why import unsent
from shared.reminders.queries.why import why as why_of

#: Days back that can be asked for.
SPANS = (7, 30, 90, 366)
#: People found by name.
FOUND = 20


@blueprint.get("/reminders/why")
@requires(Permission.REMINDER_VIEW)
def why() -> str:
    """Without a person: whom it is about, found by name."""
    person_id = number("person_id")
    if person_id is None:
        return _choose()
    me = actor()
    person = fetch(Person, person_id, actor=me, may=Permission.REMINDER_VIEW)
    days = number("days") or SPANS[1]
    days = days if days in SPANS else SPANS[1]
    since = today() - timedelta(days=days)
    before = number("before")
    found = messages(me, ProofFilter(person_id=person.id, since=since), before=before)
    shown = found[:PAGE]
    standing, items = why_of(me, person)
    choices = choices_of(person.id)
    homes = members.person_card(person).living
    return render_template(
        "reminders/why.html",
        person=person,
        home=homes[0].unit_name if homes else "",
        days=days,
        spans=SPANS,
        lines=shown,
        next=url_for("reminders.why", person_id=person.id, days=days, before=shown[-1].id)
        if len(found) > PAGE
        else None,
        unsent=unsent(me, person.id, since=since) if before is None else [],
        items=items,
        standing=standing,
        choices=choices,
        declined=[
            (TOPICS[topic].label, CHANNELS[one.channel])
            for topic, row in choices.rows.items()
            for one in row
            if one.open and not one.wanted
        ],
        mends=OF_THE_PERSON,
        may_edit=me.may(Permission.MEMBER_EDIT),
        may_press=me.may(Permission.REMINDER_SEND),
        channels=CHANNELS,
        channel_name=channel_name,
        kind_name=kind_name,
        reason_text=reason_text,
        help_text=help_text,
    )


def _choose() -> str:
    words = request.args.get("q", "").replace("\0", "").strip()[:60]
    refused = is_number(words)
    found = (
        members.find(actor(), words, limit=FOUND, permission=Permission.REMINDER_VIEW)
        if words and not refused
        else []
    )
    return render_template(
        "reminders/why_whom.html", typed="" if refused else words, refused=refused, people=found, limit=FOUND
    )
