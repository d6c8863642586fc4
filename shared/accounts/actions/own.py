"""What somebody does with their own login. In a scope that shows it: their own session, or the link they hold."""

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.accounts.actions.signing_in import normal
from shared.accounts.models import Login
from shared.accounts.passwords import demand_good, hash_password, matches
from shared.accounts.queries.roster import PERSON
from shared.audit import record
from shared.db import db
from shared.errors import Invalid
from shared.i18n import LOCALES, _
from shared.tenancy import current_scope


def _note(actor: Actor, verb: str) -> None:
    """In the trail of the tenant in which the person sits; a login by itself belongs to no tenant."""
    if current_scope().tenant_id is not None:
        record(actor, verb=verb, object_type="person", object_id=actor.person_id)


def _held(login_id: int) -> Login:
    return db.session.execute(select(Login).where(Login.id == login_id).with_for_update()).scalar_one()


def change_password(actor: Actor, *, old: str, new: str) -> int:
    """Replace one's own password; every other session ends. Returns the new epoch, for the session that goes on.

    Raises Invalid naming the field: the old one is wrong, or the new one too weak.
    """
    login = _held(actor.login_id or 0)
    if not matches(login.password_hash, old):
        wrong = _("This is not the present password.")
        raise Invalid(wrong, fields={"old": wrong})
    epoch = replace_password(login_id=login.id, new=new)
    _note(actor, "login.password")
    return epoch


def replace_password(*, login_id: int, new: str) -> int:
    """Set a password for whoever holds the link of this login; all sessions end. Returns the new epoch."""
    login = _held(login_id)
    demand_good(new, identifier=login.identifier, field="new")
    login.password_hash = hash_password(new)
    login.epoch += 1
    db.session.flush()
    return login.epoch


def check_new(*, login_id: int, new: str) -> None:
    """Raise Invalid where this password would be refused, before a link is spent on it."""
    demand_good(new, identifier=_held(login_id).identifier, field="new")


def be_operator(*, login_id: int) -> None:
    """The login becomes a platform operator's; whoever calls this has spent the link for it."""
    _held(login_id).operator = True


def sign_out_everywhere(actor: Actor) -> int:
    """End every session of this login, effective at each one's next click."""
    login = _held(actor.login_id or 0)
    login.epoch += 1
    _note(actor, "login.sign_out_everywhere")
    return login.epoch


def replace_identifier(*, login_id: int, identifier: str) -> None:
    """The login bears the address to which the link was mailed. Another's is refused by the database (Conflict)."""
    db.session.execute(update(Login).where(Login.id == login_id).values(identifier=normal(identifier)))


def choose_language(actor: Actor, *, locale: str) -> None:
    """The language of pages, and of mail to this person."""
    if locale not in LOCALES:
        raise Invalid(_("Choose a language."))
    db.session.execute(update(Login).where(Login.id == actor.login_id).values(locale=locale))
    if current_scope().tenant_id is not None and actor.person_id is not None:
        db.session.execute(update(PERSON).where(PERSON.c.id == actor.person_id).values(locale=locale))
