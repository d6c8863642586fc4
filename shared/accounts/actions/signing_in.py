"""Signing in: the growing delay, and the password.

The delay counts notes by a hash of the identifier, so one that nobody has is delayed and answered like every other.
Source of the figures: NIST SP 800-63B §3.2.2 asks for a limit; 5 tries, 30 seconds, doubling to an hour are ours.
"""

import hashlib
import unicodedata
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from shared.accounts.models import Login, SignInAttempt
from shared.accounts.passwords import NOBODY, hash_password, is_stale, matches
from shared.accounts.queries import login_by_identifier
from shared.clock import now
from shared.db import db
from shared.errors import Invalid, TooMany
from shared.i18n import _

FREE_FAILURES = 5
FIRST_DELAY = 30
LONGEST_DELAY = 3600
WINDOW = timedelta(hours=24)


def normal(identifier: str) -> str:
    """The form in which an identifier is stored and compared."""
    return unicodedata.normalize("NFKC", identifier).strip().lower()[:200]


def trace(identifier: str) -> bytes:
    """What is kept of an identifier as it was typed."""
    return hashlib.sha256(b"sign-in\0" + normal(identifier).encode()).digest()


def delay(failures: int) -> int:
    """Seconds to wait after the last of so many failures in a row."""
    if failures < FREE_FAILURES:
        return 0
    return int(min(FIRST_DELAY * 2 ** min(failures - FREE_FAILURES, 20), LONGEST_DELAY))


def knock(*, identifier: str) -> None:
    """Note a try before the password is looked at. In the platform scope, in a transaction of its own.

    Raises TooMany while the delay runs; such a try is not counted, so waiting helps. The lock makes tries at one
    identifier come one after the other: a thousand at once get five.
    """
    mark = trace(identifier)
    db.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(mark[:8], "big", signed=True))))
    since = now() - WINDOW
    good = aliased(SignInAttempt)
    last_good = (
        select(func.max(good.id))
        .where(good.identifier_hash == mark, good.good, good.at > since)
        .scalar_subquery()
    )
    failures, last = db.session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.identifier_hash == mark,
            SignInAttempt.at > since,
            ~SignInAttempt.good,
            SignInAttempt.id > func.coalesce(last_good, 0),
        )
    ).one()
    if last is not None:
        left = delay(failures) - (now() - last).total_seconds()
        if left > 0:
            raise TooMany(_("Too many tries. Wait %(n)s seconds, then try again.", n=int(left) + 1))
    db.session.add(SignInAttempt(identifier_hash=mark, good=False, at=now()))


def let_in(*, identifier: str) -> None:
    """Note that the try was good; the count begins anew. In the platform scope."""
    db.session.add(SignInAttempt(identifier_hash=trace(identifier), good=True, at=now()))


def check_password(*, identifier: str, password: str) -> Login:
    """The login of this identifier and password. In the scope of the identifier that signs in.

    Raises Invalid, in the same words and after the same time, whether the identifier or the password is wrong.
    """
    login = login_by_identifier(normal(identifier))
    good = matches(login.password_hash if login else NOBODY, password)
    if login is None or not good:
        raise Invalid(_("Account and password do not fit together."))
    if is_stale(login.password_hash):
        db.session.execute(
            update(Login)
            .where(Login.id == login.id, Login.password_hash == login.password_hash)
            .values(password_hash=hash_password(password))
        )
    return login
