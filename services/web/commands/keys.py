"""`jiceng keys`: a new data key for a tenant, a new instance key for the platform. For whoever holds this machine."""

import click
from cryptography.exceptions import InvalidTag
from flask.cli import AppGroup
from sqlalchemy import select

from services.web.commands.edge import spoken
from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.sealing import bare_key
from shared.settings import settings
from shared.tenancy import platform, tenant
from shared.tenants.actions import begin_rotation, order_resealing, rewrap
from shared.tenants.queries import all_tenant_ids, all_tenants, tenant_by_name
from shared.transfers.models import Exchange

keys = AppGroup("keys", help="The keys under which numbers and files are kept.")


def _tenant_id(name: str) -> int:
    with platform(), spoken():
        found = tenant_by_name(name)
    if found is None:
        raise click.ClickException("There is no such tenant, or its name is not unique; give its number.")
    return found


@keys.command("rotate")
@click.option("--tenant", "name", required=True, metavar="ID|NAME", help="Whose data key is replaced.")
def rotate(name: str) -> None:
    """Give a tenant a new data key and have everything sealed anew in the background.

    May be repeated at any time: a rotation that is under way goes on, and no second one begins.
    """
    tenant_id = _tenant_id(name)
    with platform(), spoken(), transaction():
        begun = begin_rotation(SYSTEM, tenant_id=tenant_id)
    with tenant(tenant_id), spoken(), transaction():
        job = order_resealing(SYSTEM)
        job_id = None if job is None else job.id
    click.echo("new key in use" if begun else "a rotation is under way; it goes on")
    click.echo("a background job is at it already" if job_id is None else f"background job {job_id}")


@keys.command("status")
def status() -> None:
    """The tenants on which a rotation or the wrapping by the present instance key is not finished."""
    with platform(), spoken():
        for one, _usage in all_tenants():
            if one.former_key is not None:
                click.echo(f"{one.id}\t{one.name}\tits values are being sealed anew")
            if not _opens(one.wrapped_key):
                click.echo(f"{one.id}\t{one.name}\tits key is wrapped by another instance key")
        db.session.rollback()


@keys.command("rewrap")
def rewrap_all() -> None:
    """Wrap every tenant's keys by INSTANCE_KEY instead of INSTANCE_KEY_FORMER. May be interrupted and repeated."""
    former = settings().instance_key_former
    if former is None:
        raise click.ClickException(
            "INSTANCE_KEY_FORMER is not set: give the instance key that was used so far."
        )
    with platform(), spoken():
        tenant_ids = all_tenant_ids()
        db.session.rollback()
    done = 0
    for tenant_id in tenant_ids:
        try:
            with platform(), spoken(), transaction():
                done += rewrap(SYSTEM, tenant_id=tenant_id, former=former)
        except InvalidTag as error:
            raise click.ClickException(
                f"Neither instance key opens the key of tenant {tenant_id}. The tenants before it are done."
            ) from error
    click.echo(f"{done} of {len(tenant_ids)} tenants wrapped anew")
    waiting = [found for tenant_id in tenant_ids if (found := _on_their_way(tenant_id))]
    if waiting:
        click.echo(
            f"{sum(number for number, _last in waiting)} transfers between tenants are still under the former key:"
            f" keep INSTANCE_KEY_FORMER until they are answered, at the latest {max(last for _n, last in waiting)}."
        )


def _on_their_way(tenant_id: int) -> tuple[int, str] | None:
    """Transfers that this tenant has sent and that only the former instance key opens: how many, until when."""
    with tenant(tenant_id), spoken():
        rows = db.session.execute(
            select(Exchange.wrapped_key, Exchange.expires_on).where(
                Exchange.tenant_id == tenant_id, Exchange.state == "sent", Exchange.expires_on >= today()
            )
        ).all()
        db.session.rollback()
    last = [row.expires_on.isoformat() for row in rows if not _opens(row.wrapped_key)]
    return (len(last), max(last)) if last else None


def _opens(wrapped: bytes) -> bool:
    try:
        bare_key([settings().instance_key], wrapped)
    except InvalidTag:
        return False
    return True
