"""Roles: one table role → reach → permissions. Source: product.md, "Who uses it"."""

from dataclasses import dataclass

from shared.access.permissions import Permission as P
from shared.access.permissions import Reach
from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class RoleSpec:
    name: lazy_
    #: What the role is for, in one line on the accounts page.
    purpose: lazy_
    reach: Reach
    permissions: frozenset[P]


_READ = {
    P.SELF,
    P.UNIT_VIEW,
    P.MEMBER_VIEW,
    P.DUTY_VIEW,
    P.EVENT_VIEW,
    P.SCORE_VIEW,
    P.DOCUMENT_VIEW,
    P.RULE_VIEW,
    P.PLAN_VIEW,
    P.FINDING_VIEW,
    P.RETURN_VIEW,
    P.DEED_VIEW,
    P.BALLOT_VIEW,
    P.DISPATCH_VIEW,
}
_PRINT = {P.DOCUMENT_PRINT, P.JOB_VIEW}
_REMIND = {P.REMINDER_SEND, P.REMINDER_VIEW}

ROLES: dict[str, RoleSpec] = {
    "admin": RoleSpec(
        lazy_("Tenant administrator"),
        lazy_("The tree, accounts, rules, imports and settings of the whole tenant"),
        Reach.TENANT,
        frozenset(
            _READ
            | _PRINT
            | _REMIND
            | {
                P.UNIT_EDIT,
                P.EVENT_REVIEW,
                P.TERM_APPROVE,
                P.REFORM_VIEW,
                P.REFORM_EDIT,
                P.TRANSFER_VIEW,
                P.TRANSFER_EDIT,
                P.MEMBER_EDIT,
                P.MEMBER_REVEAL,
                P.IMPORT_RUN,
                P.IMPORT_LEDGER,
                P.DUTY_PLAN,
                P.DUTY_EXEMPT,
                P.RULE_EDIT,
                P.SCORE_RUN,
                P.PLAN_EDIT,
            }
            | {P.ACCOUNT_VIEW, P.ACCOUNT_GRANT, P.AUDIT_VIEW, P.SETTING_EDIT}
            | {P.DUES_VIEW, P.DUES_EDIT, P.DUES_APPROVE}
            | {P.FINDING_EDIT, P.FINDING_APPROVE}
            | {P.RETURN_ISSUE, P.DEED_EDIT, P.CIRCULAR_SEND}
            | {P.BALLOT_RUN, P.SCHEME_EDIT, P.ROUND_RUN, P.ROUND_REVIEW}
            | {P.DISPATCH_DRAFT, P.DISPATCH_REVIEW}
            | {P.CERTIFICATE_ISSUE, P.SEAL_USE}
        ),
    ),
    "officer": RoleSpec(
        lazy_("Organisation officer"),
        lazy_("The ledger of a unit and all below: who has not, remind, review"),
        Reach.BELOW,
        frozenset(
            _READ
            | _PRINT
            | _REMIND
            | {P.DUTY_RECORD, P.EVENT_CORRECT, P.MEMBER_EDIT, P.MEMBER_REVEAL, P.SCORE_RUN, P.IMPORT_LEDGER}
            | {P.TERM_APPROVE, P.REFORM_VIEW, P.TRANSFER_VIEW, P.TRANSFER_EDIT, P.EVENT_REVIEW, P.DUTY_EXEMPT}
            | {P.DUES_VIEW, P.DUES_EDIT, P.DUES_APPROVE}
            | {P.PLAN_EDIT, P.TASK_WORK}
            | {P.FINDING_EDIT, P.FINDING_WORK, P.FINDING_APPROVE}
            | {P.RETURN_ISSUE, P.RETURN_FILL, P.DEED_EDIT, P.CIRCULAR_SEND}
            | {P.BALLOT_RUN, P.ROUND_RUN, P.ROUND_ENTER, P.ROUND_REVIEW}
            | {P.DISPATCH_DRAFT, P.DISPATCH_REVIEW}
            | {P.CERTIFICATE_ISSUE}
        ),
    ),
    "leader": RoleSpec(
        lazy_("Leader"),
        lazy_("How my units stand, what is overdue, sign off"),
        Reach.BELOW,
        frozenset(
            _READ
            | _PRINT
            | _REMIND
            | {
                P.EVENT_REVIEW,
                P.REFORM_VIEW,
                P.TRANSFER_VIEW,
                P.DUES_VIEW,
                P.FINDING_APPROVE,
                P.CIRCULAR_SEND,
            }
            | {P.DISPATCH_DRAFT, P.DISPATCH_REVIEW, P.DISPATCH_SIGN}
            | {P.SEAL_USE}
        ),
    ),
    "secretary": RoleSpec(
        lazy_("Secretary"),
        lazy_("Records, plans and prints the own unit's ledger"),
        Reach.UNIT,
        frozenset(
            _READ
            | _PRINT
            | {
                P.DUTY_RECORD,
                P.EVENT_CORRECT,
                P.IMPORT_LEDGER,
                P.MEMBER_EDIT,
                P.MEMBER_REVEAL,
                P.REMINDER_VIEW,
                P.ACCOUNT_LEND,
                P.DUES_VIEW,
                P.DUES_EDIT,
                P.TRANSFER_VIEW,
                P.TRANSFER_EDIT,
                P.PLAN_EDIT,
                P.TASK_WORK,
                P.FINDING_WORK,
                P.RETURN_FILL,
                P.DEED_EDIT,
                P.CIRCULAR_SEND,
                P.BALLOT_RUN,
                P.ROUND_ENTER,
            }
            | {P.DISPATCH_DRAFT, P.DISPATCH_REVIEW, P.DISPATCH_SIGN}
        ),
    ),
    "keeper": RoleSpec(
        lazy_("Ledger keeper"),
        lazy_("Keeps the ledger in the secretary's place until a date"),
        Reach.UNIT,
        frozenset(
            _READ
            | _PRINT
            | {P.DUTY_RECORD, P.EVENT_CORRECT, P.TASK_WORK, P.RETURN_FILL, P.DEED_EDIT, P.ROUND_ENTER}
            | {P.DISPATCH_DRAFT, P.DISPATCH_REVIEW}
        ),
    ),
    "reviewer": RoleSpec(
        lazy_("Reviewer"),
        lazy_("Checks evidence and scores of the units assigned"),
        Reach.BELOW,
        frozenset(
            {
                P.SELF,
                P.UNIT_VIEW,
                P.DUTY_VIEW,
                P.EVENT_VIEW,
                P.SCORE_VIEW,
                P.DOCUMENT_VIEW,
                P.RULE_VIEW,
                P.PLAN_VIEW,
                P.FINDING_VIEW,
                P.RETURN_VIEW,
                P.DEED_VIEW,
                P.EVENT_REVIEW,
                P.ROUND_REVIEW,
            }
        ),
    ),
    "auditor": RoleSpec(
        lazy_("Auditor"),
        lazy_("Reads everything in the tenant, the audit trail too; writes nothing"),
        Reach.TENANT,
        frozenset(
            _READ
            | {P.AUDIT_VIEW, P.ACCOUNT_VIEW, P.REMINDER_VIEW, P.JOB_VIEW}
            | {P.REFORM_VIEW, P.TRANSFER_VIEW, P.DUES_VIEW}
        ),
    ),
    "member": RoleSpec(
        lazy_("Member"),
        lazy_("My next event, my record, my messages"),
        Reach.SELF,
        frozenset({P.SELF}),
    ),
}

#: Roles that answer for their own unit.
ANSWERING = ("secretary", "keeper")

#: What a union calls two of them.
_IN_UNIONS = {"officer": lazy_("Union officer"), "secretary": lazy_("Union chair or group leader")}


def role_names(tenant_kind: str) -> dict[str, lazy_]:
    """The roles' names as a tenant of this kind says them."""
    names = {role: spec.name for role, spec in ROLES.items()}
    return names | _IN_UNIONS if tenant_kind == "union" else names


#: Rights of the platform operator, who has no tenant.
OPERATOR = frozenset({P.TENANT_MANAGE})
