"""What went wrong, as a page in the reader's language: never a stack trace, and nothing saved by halves."""

import psycopg
import structlog
from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shared.db import db
from shared.errors import Problem, Unauthenticated
from shared.i18n import _

log = structlog.get_logger()


class StaleSession(Exception):
    """The act asks for a fresh sign-in."""


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
        503: _("Stopped: it took too long"),
    }.get(status, _("Something went wrong"))


def _on_problem(problem: Problem) -> tuple[str, int] | Response:
    db.session.rollback()
    if isinstance(problem, Unauthenticated):
        return redirect(
            url_for("accounts.sign_in_page", next=request.full_path if request.method == "GET" else None), 303
        )
    text = str(problem) or _title(problem.status)
    return _problem_page(problem.status, text, title=_title(problem.status))


def _on_stale(_error: StaleSession) -> Response:
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


def _on_http(error: HTTPException) -> tuple[str, int] | Response:
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


def _on_delay(error: OperationalError) -> tuple[str, int]:
    """The database stopped what took longer than a page may, or what waited too long for somebody else's act."""
    if not isinstance(error.orig, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
        return _on_crash(error)
    db.session.rollback()
    log.warning(
        "request stopped",
        reference=g.get("request_id"),
        endpoint=request.endpoint,
        kind=type(error.orig).__name__,
    )
    return _problem_page(
        503,
        _(
            "This took too long and was stopped; nothing was saved. Try again in a minute, or choose fewer units"
            " or a shorter span."
        ),
        title=_title(503),
    )


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


def answer_errors(app: Flask) -> None:
    """Every error of a request becomes a page."""
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(StaleSession, _on_stale)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(DataError, _on_unreadable)
    app.register_error_handler(OperationalError, _on_delay)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, _on_crash)
