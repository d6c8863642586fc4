"""Pages of reminders: the log, the press of 提醒, the block to paste, the call list."""

import secrets
from dataclasses import replace
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.reminders.views.routes import blueprint, channel_name, day, number
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import local, now
from shared.db import transaction
from shared.duties.queries import DueFilter
from shared.i18n import _
from shared.messages.reasons import reason_text
from shared.reminders.actions.press import Pressed, press
from shared.reminders.queries.calls import LIMIT, call_list
from shared.reminders.queries.log import (
    PAGE,
    LogFilter,
    recent_receipts,
    reminder_counts,
    reminder_log,
)
from shared.reminders.queries.press import not_yet_block, press_ids, press_people, reach_of
from shared.reminders.queries.proof import near
from shared.workdays.queries import open_hours

OUTCOMES = ("lost", "waiting", "sent", "read", "spared")
#: A list of names longer than this is cut, and says so.
NAMES = 500


def _filter() -> DueFilter:
    """The filter of the list that was shown, from the address or the form."""
    fields = {
        name: request.values.get(name, "")
        for name in ("year", "unit_id", "view", "due_before", "due_from", "period", "line", "sector")
    }
    fields["kinds"] = ",".join(part for part in request.values.getlist("kinds") if part)
    return DueFilter.read(fields)


def _back() -> str | None:
    """The page of ours that the form stood on."""
    target = request.form.get("next") or ""
    parts = urlsplit(target)
    own = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
    )
    return target if own and "\n" not in target and "\r" not in target else None


def log_asked() -> tuple[LogFilter, dict[str, int]]:
    """The filter of the log as the address says it, and the counts by outcome."""
    given = LogFilter(day=day("day"), occasion_id=number("occasion"))
    counts = reminder_counts(actor(), given)
    chosen = request.args.get("outcome")
    # What was not delivered comes first, as long as there is something.
    default = "lost" if counts.get("lost") and given.occasion_id is None else ""
    outcome = chosen if chosen in OUTCOMES else "" if chosen == "all" else default
    return LogFilter(outcome, given.day, given.occasion_id), counts


@blueprint.get("/reminders")
@requires(Permission.REMINDER_VIEW)
def index() -> str:
    me = actor()
    given, counts = log_asked()
    lines = reminder_log(me, given, before=number("before"))
    shown = lines[:PAGE]
    return render_template(
        "reminders/index.html",
        lines=shown,
        near=near(me, {line.person_id for line in shown}),
        counts=counts,
        given=given,
        receipts=recent_receipts(me),
        next_before=shown[-1].id if len(lines) > PAGE else None,
        channel_name=channel_name,
        reason_text=reason_text,
        may_press=me.may(Permission.REMINDER_SEND),
    )


@blueprint.get("/reminders/press")
@requires(Permission.REMINDER_SEND)
def preview() -> str:
    given = _filter()
    reach = reach_of(press_ids(actor(), given))
    people = press_people(reach, limit=NAMES + 1)
    return render_template(
        "reminders/press.html",
        preview=reach.counted(),
        people=people[:NAMES],
        cut=len(people) > NAMES,
        given=given,
        hidden=_hidden(given),
        channel_name=channel_name,
    )


def _hidden(given: DueFilter) -> dict[str, str]:
    """What the button of a list sends along."""
    return {**given.fields(), "form_key": secrets.token_hex(12)}


@blueprint.post("/reminders/press")
@requires(Permission.REMINDER_SEND)
def send() -> Response:
    given = _filter()
    form_key = request.form.get("form_key", "")[:64] or secrets.token_hex(12)
    only = request.form.get("only", "")
    if only.isascii() and only.isdigit() and len(only) < 16:
        # One unit of the list that was shown, by the button in its row; each row is a press of its own.
        given, form_key = replace(given, unit_id=int(only)), f"{form_key}-{only}"
    with transaction():
        pressed = press(actor(), given=given, form_key=form_key)
    if pressed.job is not None:
        flash(
            {  # type: ignore[arg-type]
                "title": _("Reminding of %(n)s items in the background", n=pressed.items),
                "address": url_for("jobs.show", job_id=pressed.job.id),
                "word": _("See progress"),
            },
            "run",
        )
    else:
        _say(pressed, request.form.get("expected", ""))
    return redirect(_back() or url_for("reminders.index", occasion=pressed.occasion_id), 303)


def _say(pressed: Pressed, expected: str) -> None:
    """What the press did, beside what the button had said."""
    more = []
    if expected.isascii() and expected.isdigit() and len(expected) < 16 and int(expected) != pressed.units:
        more.append(
            _("Before it, %(n)s units were to be reminded; the others had recorded meanwhile.", n=expected)
        )
    if pressed.without_address:
        more.append(_("%(n)s people have no address and stand in the call list.", n=pressed.without_address))
    at = now()
    opens = open_hours().opens(at)
    if pressed.people and opens > at:
        more.append(
            _(
                "It is quiet now: in the system it stands already, mail and the like go out on %(day)s from %(hour)s.",
                day=local(opens).date(),
                hour=f"{local(opens):%H:%M}",
            )
        )
    if pressed.people:
        title = _("%(people)s people of %(units)s units reminded", people=pressed.people, units=pressed.units)
    else:
        title = _("Nobody was reminded")
        if not pressed.without_address:
            more.append(_("Whoever was reminded today is not reminded again."))
    flash(
        {  # type: ignore[arg-type]
            "title": title,
            "text": "".join(more),
            "address": url_for("reminders.index", occasion=pressed.occasion_id),
            "word": _("See receipts"),
        },
        "ok" if pressed.people else "due",
    )


@blueprint.get("/reminders/block")
@requires(Permission.REMINDER_SEND)
def block() -> str:
    given = _filter()
    ids = press_ids(actor(), given)
    return render_template("reminders/block.html", text=not_yet_block(ids), count=len(ids), given=given)


@blueprint.get("/reminders/call-list")
@requires(Permission.REMINDER_VIEW)
def calls() -> str:
    me = actor()
    found = call_list(me)
    return render_template(
        "reminders/calls.html",
        calls=found[:LIMIT],
        cut=len(found) > LIMIT,
        full=False,
        may_reveal=me.may(Permission.MEMBER_REVEAL),
    )


@blueprint.post("/reminders/call-list")
@requires(Permission.MEMBER_REVEAL)
def calls_in_full() -> str:
    """The same list with whole numbers, to be printed; one row in the audit trail a person. Not kept anywhere."""
    me = actor()
    found = call_list(me, full=True, may=Permission.MEMBER_REVEAL)[:LIMIT]
    with transaction():
        for call in found:
            if call.phone:
                record(
                    me,
                    verb="member.reveal",
                    object_type="person",
                    object_id=call.person_id,
                    detail={"what": "phone", "where": "call_list"},
                )
    return render_template("reminders/calls.html", calls=found, cut=False, full=True, may_reveal=True)
