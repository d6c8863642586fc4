"""`jiceng duties plan YEAR`: what the page's button does, at once."""

import click

from services.web.commands.edge import acting
from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import transaction
from shared.duties.actions import adopt_pack, plan_year
from shared.i18n import _
from shared.tenants.queries import open_tenant


@click.group()
def duties() -> None:
    """The duties of a year."""


@duties.command()
@click.argument("year", type=click.IntRange(2000, 2199))
@acting(Permission.DUTY_PLAN)
def plan(actor: Actor, year: int) -> None:
    """Plan YEAR for every unit; planning again changes only what differs."""
    with transaction():
        adopt_pack(actor, pack=open_tenant().kind)
        planned = plan_year(actor, year=year)
    click.echo(
        _(
            "Duties planned: %(added)s added, %(mended)s changed, %(withdrawn)s withdrawn",
            **planned.counts(),
        )
    )
