"""Writing a list: at once where it is short, in the background where it is long."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now, today
from shared.errors import Invalid
from shared.exports.jobs import WRITE
from shared.exports.lists import List, pack
from shared.exports.workbook import Contents, write_workbook
from shared.i18n import _, current_locale
from shared.jobs import Job, enqueue

#: Longer lists are written in the background.
AT_ONCE = 2000
#: What a file of this noun is kept for, and how many days.
PURPOSE = "export"
KEPT_DAYS = 7
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished workbook, or the job that writes it."""

    name: str
    rows: int = 0
    data: bytes = b""
    job: Job | None = None


def file_name(listed: List[Any, Any]) -> str:
    return f"{listed.title} {today()}.xlsx"


def export(actor: Actor, listed: List[Any, Any], given: Any, *, form_key: str) -> Exported:
    """All rows of the filter in the actor's reach, as the page shows them; above AT_ONCE rows as a job.

    A form sent twice is one job (Conflict). Raises Invalid where the list is long and the actor has no page of jobs.
    """
    rows = list(islice((row for chunk in listed.chunks(actor, given) for row in chunk), AT_ONCE + 1))
    if len(rows) <= AT_ONCE:
        stream = io.BytesIO()
        fill(stream, actor, listed, given, chunks=[rows])
        note(actor, listed, len(rows))
        return Exported(file_name(listed), len(rows), stream.getvalue())
    if not actor.may(Permission.JOB_VIEW):
        raise Invalid(_("The list has more than %(n)s rows. Narrow the filter.", n=f"{AT_ONCE:,}"))
    job = enqueue(
        actor,
        WRITE,
        args={"list": listed.name, "filter": pack(listed, given), "locale": current_locale()},
        subject=str(listed.title),
        form_key=f"export:{form_key}",
    )
    return Exported(file_name(listed), job=job)


def note(actor: Actor, listed: List[Any, Any], rows: int) -> None:
    """Who took which list, and how long it was; the filter may hold what no trail keeps."""
    record(actor, verb="list.export", object_type="list", detail={"list": listed.name, "rows": rows})


def fill(
    handle: BinaryIO,
    actor: Actor,
    listed: List[Any, Any],
    given: Any,
    *,
    chunks: Iterable[Sequence[Any]] | None = None,
    beat: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write the workbook of the list into `handle`; returns how many rows it has."""
    begun = now()

    def notes(rows: int) -> list[tuple[str, Any]]:
        return [
            (_("List"), str(listed.title)),
            (_("Organisation"), actor.tenant_name),
            *listed.said(actor, given),
            (_("Number of rows"), rows),
            (_("As of"), begun),
            (_("Exported by"), actor.name),
            (_("Extent"), _("Every row of this filter within the duties of whoever exported it.")),
        ]

    contents = Contents(
        title=str(listed.title),
        columns=listed.columns(actor, given),
        chunks=listed.chunks(actor, given) if chunks is None else chunks,
        notes=notes,
    )
    return write_workbook(handle, contents, beat=beat)
