"""The calendar as a feed (iCalendar, RFC 5545) for the person's own calendar program, opened by a revocable secret."""

from datetime import datetime, time, timedelta

from flask import Response, flash, g, redirect, render_template, request, url_for
from icalendar import Calendar, Event
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web import edge
from services.web.edge import actor, requires
from services.web.limits import limiter
from services.web.meetings.views.routes import blueprint
from shared.access.permissions import Permission
from shared.accounts.actions.feeds import close_feed, feed_of, open_feed
from shared.audit import record
from shared.clock import ZONE, now, today
from shared.db import db, transaction
from shared.errors import Invalid, NotFound
from shared.events.queries.meetings import Coming, own_meetings
from shared.i18n import _, use_locale
from shared.members.models import Person
from shared.settings import settings
from shared.tenancy import platform

#: Meetings in a feed, from a month back on.
MOST = 500
LOOKS_BACK = timedelta(days=31)
#: A meeting without an end is shown as so long.
USUAL = timedelta(minutes=90)


@blueprint.post("/feed")
@requires(Permission.SELF)
def open_own() -> str:
    """Make the address of one's own calendar and show it once; the one before ends."""
    who = actor()
    if who.tenant_id is None or who.person_id is None or who.login_id is None:
        raise Invalid(_("This needs a place in an organisation."))
    with transaction():
        record(who, verb="feed.open", object_type="person", object_id=who.person_id)
    tenant_id, person_id, login_id, locale = who.tenant_id, who.person_id, who.login_id, who.locale
    edge.leave_tenant()
    with platform(), transaction():
        secret = open_feed(tenant_id=tenant_id, person_id=person_id, login_id=login_id, locale=locale)
    edge.open_link(tenant_id)
    g.actor = who
    return render_template("meetings/feed.html", address=f"{settings().base_url}/meetings/feed/{secret}.ics")


@blueprint.post("/feed/end")
@requires(Permission.SELF)
def end_own() -> BaseResponse:
    """End the address of one's own calendar."""
    who = actor()
    if who.tenant_id is None or who.person_id is None:
        raise Invalid(_("This needs a place in an organisation."))
    with transaction():
        record(who, verb="feed.close", object_type="person", object_id=who.person_id)
    tenant_id, person_id = who.tenant_id, who.person_id
    edge.leave_tenant()
    with platform(), transaction():
        ended = close_feed(tenant_id=tenant_id, person_id=person_id)
    flash(_("The calendar address has ended") if ended else _("There was no calendar address"), "ok")
    return redirect(url_for("meetings.index"), 303)


@blueprint.get("/feed/<token>.ics")
@requires(None)
@limiter.limit("60 per hour", key_func=lambda: str((request.view_args or {}).get("token")))
def read(token: str) -> Response:
    """The person's own meetings; a secret that is wrong, revoked or of somebody who has left finds nothing."""
    edge.leave_tenant()
    with platform():
        link = feed_of(token)
        db.session.remove()
    if link.tenant_id is None or link.person_id is None:
        raise NotFound(_("There is nothing at this address."))
    edge.open_link(link.tenant_id)
    locale = db.session.scalar(
        select(Person.locale).where(Person.id == link.person_id, Person.state == "active")
    )
    if locale is None:
        raise NotFound(_("There is nothing at this address."))
    with use_locale(locale):
        found = own_meetings(link.person_id, today() - LOOKS_BACK, limit=MOST)
        return Response(_calendar(found, link.tenant_name), mimetype="text/calendar")


def _calendar(found: list[Coming], tenant_name: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//jiceng//meetings//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", tenant_name)
    calendar.add("refresh-interval;value=duration", "PT1H")
    for one in found:
        calendar.add_component(_entry(one))
    return bytes(calendar.to_ical())


def _entry(one: Coming) -> Event:
    begins = _at(one, one.starts_at)
    entry = Event()
    entry.add("uid", f"meeting-{one.id}@{settings().base_url.split('://', 1)[-1]}")
    entry.add("dtstamp", now())
    entry.add("dtstart", begins)
    entry.add("dtend", _at(one, one.ends_at) if one.ends_at else begins + USUAL)
    entry.add("summary", one.title)
    entry.add("description", f"{one.unit_name}\n{one.kind_name}")
    if one.place:
        entry.add("location", one.place)
    entry.add("url", f"{settings().base_url}/meetings/{one.id}/invitation")
    entry.add("status", "CONFIRMED")
    return entry


def _at(one: Coming, clock: time) -> datetime:
    return datetime.combine(one.on_date, clock, ZONE)
