"""The edge of the pages: cookie → login → seat → tenant; right → view; error → page.

The tenant is opened here for signed sessions and signed links, and nowhere else in the pages.
"""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from flask import Flask, Response, g, redirect, request, session, url_for
from sqlalchemy import select, text
from werkzeug.wrappers import Response as BaseResponse

from services.web.errors import StaleSession, answer_errors
from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.queries import login_actor, seated_actor
from shared.clock import now, today
from shared.db import db
from shared.errors import Forbidden, Unauthenticated
from shared.i18n import DEFAULT, LOCALES, _, use_locale
from shared.tenancy import as_login, tenant

log = structlog.get_logger()

P = ParamSpec("P")
R = TypeVar("R")

#: A fresh sign-in is asked for dangerous acts after this many seconds.
FRESH_SECONDS = 15 * 60

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


def requires(
    permission: Permission | None, *, fresh: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view by one right. None: open to everybody (the door pages); the matrix test knows them by it.

    `fresh`: the password was given within the last fifteen minutes, or the person is asked for it again.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission is not None:
                actor: Actor | None = g.get("actor")
                if actor is None:
                    raise Unauthenticated(_("Sign in to go on."))
                if not actor.may(permission):
                    raise Forbidden(_("Your role does not include this."))
                if fresh and not is_fresh():
                    raise StaleSession
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def is_fresh() -> bool:
    return now().timestamp() - float(session.get("fresh_at", 0)) < FRESH_SECONDS


def sign_in(login_id: int, epoch: int, *, tenant_id: int | None, locale: str) -> None:
    """Begin a session. The cookie holds keys and times only; rights are read afresh at each request."""
    kept = {"locale": session.get("locale", locale)}
    session.clear()
    session.update(
        login_id=login_id,
        epoch=epoch,
        tenant_id=tenant_id,
        session_id=secrets.token_hex(8),
        fresh_at=now().timestamp(),
        **kept,
    )
    session.permanent = True


def choose_tenant(tenant_id: int | None) -> None:
    """Sit down in another seat of the same login."""
    session["tenant_id"] = tenant_id


def _read_actor() -> Actor | None:
    """The actor of the session in the tenant now open, by one query of its own short transaction."""
    login_id, epoch = session.get("login_id"), session.get("epoch")
    if login_id is None or epoch is None:
        return None
    session_id = str(session.get("session_id", ""))
    if session.get("tenant_id") is None:
        actor = login_actor(login_id=login_id, epoch=epoch, session_id=session_id)
    else:
        actor = seated_actor(login_id=login_id, epoch=epoch, session_id=session_id, on=today())
    db.session.rollback()
    return actor


def _open() -> None:
    """Before each request: language, tenant, actor."""
    stack = ExitStack()
    g.edge = stack
    g.actor = None
    g.request_id = secrets.token_hex(4)
    locale = session.get("locale") or request.accept_languages.best_match(
        ["zh-Hans", "zh-CN", "zh-Hant", "zh-TW", "en"], default="zh-Hans"
    )
    chosen = {"zh-CN": DEFAULT, "zh-Hans": DEFAULT, "zh-Hant": "zh_Hant", "zh-TW": "zh_Hant"}.get(
        locale, locale
    )
    stack.enter_context(use_locale(chosen if chosen in LOCALES else DEFAULT))
    if request.endpoint in {"static", "health.healthz"}:
        return
    login_id, tenant_id = session.get("login_id"), session.get("tenant_id")
    if login_id is None:
        return
    if tenant_id is None:
        stack.enter_context(as_login(login_id=login_id))
    else:
        stack.enter_context(tenant(tenant_id, login_id=login_id))
    g.actor = _read_actor()
    if g.actor is None:
        # The session is over: signed out everywhere, seat ended, tenant suspended.
        stack.close()
        g.edge = ExitStack()
        g.edge.enter_context(use_locale(session.get("locale")))
        session.clear()


def _close(_error: BaseException | None) -> None:
    """After each request: end the transaction, then close the tenant."""
    db.session.remove()
    stack: ExitStack | None = g.pop("edge", None)
    if stack is not None:
        stack.close()


def leave_tenant() -> None:
    """Close what the session opened, so that the door pages can open a login or a link instead."""
    db.session.remove()
    g.edge.close()
    g.edge = ExitStack()
    g.edge.enter_context(use_locale(session.get("locale")))
    g.actor = None


def open_link(tenant_id: int) -> None:
    """Open the tenant that a signed, purpose-bound link names, until the end of this request."""
    leave_tenant()
    g.edge.enter_context(tenant(tenant_id))


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def wants_fragment() -> bool:
    """htmx asked for a part of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def attach(app: Flask) -> None:
    """Hang the edge into an app."""
    app.before_request(_open)
    app.teardown_request(_close)
    app.after_request(_headers)
    answer_errors(app)


def database_answers() -> bool:
    return db.session.execute(select(text("1"))).scalar() == 1


def actor() -> Actor:
    """The acting person; views behind `requires` have one."""
    found: Actor | None = g.actor
    if found is None:
        raise Unauthenticated(_("Sign in to go on."))
    return found


def back(fallback: str, **values: Any) -> BaseResponse:
    """See the page the form came from, or the fallback endpoint (POST → 303 → GET)."""
    return redirect(url_for(fallback, **values), 303)
