"""The former's role at the unit, and the loans they made of its ledger."""

from shared.access.actor import Actor
from shared.access.roles import ROLES
from shared.accounts.actions.handover import end_loans, pass_roles
from shared.accounts.models import Handover
from shared.accounts.queries.handover import passing_grants
from shared.i18n import _
from shared.reminders.handed.part import LINES, Open, Part


def _part(handover: Handover, *, lent: bool) -> Part:
    found = passing_grants(handover, lent=lent)
    return Part(
        len(found),
        [
            Open(
                f"{grant.person_name} · {ROLES[grant.role].name}",
                _("until %(day)s", day=grant.until) if grant.until else "",
                grant.since,
            )
            for grant in found[:LINES]
        ],
    )


def read_roles(handover: Handover) -> Part:
    return _part(handover, lent=False)


def take_roles(actor: Actor, handover: Handover) -> int:
    return pass_roles(actor, handover)


def read_loans(handover: Handover) -> Part:
    return _part(handover, lent=True)


def take_loans(actor: Actor, handover: Handover) -> int:
    return end_loans(actor, handover)
