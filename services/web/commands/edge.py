"""The edge of the command line: `--tenant` and `--as` open a tenant and name an actor, with the rights of the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import click
from flask.cli import with_appcontext

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.queries import login_actor, login_by_identifier, seated_actor
from shared.clock import today
from shared.db import db
from shared.errors import Problem
from shared.i18n import _, use_locale
from shared.tenancy import as_login, platform, tenant
from shared.tenants.queries import tenant_by_name

F = TypeVar("F", bound=Callable[..., Any])
#: Stands in the audit trail where a page would name its session.
SESSION = "command-line"


@contextmanager
def spoken() -> Iterator[None]:
    """A refusal becomes one line and exit code 1, never a stack trace."""
    try:
        yield
    except Problem as problem:
        lines = [str(problem), *(f"{field}: {text}" for field, text in problem.fields.items())]
        raise click.ClickException("\n".join(line for line in lines if line)) from problem
    finally:
        db.session.remove()


def _login(identifier: str) -> tuple[int, int, str]:
    with as_login(identifier=identifier.strip().lower()):
        found = login_by_identifier(identifier)
        known = None if found is None else (found.id, found.epoch, found.locale)
        db.session.remove()
    if known is None:
        raise click.ClickException(_("There is no such account."))
    return known


def _tenant(name: str) -> int:
    with platform():
        found = tenant_by_name(name)
        db.session.remove()
    if found is None:
        raise click.ClickException(
            _("There is no such organisation, or its name is not unique; give its number.")
        )
    return found


@contextmanager
def seated(tenant_name: str, identifier: str, permission: Permission) -> Iterator[Actor]:
    """Open a tenant (number or name) for a login that has the right there."""
    login_id, epoch, locale = _login(identifier)
    tenant_id = _tenant(tenant_name)
    with use_locale(locale), tenant(tenant_id, login_id=login_id), spoken():
        actor = seated_actor(login_id=login_id, epoch=epoch, session_id=SESSION, on=today())
        db.session.rollback()
        if actor is None:
            raise click.ClickException(
                _("This account has no place there, or the organisation is suspended.")
            )
        if not actor.may(permission):
            raise click.ClickException(_("Your role does not include this."))
        yield actor


@contextmanager
def operating(identifier: str) -> Iterator[Actor]:
    """Act as a platform operator, in the platform's own scope."""
    login_id, epoch, locale = _login(identifier)
    with as_login(login_id=login_id):
        actor = login_actor(login_id=login_id, epoch=epoch, session_id=SESSION)
        db.session.remove()
    if actor is None or not actor.may(Permission.TENANT_MANAGE):
        raise click.ClickException(_("Your role does not include this."))
    with use_locale(locale), platform(), spoken():
        yield actor


def acting(permission: Permission) -> Callable[[F], F]:
    """Give a command `--tenant` and `--as`; its function gets `actor=` with the tenant already open."""

    def decorate(function: F) -> F:
        @click.option("--tenant", "tenant_name", required=True, metavar="ID|NAME", help="The organisation.")
        @click.option("--as", "identifier", required=True, metavar="LOGIN", help="Whose rights are used.")
        @wraps(function)
        def command(*args: Any, tenant_name: str, identifier: str, **kwargs: Any) -> Any:
            with seated(tenant_name, identifier, permission) as actor:
                return function(*args, actor=actor, **kwargs)

        return with_appcontext(command)  # type: ignore[return-value]

    return decorate
