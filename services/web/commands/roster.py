"""`jiceng roster import FILE`: what the pages of imports do, the worker's part waited for."""

import secrets
import time
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from services.web.commands.edge import acting
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.commit import order_commit
from shared.imports.actions.upload import upload
from shared.imports.models import Batch
from shared.settings import settings

roster = AppGroup("roster", help="Rosters of people and units.")
WORKING = frozenset(("reading", "committing", "undoing"))


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="Commit the rows without a question at once.")
@click.option(
    "--counts-from",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day from which new units owe their duties; by default the first of January.",
)
@click.option("--timeout", type=click.IntRange(1, 3600), default=600, help="Seconds to wait for the worker.")
@acting(Permission.IMPORT_RUN)
def import_(file: Path, *, commit: bool, counts_from: datetime | None, timeout: int, actor: Actor) -> None:
    """Check FILE; with --commit write its good rows. Prints the counts and the address of the page."""
    with transaction():
        batch_id = upload(actor, data=file.read_bytes(), name=file.name, form_key=secrets.token_hex(12)).id
    address = f"{settings().base_url}/imports/{batch_id}"
    state = _wait(actor, batch_id, timeout)
    if state == "staged" and commit:
        with transaction():
            batch = fetch(Batch, batch_id, actor=actor, may=Permission.IMPORT_RUN, lock=True)
            day: date | None = counts_from.date() if counts_from else None
            order_commit(actor, batch, counts_from=day)
        state = _wait(actor, batch_id, timeout)
    batch = fetch(Batch, batch_id, actor=actor, may=Permission.IMPORT_RUN)
    if batch.state == "failed":
        raise click.ClickException(_(batch.problem or ""))
    _say(batch)
    click.echo(address)
    if state in WORKING:
        raise click.ClickException(_("The worker has not come to it yet; the page shows how far it is."))


def _wait(actor: Actor, batch_id: int, timeout: int) -> str:
    """Ask until no job is at work on the batch; its state then, or when the time is over."""
    until = time.monotonic() + timeout
    while True:
        batch = fetch(Batch, batch_id, actor=actor, may=Permission.IMPORT_RUN)
        job = queries.job_of(batch)
        state, given_up = batch.state, job is not None and job.state in {"failed", "cancelled"}
        problem = job.problem if job is not None else None
        db.session.rollback()
        db.session.expire_all()
        if given_up and state in WORKING:
            raise click.ClickException(_(problem or "The work was interrupted and nothing was written"))
        if state not in WORKING or time.monotonic() > until:
            return state
        time.sleep(0.3)


def _say(batch: Batch) -> None:
    counts: dict[str, int] = {}
    for one in batch.counts.get("sheets", {}).values():
        for verdict, count in one.items():
            counts[verdict] = counts.get(verdict, 0) + count
    for verdict in ("new", "change", "same", "question", "bad", "skip"):
        click.echo(f"{verdict}\t{counts.get(verdict, 0)}")
    job = queries.job_of(batch)
    if batch.committed_at and job is not None:
        for name, count in job.result.items():
            click.echo(f"{name}\t{count}")
