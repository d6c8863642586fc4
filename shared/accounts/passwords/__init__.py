"""Passwords: what is refused, and Argon2id.

Sources: NIST SP 800-63B §3.1.1 (length and a list of common ones, no composition rules), RFC 9106 §4 (Argon2id).
"""

import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from shared.errors import Invalid
from shared.i18n import _

MIN_LENGTH = 10
#: Longer ones cost time to hash and protect nobody better.
MAX_LENGTH = 200

#: 32 MiB and three passes: some 50 ms here, and eight sign-ins at once stay under 300 MB.
HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
#: Looked at instead when there is no such login: the answer takes as long. Nothing hashes to it.
NOBODY = "$argon2id$v=19$m=32768,t=3,p=1$bm9ib2R5IGhhcyB0aGlz$MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"


@cache
def _common() -> frozenset[str]:
    text = Path(__file__).with_name("common.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def hash_password(password: str) -> str:
    return HASHER.hash(unicodedata.normalize("NFKC", password))


def matches(encoded: str, password: str) -> bool:
    """Whether the password is the one; never raises, also for a damaged hash."""
    try:
        return HASHER.verify(encoded, unicodedata.normalize("NFKC", password)[:MAX_LENGTH])
    except (Argon2Error, InvalidHashError):
        return False


def is_stale(encoded: str) -> bool:
    """Made with other parameters than today's: to be made anew at the next good sign-in."""
    return HASHER.check_needs_rehash(encoded)


def _monotone(text: str) -> bool:
    """One character repeated, a short piece repeated, or a run up or down."""
    if any(text == text[:size] * (len(text) // size) for size in (1, 2, 3) if len(text) % size == 0):
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def demand_good(password: str, *, identifier: str, field: str = "password") -> None:
    """Raise Invalid with the field's name and what a better password would be."""
    text = folded(password)
    name = identifier.split("@", 1)[0].casefold()
    if len(password) < MIN_LENGTH:
        wrong = _("At least %(n)s characters.", n=MIN_LENGTH)
    elif len(password) > MAX_LENGTH:
        wrong = _("At most %(n)s characters.", n=MAX_LENGTH)
    elif len(name) >= 4 and name in text:
        wrong = _("It contains the account; choose another.")
    elif text in _common() or text.rstrip("!.?@#$_-") in _common() or _monotone(text):
        wrong = _("This is one of the common passwords; choose another, a short sentence for example.")
    else:
        return
    raise Invalid(wrong, fields={field: wrong})
