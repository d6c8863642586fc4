"""The database: one session a request or task, one commit a handler.

`with transaction():` is the only commit. `after_commit(f)` runs f when it is through, from this one place.
Every transaction first tells PostgreSQL its scope (shared.tenancy), also when the scope is empty.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask, current_app, has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    event,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.db.tables import load_tables
from shared.errors import Conflict, NoTenant
from shared.settings import Settings
from shared.tenancy import current_scope, pin

#: Every constraint has a name, so that a refusal can be told apart and a migration can find it.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


#: What a tenant-owned row gets as its tenant: the open one. Python never writes it.
OPEN_TENANT = "nullif(current_setting('app.tenant_id', true), '')::bigint"


class TenantOwned:
    """A row that belongs to one tenant: key (tenant_id, id), walled by shared.db.policies."""

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, server_default=text(OPEN_TENANT), sort_order=-2
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)


def references(column: str, target: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """The composite key (tenant_id, column) → (tenant_id, id) of `target`: a neighbour's row cannot be named."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], ondelete=ondelete
    )


def owned_by_tenant() -> ForeignKeyConstraint:
    """The key of a root table to its tenant; the others reach it through their roots."""
    return ForeignKeyConstraint(["tenant_id"], ["platform.tenant.id"])


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})


def connect(app: Flask, settings: Settings) -> None:
    """Bind the app to the database as the unprivileged role."""
    app.config["SQLALCHEMY_DATABASE_URI"] = driver_url(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 6,
        "max_overflow": 4,
        "pool_pre_ping": True,
        # A traceback in the log names the statement, never the values: they may be a person's.
        "hide_parameters": True,
        # JSON with the schema's own types, and plans that do not depend on the walls' setting.
        "connect_args": {"options": "-c timezone=UTC -c lock_timeout=15s"},
    }
    # A key may point to a table of a later noun, which this process need not know otherwise.
    load_tables()
    db.init_app(app)


def driver_url(url: str) -> str:
    """The same address, spoken through psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


#: Every transaction begins with it: said to the driver as it is, nothing is compiled.
_OPEN = (
    "select set_config('app.tenant_id', %(tenant_id)s, true), set_config('app.login_id', %(login_id)s, true),"
    " set_config('app.identifier', %(identifier)s, true), set_config('app.scope', %(scope)s, true),"
    " set_config('statement_timeout', %(longest)s, true)"
)


def _longest() -> str:
    """How long one statement may take, in ms: a page has an end, a job or a command has none ('0')."""
    return str(current_app.config.get("STATEMENT_TIMEOUT", 0)) if has_request_context() else "0"


@event.listens_for(Session, "after_begin")
def _open_scope(session: Session, transaction: object, connection: Connection) -> None:
    scope = current_scope()
    connection.exec_driver_sql(_OPEN, {**scope.settings(), "longest": _longest()})
    pin(scope)


@event.listens_for(Session, "after_transaction_end")
def _close_scope(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        pin(None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_without_tenant(state: Any) -> None:
    """No tenant open: a tenant's model raises instead of showing an empty table."""
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, TenantOwned) and current_scope().tenant_id is None:
        raise NoTenant(f"{mapper.class_.__name__} asked for while no tenant is open")


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` once the running transaction is through; never when it is rolled back."""
    db.session.info.setdefault("after_commit", []).append(call)


@contextmanager
def transaction() -> Iterator[None]:
    """The one commit of a handler.

    A unique or exclusion constraint that refuses becomes Conflict: somebody else was faster.
    """
    try:
        yield
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        if isinstance(error.orig, psycopg.errors.UniqueViolation | psycopg.errors.ExclusionViolation):
            raise Conflict(constraint_of(error)) from error
        raise
    except BaseException:
        db.session.rollback()
        raise
    finally:
        calls = db.session.info.pop("after_commit", [])
    for call in calls:
        call()


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that refused."""
    diag = getattr(error.orig, "diag", None)
    return str(getattr(diag, "constraint_name", "") or "")


def bare_app(settings: Settings) -> Flask:
    """An app without pages, for the worker and the scheduler."""
    app = Flask("jiceng")
    connect(app, settings)
    return app
