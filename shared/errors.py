"""Every error the product raises on purpose.

Problem                   a person can do something about it; has a status and a translated text
├── Unauthenticated  401  nobody is signed in
├── Forbidden        403  a colleague without the right
├── NotFound         404  not there, or a stranger's
├── Conflict         409  somebody else was faster, or it was done already
├── TooLarge         413
├── Invalid          422  the input is wrong; `fields` says where
└── TooMany          429  wait before trying again
NoTenant                  a query without an open tenant (a programming error)
TenantSwitch              a second tenant opened inside a transaction (a programming error)
Undelivered               a channel could not deliver; `permanent` says whether a retry helps
LeaseLost                 another worker has taken the job; stop, write nothing
"""

from collections.abc import Mapping


class Problem(Exception):
    """A clear message to a person. `text` is already in the person's language.

    `fields` maps a form field's name to what is wrong with it.
    """

    status = 400

    def __init__(self, text: object = "", *, fields: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.fields: dict[str, object] = dict(fields or {})

    def __str__(self) -> str:
        return str(self.text)


class Unauthenticated(Problem):
    status = 401


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    status = 409


class TooLarge(Problem):
    status = 413


class Invalid(Problem):
    status = 422


class TooMany(Problem):
    status = 429


class NoTenant(RuntimeError):
    """No tenant is open, so no tenant's row may be asked for."""


class TenantSwitch(RuntimeError):
    """A transaction belongs to one tenant from its first statement to its last."""


class Undelivered(Exception):
    """A transport's refusal. `reason` is a short code for the delivery log, never a personal datum.

    `away`: it would refuse the next message too, so it is left alone for the rest of the round. `wait`: seconds after
    which the other side asked to be tried again.
    """

    def __init__(self, reason: str, *, permanent: bool, away: bool = False, wait: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.away = away
        self.wait = wait


class LeaseLost(RuntimeError):
    """The lease lapsed and someone else holds the row now."""
