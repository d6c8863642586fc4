"""`jiceng tenant create` and `jiceng operator invite`: what the operator's pages do."""

import click
from flask.cli import AppGroup

from services.web.commands.edge import operating, spoken
from shared.accounts.actions.links import unsent
from shared.accounts.actions.operating import invite_operator, open_new
from shared.accounts.jobs import post_soon
from shared.db import after_commit, transaction
from shared.settings import settings
from shared.tenancy import platform

tenant = AppGroup("tenant", help="Tenants of this platform.")
operator = AppGroup("operator", help="Platform operators.")


@tenant.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(["bureau", "union"]), required=True, help="What it is.")
@click.option("--admin-name", required=True, help="Name of its first administrator.")
@click.option("--admin-mail", required=True, help="Where the first link goes.")
@click.option(
    "--as", "identifier", required=True, metavar="LOGIN", help="The platform operator who opens it."
)
def create(name: str, kind: str, admin_name: str, admin_mail: str, identifier: str) -> None:
    """Open a tenant and print the link for its first administrator; the same kind of link goes by mail."""
    with operating(identifier) as actor:
        with transaction():
            opened, secret = open_new(
                actor, kind=kind, name=name, admin_name=admin_name, admin_mail=admin_mail
            )
            for token_id in unsent(limit=5):
                after_commit(post_soon(token_id))
        click.echo(f"{opened.id}\t{opened.name}")
        click.echo(f"{settings().base_url}/invitation/{secret}")


@operator.command("invite")
@click.argument("mail")
def invite(mail: str) -> None:
    """Print the link for a platform operator. For whoever holds this machine: the first operator comes from here."""
    with platform(), spoken(), transaction():
        secret = invite_operator(None, address=mail)
    click.echo(f"{settings().base_url}/invitation/{secret}")
