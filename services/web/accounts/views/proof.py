"""Whether somebody is who they say: the one place where a password is looked at, always behind the growing delay."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request, url_for

from shared.accounts.actions.signing_in import check_password, knock, let_in, normal
from shared.db import db, transaction
from shared.tenancy import as_login, platform


@dataclass(frozen=True, slots=True)
class Proven:
    """A login whose password was given just now."""

    login_id: int
    epoch: int
    locale: str
    operator: bool


def prove(identifier: str, password: str) -> Proven:
    """Three short transactions: count the try, look at the password, note that it was good.

    Raises TooMany while the delay runs, Invalid where identifier or password is wrong, in the same words.
    """
    identifier = normal(identifier)
    db.session.rollback()
    with platform(), transaction():
        knock(identifier=identifier)
    with as_login(identifier=identifier), transaction():
        login = check_password(identifier=identifier, password=password)
        proven = Proven(login.id, login.epoch, login.locale, login.operator)
    with platform(), transaction():
        let_in(identifier=identifier)
    return proven


def within(address: str | None, fallback: str = "today.home") -> str:
    """An address of ours to go on to; anything else (another host, a scheme, a trick of slashes) is the fallback.

    A full address of this very host, as a browser's Referer is, loses its host.
    """
    text = (address or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return url_for(fallback)
    if parts.netloc and parts.netloc == request.host and parts.scheme in ("http", "https"):
        text = text.split(parts.netloc, 1)[1]
        parts = urlsplit(text)
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    if not plain or parts.netloc or parts.scheme or any(ord(character) < 32 for character in text):
        return url_for(fallback)
    return text
