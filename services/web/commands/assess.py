"""`jiceng assess [YEAR]`: count the scores of one's reach."""

import click

from services.web.commands.edge import acting
from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.assessments.actions import score_units
from shared.clock import today
from shared.db import transaction
from shared.i18n import _


@click.command()
@click.argument("year", type=click.IntRange(2000, 2199), required=False)
@acting(Permission.SCORE_RUN)
def assess(*, actor: Actor, year: int | None) -> None:
    """Count the scores of YEAR (the present one by default) as of today."""
    chosen = year or today().year
    paths = [reached.path for reached in actor.reaches(Permission.SCORE_RUN)]
    with transaction():
        lines = score_units(
            actor, year=chosen, paths=None if None in paths else [path for path in paths if path]
        )
    click.echo(_("%(year)s: %(n)s lines counted", year=chosen, n=lines))
