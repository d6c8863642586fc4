"""`jiceng remind`: what the sweep does for one tenant, now."""

import click

from services.web.commands.edge import acting
from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Forbidden
from shared.i18n import _
from shared.reminders.actions.digest import remind_due


@click.command()
@acting(Permission.REMINDER_SEND)
def remind(actor: Actor) -> None:
    """Plan today's reminders, put them into digests and hand them to the worker."""
    if not actor.can(Permission.REMINDER_SEND):
        raise Forbidden(_("Only whoever is responsible for the whole organisation may do this."))
    with transaction():
        planned, messages = remind_due(actor)
    click.echo(_("%(n)s reminders planned, %(m)s messages handed to the worker.", n=planned, m=messages))
