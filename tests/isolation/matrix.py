"""What each route asks for, by hand: the right, the kind of object, and how far.

Roles and rights stand here a second time on purpose: a slip in shared/access/roles.py must fail a test.
"""

from dataclasses import dataclass

#: How far each role's rights reach in the world of tests/world.py.
REACH = {
    "admin": "tenant",
    "auditor": "tenant",
    "officer": "below",
    "leader": "below",
    "secretary": "unit",
    "keeper": "unit",
    "reviewer": "below",
    "member": "self",
}

_READ = {
    "self:use",
    "unit:view",
    "member:view",
    "duty:view",
    "event:view",
    "score:view",
    "document:view",
    "rule:view",
}
_PRINT = {"document:print", "job:view"}
RIGHTS = {
    "admin": _READ
    | _PRINT
    | {
        "reminder:send",
        "reminder:view",
        "unit:edit",
        "member:edit",
        "member:reveal",
        "import:run",
        "duty:plan",
    }
    | {"rule:edit", "score:run", "account:view", "account:grant", "audit:view", "setting:edit"},
    "officer": _READ
    | _PRINT
    | {
        "reminder:send",
        "reminder:view",
        "duty:record",
        "event:correct",
        "member:edit",
        "member:reveal",
        "score:run",
    },
    "leader": _READ | _PRINT | {"reminder:send", "reminder:view"},
    "secretary": _READ
    | _PRINT
    | {"duty:record", "event:correct", "member:edit", "member:reveal", "reminder:view", "account:lend"},
    "keeper": _READ | _PRINT | {"duty:record", "event:correct"},
    "reviewer": {
        "self:use",
        "unit:view",
        "duty:view",
        "event:view",
        "score:view",
        "document:view",
        "rule:view",
    },
    "auditor": _READ | {"audit:view", "account:view", "reminder:view", "job:view"},
    "member": {"self:use"},
}


@dataclass(frozen=True)
class Route:
    #: '' means a door page, open to everybody.
    right: str
    #: The URL's argument, or None.
    object: str | None = None
    #: "unit": by the object's unit; "tenant": it belongs to the tenant as a whole.
    reach: str = "unit"
    #: For objects of the whole tenant: every role with the right may see it.
    open_to_tenant: bool = False
    #: The object is named in the query instead of the path.
    query: bool = False
    #: Asks for something that is not there, here: a link's secret. 404 for everybody.
    missing: bool = False
    #: Opening it changes the object, so each role gets a fresh one.
    destroys: bool = False
    #: No tenant's right, but somebody must be signed in: pages of the login itself, the operator's too.
    login: bool = False


DOOR = Route("")
LOGIN = Route("", login=True)


def of(right: str, kind: str | None = None, **more: object) -> Route:
    return Route(right, kind, **more)  # type: ignore[arg-type]


ROUTES: dict[str, Route] = {
    "health.healthz": DOOR,
    # The door: signing in, links, language.
    "accounts.sign_in_page": DOOR,
    "accounts.sign_in": DOOR,
    "accounts.sign_out": DOOR,
    "accounts.forgot_page": DOOR,
    "accounts.forgot": DOOR,
    "accounts.language": DOOR,
    "accounts.link_page": Route("", missing=True),
    "accounts.link_new": Route("", missing=True),
    "accounts.link_accept": Route("", missing=True),
    # The login's own pages.
    "accounts.seats_page": LOGIN,
    "accounts.choose_seat": LOGIN,
    "accounts.confirm_page": LOGIN,
    "accounts.confirm": LOGIN,
    "accounts.end_all_sessions": LOGIN,
    "accounts.own": LOGIN,
    "accounts.own_address": LOGIN,
    "accounts.own_password": LOGIN,
    "today.home": LOGIN,
    # Accounts of the tenant.
    "accounts.index": of("account:view"),
    "accounts.show": of("account:view", "person_id"),
    "accounts.give": of("account:grant", "person_id"),
    "accounts.end": of("account:grant", "grant_id", destroys=True),
    "accounts.invite_page": of("account:grant"),
    "accounts.invite_by_mail": of("account:grant"),
    "accounts.invite_one": of("account:grant", "person_id"),
    "accounts.slip_one": of("account:grant", "person_id"),
    "accounts.withdraw": of("account:grant", "person_id", destroys=True),
    "accounts.send_password": of("account:grant", "person_id"),
    "accounts.print_slips": of("account:grant"),
    # The platform.
    "tenants.index": of("tenant:manage"),
    "tenants.new": of("tenant:manage"),
    "tenants.add": of("tenant:manage"),
    "tenants.show": of("tenant:manage"),
    "tenants.invite_again": of("tenant:manage"),
    "tenants.stop": of("tenant:manage"),
    "tenants.start": of("tenant:manage"),
    # The tree.
    "organisations.index": of("unit:view"),
    "organisations.show": of("unit:view", "unit_id"),
    "organisations.below": of("unit:view", "unit_id"),
    "organisations.add": of("unit:edit"),
    "organisations.create": of("unit:edit"),
    "organisations.add_below": of("unit:edit", "unit_id"),
    "organisations.create_below": of("unit:edit", "unit_id"),
    "organisations.change": of("unit:edit", "unit_id"),
    "organisations.save": of("unit:edit", "unit_id"),
    "organisations.move_page": of("unit:edit", "unit_id"),
    "organisations.move": of("unit:edit", "unit_id"),
    "organisations.dissolve_page": of("unit:edit", "unit_id"),
    "organisations.dissolve": of("unit:edit", "unit_id"),
    # People.
    "members.index": of("member:view"),
    "members.show": of("member:view", "person_id"),
    "members.add": of("member:edit"),
    "members.create": of("member:edit"),
    "members.change": of("member:edit", "person_id"),
    "members.contact": of("member:edit", "person_id"),
    "members.change_status": of("member:edit", "person_id"),
    "members.move": of("member:edit", "person_id"),
    "members.end_membership": of("member:edit", "person_id"),
    "members.give_post": of("member:edit", "person_id"),
    "members.end_post": of("member:edit", "person_id"),
    "members.reveal": of("member:reveal", "person_id"),
    "members.me": of("self:use"),
    "search.index": of("self:use"),
    # The roster's import.
    "imports.index": of("import:run"),
    "imports.receive": of("import:run"),
    "imports.show": of("import:run", "batch_id", reach="tenant"),
    "imports.progress": of("import:run", "batch_id", reach="tenant"),
    "imports.columns": of("import:run", "batch_id", reach="tenant"),
    "imports.correct": of("import:run", "batch_id", reach="tenant"),
    "imports.settle": of("import:run", "batch_id", reach="tenant"),
    "imports.rejected": of("import:run", "batch_id", reach="tenant"),
    "imports.commit": of("import:run", "batch_id", reach="tenant", destroys=True),
    "imports.undo_preview": of("import:run", "batch_id", reach="tenant"),
    "imports.undo": of("import:run", "batch_id", reach="tenant"),
    # Duties and rules.
    "duties.index": of("duty:view"),
    "duties.plan": of("duty:plan"),
    "duties.rule_list": of("rule:view"),
    "duties.count_too": of("rule:edit"),
    "duties.rule_form": of("rule:edit", "rule_id", reach="tenant"),
    "duties.tighten": of("rule:edit", "rule_id", reach="tenant"),
    "duties.start": of("rule:edit", "rule_id", reach="tenant"),
    "duties.end": of("rule:edit", "rule_id", reach="tenant"),
    # The ledger.
    "events.new": of("duty:record", "unit_id", query=True),
    "events.record_form": of("duty:record", "due_item_id"),
    "events.record": of("duty:record", "due_item_id"),
    "events.show": of("event:view", "event_id"),
    "events.correct_form": of("event:correct", "event_id"),
    "events.correct": of("event:correct", "event_id"),
    "events.void": of("event:correct", "event_id"),
    "ledger.index": of("event:view"),
    "ledger.over": of("event:view"),
    "ledger.show": of("event:view", "unit_id"),
    # Reminders and notices.
    "reminders.index": of("reminder:view"),
    "reminders.block": of("reminder:send"),
    "reminders.calls": of("reminder:view"),
    "reminders.calls_in_full": of("member:reveal"),
    "reminders.preview": of("reminder:send"),
    "reminders.send": of("reminder:send"),
    "messages.index": of("self:use"),
    "messages.show": of("self:use", "delivery_id"),
    "messages.read": of("self:use"),
    # Scores and papers.
    "assessments.index": of("score:view"),
    "assessments.score": of("score:run"),
    "assessments.show": of("score:view", "unit_id"),
    "documents.index": of("document:view"),
    "documents.print_all": of("document:print"),
    "documents.print_unit": of("document:print", "unit_id"),
    "documents.progress": of("job:view", "job_id"),
    "files.download": of("document:view", "file_id"),
    # Jobs, audit, settings.
    "jobs.index": of("job:view"),
    "jobs.show": of("job:view", "job_id"),
    "jobs.progress": of("job:view", "job_id"),
    "jobs.stop": of("document:print", "job_id"),
    "jobs.again": of("document:print", "job_id"),
    "audit.index": of("audit:view"),
    "audit.export": of("audit:view"),
    "settings.index": of("self:use"),
    "settings.roles": of("self:use"),
    "settings.tenant": of("setting:edit"),
    "settings.change": of("setting:edit"),
    "settings.lend_page": of("account:lend"),
    "settings.lend": of("account:lend"),
    "settings.end_loan": of("account:lend", "grant_id"),
}
