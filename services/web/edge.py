"""The edge of the pages: cookie → login → seat → tenant; right → view; error → page.

The tenant is opened here for signed sessions and signed links, and nowhere else in the pages.
"""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from flask import Flask, Response, flash, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy import select, text
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.queries import login_actor, seated_actor
from shared.clock import now, today
from shared.db import db
from shared.errors import Forbidden, Problem, Unauthenticated
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


class StaleSession(Exception):
    """A dangerous act needs the password once more."""


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


def _problem_page(status: int, text: str, *, title: str) -> tuple[str, int]:
    return (
        render_template(
            "error.html", status=status, title=title, text=text, reference=g.get("request_id", "")
        ),
        status,
    )


def _title(status: int) -> str:
    return {
        400: _("The request could not be read"),
        401: _("Signed out"),
        403: _("Not within your duties"),
        404: _("Not found"),
        405: _("Not possible here"),
        409: _("Somebody was faster"),
        413: _("Too large"),
        422: _("Something needs to be corrected"),
        429: _("Too many tries"),
    }.get(status, _("Something went wrong"))


def _on_problem(problem: Problem) -> tuple[str, int] | BaseResponse:
    db.session.rollback()
    if isinstance(problem, Unauthenticated):
        return redirect(
            url_for("accounts.sign_in_page", next=request.full_path if request.method == "GET" else None), 303
        )
    text = str(problem) or _title(problem.status)
    return _problem_page(problem.status, text, title=_title(problem.status))


def _on_stale(_error: StaleSession) -> BaseResponse:
    flash(_("This act asks for your password once more."), "due")
    return redirect(url_for("accounts.confirm_page", next=request.referrer or url_for("today.home")), 303)


def _on_csrf(_error: CSRFError) -> tuple[str, int]:
    return _problem_page(
        400,
        _(
            "The form had waited too long or was sent from elsewhere. Go back, reload the page and send it again;"
            " nothing was saved."
        ),
        title=_title(400),
    )


def _on_http(error: HTTPException) -> tuple[str, int] | BaseResponse:
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    texts = {
        404: _("There is nothing at this address."),
        405: _("This address does not take what was sent."),
        413: _("The file or form is larger than this system takes."),
        429: _("Wait a little before you try again."),
    }
    return _problem_page(status, texts.get(status, _title(status)), title=_title(status))


def _on_unreadable(error: DataError) -> tuple[str, int]:
    """What was sent is no value of the column it was meant for: a NUL, a number beyond all keys."""
    db.session.rollback()
    log.warning(
        "request unreadable", exc_info=error, reference=g.get("request_id"), endpoint=request.endpoint
    )
    return _problem_page(400, _title(400), title=_title(400))


def _on_crash(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    log.error(
        "request failed",
        exc_info=error,
        reference=g.get("request_id"),
        endpoint=request.endpoint,
        kind=type(error).__name__,
    )
    return _problem_page(
        500, _("The fault is ours and has been noted. Nothing was saved by this request."), title=_title(500)
    )


def attach(app: Flask) -> None:
    """Hang the edge into an app."""
    app.before_request(_open)
    app.teardown_request(_close)
    app.after_request(_headers)
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(StaleSession, _on_stale)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(DataError, _on_unreadable)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, _on_crash)


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
