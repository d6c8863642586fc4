"""Who may be seen by the database right now.

A `Scope` is what the session tells PostgreSQL at the start of each transaction; the row-level policies read it.
It is opened at four edges and nowhere else: the signed session, a signed link, the task envelope, the command line.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from shared.errors import NoTenant, TenantSwitch


@dataclass(frozen=True, slots=True)
class Scope:
    """What one transaction may see. Empty: nothing at all."""

    tenant_id: int | None = None
    #: The login that is signed in, and the identifier that is just signing in.
    login_id: int | None = None
    identifier: str | None = None
    #: True: the platform's own tables (links, attempts, tenants), and no tenant's table.
    platform: bool = False

    def settings(self) -> dict[str, str]:
        """The values of app.* for set_config; '' where nothing is open."""
        return {
            "tenant_id": str(self.tenant_id or ""),
            "login_id": str(self.login_id or ""),
            "identifier": self.identifier or "",
            "scope": "platform" if self.platform else "",
        }


NOTHING = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=NOTHING)
#: The scope that the running transaction was begun with; set and cleared by shared.db.
_pinned: ContextVar[Scope | None] = ContextVar("pinned", default=None)


def current_scope() -> Scope:
    return _scope.get()


def pin(scope: Scope | None) -> None:
    """Remember the scope of the running transaction (None: no transaction). Called by shared.db only."""
    _pinned.set(scope)


@contextmanager
def _opened(scope: Scope) -> Iterator[Scope]:
    pinned = _pinned.get()
    if pinned is not None and pinned != scope:
        raise TenantSwitch(f"a transaction of {pinned} is running; it cannot become one of {scope}")
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


@contextmanager
def tenant(tenant_id: int, *, login_id: int | None = None) -> Iterator[Scope]:
    """Open one tenant. Raises TenantSwitch inside a running transaction of another scope."""
    with _opened(Scope(tenant_id=tenant_id, login_id=login_id)) as scope:
        yield scope


@contextmanager
def platform() -> Iterator[Scope]:
    """Open the platform's own tables; no tenant's table shows a row here."""
    with _opened(Scope(platform=True)) as scope:
        yield scope


@contextmanager
def as_login(*, login_id: int | None = None, identifier: str | None = None) -> Iterator[Scope]:
    """See one login and its seats, by its key or by the identifier now signing in; no tenant is open."""
    with _opened(Scope(login_id=login_id, identifier=identifier)) as scope:
        yield scope


def current_tenant() -> int:
    """The open tenant's id. Raises NoTenant when none is open."""
    tenant_id = _scope.get().tenant_id
    if tenant_id is None:
        raise NoTenant("no tenant is open")
    return tenant_id
