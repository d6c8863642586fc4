"""What may be done: one enum `resource:action`, and how far a right reaches."""

from enum import StrEnum


class Permission(StrEnum):
    """A right. Routes name exactly one; docs/access.md and the accounts page are rendered from these."""

    # Everybody with a seat: the own page, the own record, the own notices and account.
    SELF = "self:use"
    UNIT_VIEW = "unit:view"
    UNIT_EDIT = "unit:edit"
    MEMBER_VIEW = "member:view"
    #: Enter people, change how they are reached, begin and end memberships and posts.
    MEMBER_EDIT = "member:edit"
    #: See an identity or telephone number in full; each look is in the audit trail.
    MEMBER_REVEAL = "member:reveal"
    IMPORT_RUN = "import:run"
    DUTY_VIEW = "duty:view"
    DUTY_RECORD = "duty:record"
    DUTY_PLAN = "duty:plan"
    RULE_VIEW = "rule:view"
    RULE_EDIT = "rule:edit"
    EVENT_VIEW = "event:view"
    EVENT_CORRECT = "event:correct"
    REMINDER_SEND = "reminder:send"
    REMINDER_VIEW = "reminder:view"
    SCORE_VIEW = "score:view"
    SCORE_RUN = "score:run"
    DOCUMENT_VIEW = "document:view"
    DOCUMENT_PRINT = "document:print"
    JOB_VIEW = "job:view"
    ACCOUNT_VIEW = "account:view"
    ACCOUNT_GRANT = "account:grant"
    #: Lend the keeping of the own unit's ledger to a named member until a date.
    ACCOUNT_LEND = "account:lend"
    AUDIT_VIEW = "audit:view"
    SETTING_EDIT = "setting:edit"
    #: The platform operator's, never a tenant role's.
    TENANT_MANAGE = "tenant:manage"


class Reach(StrEnum):
    """How far a role's rights go from the unit of its grant."""

    SELF = "self"
    UNIT = "unit"
    BELOW = "below"
    TENANT = "tenant"
