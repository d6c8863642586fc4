"""What may be done: one enum `resource:action`, and how far a right reaches."""

from enum import StrEnum


class Permission(StrEnum):
    """A right. Routes name exactly one; docs/access.md and the accounts page are rendered from these."""

    # Everybody with a seat: the own page, the own record, the own notices and account.
    SELF = "self:use"
    UNIT_VIEW = "unit:view"
    UNIT_EDIT = "unit:edit"
    #: Grant the postponement of an election to a unit below.
    TERM_APPROVE = "term:approve"
    REFORM_VIEW = "reform:view"
    #: Draft, execute and undo reorganisations of the whole tenant.
    REFORM_EDIT = "reform:edit"
    TRANSFER_VIEW = "transfer:view"
    #: Send people to another unit or tenant or to outside, and receive them.
    TRANSFER_EDIT = "transfer:edit"
    MEMBER_VIEW = "member:view"
    #: Enter people, change how they are reached, begin and end memberships and posts.
    MEMBER_EDIT = "member:edit"
    #: See an identity or telephone number in full; each look is in the audit trail.
    MEMBER_REVEAL = "member:reveal"
    IMPORT_RUN = "import:run"
    #: Enter what the own Excel ledger says was held, for the units of one's duties.
    IMPORT_LEDGER = "import:ledger"
    DUTY_VIEW = "duty:view"
    DUTY_RECORD = "duty:record"
    DUTY_PLAN = "duty:plan"
    #: Spare a unit below its duties for a span, with a reason.
    DUTY_EXEMPT = "duty:exempt"
    RULE_VIEW = "rule:view"
    RULE_EDIT = "rule:edit"
    EVENT_VIEW = "event:view"
    EVENT_CORRECT = "event:correct"
    #: Accept a filed record of a unit below, or return it with a remark.
    EVENT_REVIEW = "event:review"
    #: See what people pay dues on, what was collected, and the book of dues of a unit.
    DUES_VIEW = "dues:view"
    #: Enter bases, draw up and close months, collect, keep the book.
    DUES_EDIT = "dues:edit"
    #: Grant a reduction or exemption to a unit below.
    DUES_APPROVE = "dues:approve"
    PLAN_VIEW = "plan:view"
    #: Make a plan of the own unit or one below, assign its items, confirm what was done.
    PLAN_EDIT = "plan:edit"
    #: Accept a task of the own unit, say how far it is, hand in what proves it.
    TASK_WORK = "task:work"
    FINDING_VIEW = "finding:view"
    #: Enter inspections and what they found, for units in reach; look at closed ones again.
    FINDING_EDIT = "finding:edit"
    #: Work on a finding of the own unit: measures, progress, apply for its closing.
    FINDING_WORK = "finding:work"
    #: Agree to the closing of a finding, or return it; two people, neither the one who applied.
    FINDING_APPROVE = "finding:approve"
    RETURN_VIEW = "return:view"
    #: Make a template table and issue it to units in reach; take in, return and add up what they filled in.
    RETURN_ISSUE = "return:issue"
    #: Fill in a table for the own unit and hand it in.
    RETURN_FILL = "return:fill"
    #: Deeds, contact points, postings, pairings and visits.
    DEED_VIEW = "deed:view"
    DEED_EDIT = "deed:edit"
    #: Send circulars to units and people in reach, follow their receipts; keep segments of recipients.
    CIRCULAR_SEND = "circular:send"
    REMINDER_SEND = "reminder:send"
    REMINDER_VIEW = "reminder:view"
    BALLOT_VIEW = "ballot:view"
    #: Draft, open and close secret votes of the own unit or one below, count paper ballots.
    BALLOT_RUN = "ballot:run"
    SCORE_VIEW = "score:view"
    SCORE_RUN = "score:run"
    #: Make assessment schemes, try them on last year, issue them.
    SCHEME_EDIT = "scheme:edit"
    #: Hold rounds of assessment for units in reach: open, appoint reviewers, confirm, publish, answer appeals.
    ROUND_RUN = "round:run"
    #: Say the own unit's marks, show evidence, hand in, appeal.
    ROUND_ENTER = "round:enter"
    #: Mark what was handed in, where one was appointed.
    ROUND_REVIEW = "round:review"
    #: See official documents of units in reach, and the register of their numbers.
    DISPATCH_VIEW = "dispatch:view"
    #: Write an official document in the name of a unit, hand it over, file it away.
    DISPATCH_DRAFT = "dispatch:draft"
    #: Review and countersign where one was named; keep the prefixes under which documents are numbered.
    DISPATCH_REVIEW = "dispatch:review"
    #: Sign where one was named, by which it gets its number; declare a document void.
    DISPATCH_SIGN = "dispatch:sign"
    #: Issue certificates and cards to people and units in reach; declare them void.
    CERTIFICATE_ISSUE = "certificate:issue"
    #: Put a unit's seal on certificates and cards; each use is in the audit trail.
    SEAL_USE = "seal:use"
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
