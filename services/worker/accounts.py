"""Mails one-time links: drawn when they leave, so that a secret stands in no row, no queue and no log."""

from datetime import timedelta

import structlog
from sqlalchemy import func, select

from services.worker.app import PlatformTask, celery
from services.worker.channels.email import send_mail
from shared.access.actor import SYSTEM, Actor
from shared.accounts.actions.invitations import ask_letters
from shared.accounts.actions.links import (
    Letter,
    asked_lately,
    forget_old,
    note_letter,
    take_letter,
    unsent,
    withdraw_letter,
)
from shared.accounts.jobs import POST
from shared.accounts.models import Token
from shared.accounts.queries import login_by_identifier, login_by_key
from shared.accounts.queries.people import AccountFilter
from shared.accounts.queries.roster import PERSON
from shared.clock import local
from shared.db import db, transaction
from shared.errors import Undelivered
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job
from shared.settings import settings
from shared.tenancy import as_login, platform

log = structlog.get_logger()

#: Whoever asks for a new password again within this time gets no second mail.
PATIENCE = timedelta(minutes=2)


@celery.task(name=POST, base=PlatformTask)
def post_one(*, token_id: int) -> None:
    """Mail one link, if it is still to be mailed."""
    post(token_id)


def post_waiting() -> int:
    """Mail every link that waits: what a lost message or a fault left behind. Called each minute; returns how many."""
    with platform():
        waiting = unsent()
        db.session.remove()
    for token_id in waiting:
        post(token_id)
    return len(waiting)


def post(token_id: int) -> None:
    """Draw the secret, mail it outside any transaction, note the outcome."""
    with platform(), transaction():
        letter = take_letter(token_id)
    if letter is None:
        return
    address = _address(letter)
    if address is None:
        return
    problem: str | None = None
    again = False
    try:
        with use_locale(letter.locale):
            send_mail(
                to=address,
                subject=_subject(letter),
                text=_text(letter),
                message_id=f"link-{token_id}-{letter.attempts}",
                locale=letter.locale,
            )
    except Undelivered as refusal:
        problem, again = refusal.reason, not refusal.permanent
        log.warning("link not mailed", token=token_id, reason=refusal.reason, again=again)
    with platform(), transaction():
        note_letter(letter, problem=problem, again=again)


def _address(letter: Letter) -> str | None:
    """Where it goes; None: nowhere. A password link finds its login here, where nobody waits for the answer."""
    if letter.purpose != "password":
        return letter.identifier
    key = letter.login_id
    with as_login(login_id=key) if key else as_login(identifier=letter.identifier):
        login = login_by_key(key) if key else login_by_identifier(letter.identifier)
        db.session.remove()
    with platform(), transaction():
        if (
            login is None
            or "@" not in login.identifier
            or asked_lately(purpose="password", login_id=login.id, within=PATIENCE, but=letter.token_id)
        ):
            withdraw_letter(letter)
            return None
        db.session.get_one(Token, letter.token_id).login_id = login.id
    return login.identifier


def _subject(letter: Letter) -> str:
    return {
        "first_admin": _("Jiceng: set up %(tenant)s", tenant=letter.tenant_name),
        "seat": _("Jiceng: your account for %(tenant)s", tenant=letter.tenant_name),
        "operator": _("Jiceng: your account as platform operator"),
        "password": _("Jiceng: choose a new password"),
        "address": _("Jiceng: confirm this address"),
    }[letter.purpose]


def _text(letter: Letter) -> str:
    why = {
        "first_admin": _("You are to administer %(tenant)s in Jiceng.", tenant=letter.tenant_name),
        "seat": _("%(tenant)s has set up an account in Jiceng for you.", tenant=letter.tenant_name),
        "operator": _("You are to operate this Jiceng platform."),
        "password": _("A new password was asked for. If it was not you, do nothing; the old one stays good."),
        "address": _("This address is to become the account. If it was not you, do nothing."),
    }[letter.purpose]
    link = f"{settings().base_url}/invitation/{letter.secret}"
    until = local(letter.expires_at).strftime("%Y-%m-%d %H:%M")
    return "\n\n".join(
        (
            why,
            _("Open this link; it works once, until %(until)s:", until=until),
            link,
            _("Pass it on to nobody."),
        )
    )


def invite(job: Claimed) -> None:
    """Invite everybody of a filter by mail: the rows at once, then the mails one by one, each noted by itself."""
    with transaction():
        job.hold()
        actor = _requester(job)
        chosen = AccountFilter(**job.args["filter"], has_mail=True)
        ask_letters(actor=actor, chosen=chosen, job_id=job.id)
        total = asked_by(job.id)
    while True:
        with platform():
            waiting = unsent(job_id=job.id, limit=20)
            db.session.remove()
        if not waiting:
            break
        for token_id in waiting:
            post(token_id)
        job.progress(sent_by(job.id), total)
    with transaction():
        job.hold()
        job.finish(
            result={
                "invited": total,
                "mailed": sent_by(job.id),
                "without_mail": int(job.args.get("slips", 0)),
            }
        )


def _requester(job: Claimed) -> Actor:
    """Whoever pressed the button, for the trail."""
    row = db.session.execute(
        select(PERSON.c.id, PERSON.c.name).join(Job, Job.requested_by == PERSON.c.id).where(Job.id == job.id)
    ).one_or_none()
    return SYSTEM if row is None else Actor(name=row.name, person_id=row.id)


def asked_by(job_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Token.job_id == job_id)) or 0


def sent_by(job_id: int) -> int:
    return (
        db.session.scalar(select(func.count()).where(Token.job_id == job_id, Token.sent_at.is_not(None))) or 0
    )


def forget_nightly() -> None:
    """Forget old links and old tries."""
    with platform(), transaction():
        forget_old()
