"""The audit trail: who did what to which object, when, from which session; by person, object, verb and day."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from flask import Blueprint, Response, render_template, request

from services.web.edge import actor, requires
from shared.access.permissions import Permission
from shared.audit import (
    OBJECTS,
    VERBS,
    AuditEntry,
    TrailFilter,
    actors_seen,
    object_text,
    record,
    trail,
    verb_text,
)
from shared.clock import ZONE, local, today
from shared.db import db, transaction
from shared.exports.lists.audit import detail_text
from shared.i18n import _

blueprint = Blueprint("audit", __name__)

PAGE = 50
#: Rows read at a time while a file is written out, and rows of one file.
CHUNK = 2000
MOST = 200_000
#: A cell that begins so would be taken for a formula by a spreadsheet.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE)


def filter_asked() -> tuple[TrailFilter, dict[str, str]]:
    """The filter and the words of the address it came from."""
    since, until = _day("since"), _day("until")
    given = TrailFilter(
        person_id=_number("person"),
        object_type=request.args.get("object", "")[:40],
        object_id=_number("object_id"),
        verb=request.args.get("verb", "")[:60],
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until and until < date.max else None,
    )
    said = {
        "person": given.person_id,
        "object": given.object_type,
        "object_id": given.object_id,
        "verb": given.verb,
        "since": since,
        "until": until,
    }
    return given, {name: str(value) for name, value in said.items() if value}


def _cursor() -> tuple[datetime, int] | None:
    """The last row shown, as `instant~id`."""
    at, _mark, key = request.args.get("before", "").partition("~")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    known = instant.tzinfo is not None and key.isascii() and key.isdigit() and len(key) < 16
    return (instant, int(key)) if known else None


@blueprint.get("/audit")
@requires(Permission.AUDIT_VIEW)
def index() -> str:
    given, said = filter_asked()
    found = trail(given, limit=PAGE + 1, before=_cursor())
    shown = found[:PAGE]
    return render_template(
        "audit/index.html",
        entries=shown,
        said=said,
        people=actors_seen(),
        verbs=sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda row: row[1]),
        next_before=f"{shown[-1].at.isoformat()}~{shown[-1].id}" if len(found) > PAGE else None,
        verb_text=verb_text,
        detail_text=detail_text,
        object_text=object_text,
    )


@blueprint.get("/audit/export")
@requires(Permission.AUDIT_VIEW)
def export() -> Response:
    """The filtered trail as CSV, read in chunks; a longer one than MOST says where it is cut."""
    given, said = filter_asked()
    with transaction():
        record(actor(), verb="audit.export", object_type="audit_entry", detail=_noted(said))
    answer = Response("".join(_rows(given)), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{today()}.csv"'
    return answer


def _noted(said: dict[str, str]) -> dict[str, str]:
    """The filter as the trail keeps it: keys, days and words of ours; never what somebody typed into the address."""
    known = {"object": OBJECTS, "verb": VERBS}
    return {name: value for name, value in said.items() if name not in known or value in known[name]}


def _rows(given: TrailFilter) -> Iterator[str]:
    # Spreadsheets take the mark at the start for UTF-8.
    head = [
        _("When"),
        _("Who"),
        _("Act"),
        _("Object"),
        _("Object no."),
        _("Unit no."),
        _("Session"),
        _("Detail"),
    ]
    yield "\ufeff" + _line(head)
    before: tuple[datetime, int] | None = None
    for _chunk in range(MOST // CHUNK):
        found = trail(given, limit=CHUNK, before=before)
        yield "".join(_line(_cells(entry)) for entry in found)
        db.session.expunge_all()
        if len(found) < CHUNK:
            return
        before = found[-1].at, found[-1].id
    yield _line([_("Cut after %(n)s rows; narrow the days to have the others.", n=MOST)])


def _cells(entry: AuditEntry) -> list[object]:
    return [
        local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        entry.actor_name,
        verb_text(entry.verb),
        object_text(entry.object_type),
        entry.object_id or "",
        entry.unit_id or "",
        entry.session_id,
        detail_text(entry),
    ]


def _line(cells: Sequence[object]) -> str:
    """One line of CSV whose cells no spreadsheet takes for a formula."""
    texts = [str(cell) for cell in cells]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(
        ["'" + text if text.startswith(RISKY) else text for text in texts]
    )
    return out.getvalue()
