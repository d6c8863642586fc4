"""Papers are asked for by a person, made by a worker, and noted one by one."""

from collections.abc import Sequence

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.documents.jobs import PRINT
from shared.documents.models import Document
from shared.documents.queries.papers import printable_units
from shared.documents.reports import REPORTS
from shared.errors import Forbidden, Invalid
from shared.files import store
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.organisations.models import Unit

#: One job prints at most so many units.
MOST = 20_000


def print_unit(
    actor: Actor, unit: Unit, *, year: int, report: str = "ledger", form_key: str | None = None
) -> Job:
    """Have one unit's paper made. Raises Forbidden outside the actor's reach."""
    if not actor.can(Permission.DOCUMENT_PRINT, unit.path):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return _ask(actor, [unit.id], year=year, report=report, place=unit, one=True, form_key=form_key)


def print_units(
    actor: Actor,
    *,
    year: int,
    below: Unit | None = None,
    report: str = "ledger",
    form_key: str | None = None,
) -> Job:
    """Have the papers of every unit in the actor's reach (and below a unit) made, as one zip.

    Raises Invalid where no unit keeps a ledger of that year.
    """
    unit_ids = printable_units(actor, year=year, below=below.path if below else None)
    if not unit_ids:
        raise Invalid(_("No unit here keeps a ledger of %(year)s.", year=year))
    if len(unit_ids) > MOST:
        raise Invalid(_("At most %(n)s units at once; choose a part of the tree.", n=MOST))
    return _ask(actor, unit_ids, year=year, report=report, place=below, one=False, form_key=form_key)


def _ask(
    actor: Actor,
    unit_ids: Sequence[int],
    *,
    year: int,
    report: str,
    place: Unit | None,
    one: bool,
    form_key: str | None,
) -> Job:
    where = place.name if place else actor.tenant_name
    job = enqueue(
        actor,
        PRINT,
        args={
            "report": report,
            "year": year,
            "unit_ids": list(unit_ids),
            "bundle": not one,
            "locale": actor.locale,
        },
        subject=_("%(where)s, %(report)s %(year)s", where=where, report=REPORTS[report].name, year=year),
        unit_id=place.id if place else None,
        form_key=form_key,
    )
    job.total_count = len(unit_ids)
    return job


def keep_paper(
    *, unit: Unit, year: int, report: str, job_id: int, requested_by: int | None, data: bytes
) -> Document:
    """Store one finished paper in the running transaction. A second one of the same unit and job is a Conflict."""
    file = store(
        data,
        name=paper_name(unit, year=year, report=report) + ".pdf",
        media_type="application/pdf",
        purpose="ledger",
        unit_id=unit.id,
        created_by=requested_by,
    )
    document = Document(report=report, year=year, unit_id=unit.id, file_id=file.id, job_id=job_id)
    db.session.add(document)
    db.session.flush()
    return document


def paper_name(unit: Unit, *, year: int, report: str) -> str:
    """The file name without its ending; what file systems refuse is left out."""
    return _file_name(
        _("%(where)s, %(report)s %(year)s", where=unit.name, report=REPORTS[report].name, year=year)
    )


def bundle_name(subject: str) -> str:
    return _file_name(subject) + ".zip"


def _file_name(text: str) -> str:
    return "".join(sign for sign in text if sign not in '\\/:*?"<>|' and sign.isprintable())[:120]


def finished_units(job_id: int) -> set[int]:
    """The units whose paper of this job is there already."""
    return set(db.session.scalars(select(Document.unit_id).where(Document.job_id == job_id)))
