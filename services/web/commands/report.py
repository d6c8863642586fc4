"""`jiceng report UNIT YEAR -o FILE`: one unit's ledger and score sheet as PDF, set by a running worker."""

import time
from pathlib import Path

import click
from sqlalchemy import select

from services.web.commands.edge import acting
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.documents.actions import print_unit
from shared.files import File, read
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.models import Unit

#: Seconds between two looks at the job.
PAUSE = 0.5


@click.command()
@click.argument("unit", metavar="UNIT")
@click.argument("year", type=click.IntRange(2000, 2199))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--wait", default=120, show_default=True, help="Seconds to wait for a worker.")
@acting(Permission.DOCUMENT_PRINT)
def report(*, actor: Actor, unit: str, year: int, output: Path, wait: int) -> None:
    """Print the ledger and score sheet of UNIT (its number or name) for YEAR."""
    found = _unit(actor, unit)
    with transaction():
        job_id = print_unit(actor, found, year=year).id
    job = _finished(job_id, wait)
    if job.state == "failed":
        raise click.ClickException(_(job.problem or ""))
    file = db.session.scalars(select(File).where(File.id == job.file_id)).one()
    output.write_bytes(read(file))
    click.echo(f"{output}: {file.size} bytes")


def _unit(actor: Actor, text: str) -> Unit:
    if text.isascii() and text.isdigit():
        return fetch(Unit, int(text), actor=actor, may=Permission.DOCUMENT_PRINT)
    keys = list(db.session.scalars(select(Unit.id).where(Unit.name == text).limit(2)))
    if len(keys) != 1:
        raise click.ClickException(_("There is no such unit, or its name is not unique; give its number."))
    return fetch(Unit, keys[0], actor=actor, may=Permission.DOCUMENT_PRINT)


def _finished(job_id: int, wait: int) -> Job:
    until = time.monotonic() + wait
    while True:
        job = db.session.scalars(
            select(Job).where(Job.id == job_id).execution_options(populate_existing=True)
        ).one()
        # The next look must see what the worker has written meanwhile.
        db.session.rollback()
        if job.state in ("done", "failed", "cancelled"):
            return job
        if time.monotonic() > until:
            raise click.ClickException(
                _("No worker has finished it yet; the result will stand under background jobs.")
            )
        time.sleep(PAUSE)
