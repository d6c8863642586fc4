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
    "plan:view",
}
_PRINT = {"document:print", "job:view"}
RIGHTS = {
    "admin": _READ
    | _PRINT
    | {
        "reminder:send",
        "reminder:view",
        "unit:edit",
        "event:review",
        "term:approve",
        "reform:view",
        "reform:edit",
        "transfer:view",
        "transfer:edit",
        "member:edit",
        "member:reveal",
        "import:run",
        "duty:plan",
        "duty:exempt",
        "plan:edit",
    }
    | {"dues:view", "dues:edit", "dues:approve"}
    | {"rule:edit", "score:run", "account:view", "account:grant", "audit:view", "setting:edit"},
    "officer": _READ
    | _PRINT
    | {
        "reminder:send",
        "reminder:view",
        "duty:exempt",
        "duty:record",
        "event:correct",
        "member:edit",
        "member:reveal",
        "score:run",
        "event:review",
        "term:approve",
        "reform:view",
        "transfer:view",
        "transfer:edit",
        "dues:view",
        "dues:edit",
        "dues:approve",
        "plan:edit",
        "task:work",
    },
    "leader": _READ
    | _PRINT
    | {"event:review", "reminder:send", "reminder:view", "reform:view", "transfer:view", "dues:view"},
    "secretary": _READ
    | _PRINT
    | {"duty:record", "event:correct", "member:edit", "member:reveal", "reminder:view", "account:lend"}
    | {"transfer:view", "transfer:edit", "dues:view", "dues:edit", "plan:edit", "task:work"},
    "keeper": _READ | _PRINT | {"duty:record", "event:correct", "task:work"},
    "reviewer": {
        "self:use",
        "unit:view",
        "duty:view",
        "event:view",
        "score:view",
        "document:view",
        "rule:view",
        "event:review",
        "plan:view",
    },
    "auditor": _READ
    | {
        "audit:view",
        "account:view",
        "reminder:view",
        "job:view",
        "reform:view",
        "transfer:view",
        "dues:view",
    },
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
    #: It belongs to one person, whoever they are: their own opens it, nobody else's.
    personal: bool = False
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
    "tenants.resize": of("tenant:manage"),
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
    "organisations.chart": of("unit:view"),
    "organisations.listing": of("unit:view"),
    "organisations.link_page": of("unit:edit", "unit_id"),
    "organisations.link": of("unit:edit", "unit_id"),
    "organisations.end_link": of("unit:edit", "link_id", reach="tenant"),
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
    # People as they change: register, corrections, relations, mobile members, holders of office, whole filters.
    "members.register": of("member:edit", "person_id"),
    "members.correct": of("member:edit", "person_id"),
    "members.change_relation": of("member:edit", "person_id"),
    "members.mobile": of("member:view"),
    "members.stay": of("member:edit", "person_id"),
    "members.register_stay": of("member:edit", "person_id"),
    "members.note_contact": of("member:edit", "person_id"),
    "members.end_stay": of("member:edit", "person_id"),
    "members.offices": of("member:view"),
    "members.bulk": of("member:edit"),
    "members.bulk_do": of("member:edit"),
    "members.bulk_result": of("member:edit", "job_id"),
    "search.index": of("self:use"),
    # A number is sought by POST and kept out of addresses.
    "search.ask": of("self:use"),
    "search.quick": of("self:use"),
    # Transfers.
    "transfers.index": of("transfer:view"),
    "transfers.new": of("transfer:edit"),
    "transfers.create": of("transfer:edit"),
    "transfers.show": of("transfer:view", "transfer_id"),
    "transfers.accept": of("transfer:edit", "transfer_id"),
    "transfers.refuse": of("transfer:edit", "transfer_id"),
    "transfers.withdraw": of("transfer:edit", "transfer_id"),
    "transfers.number": of("transfer:edit", "transfer_id"),
    "transfers.reissue": of("transfer:edit", "transfer_id"),
    "transfers.receipt": of("transfer:edit", "letter_id"),
    "transfers.receivers": of("setting:edit"),
    "transfers.publish_receivers": of("setting:edit"),
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
    # Columns kept for the next file.
    "imports.forget": of("import:run", "mapping_id", reach="tenant", destroys=True),
    # Terms, elections and hand-overs.
    "terms.index": of("unit:view"),
    "terms.show": of("unit:view", "unit_id"),
    "terms.renew_form": of("member:edit", "unit_id"),
    "terms.renew": of("member:edit", "unit_id"),
    "terms.by_election_form": of("member:edit", "unit_id"),
    "terms.by_election": of("member:edit", "unit_id"),
    "terms.date_form": of("member:edit", "unit_id"),
    "terms.date": of("member:edit", "unit_id"),
    "terms.postpone_form": of("term:approve", "unit_id"),
    "terms.postpone": of("term:approve", "unit_id"),
    "terms.offer": of("member:edit", "unit_id"),
    "terms.withdraw": of("member:edit", "handover_id", destroys=True),
    "terms.pack": of("self:use", "handover_id", personal=True),
    "terms.take": of("self:use", "handover_id", personal=True),
    # Reorganisations: one belongs to no unit; who may see one sees all.
    "reforms.index": of("reform:view"),
    "reforms.new": of("reform:edit"),
    "reforms.create": of("reform:edit"),
    "reforms.show": of("reform:view", "reform_id", reach="tenant", open_to_tenant=True),
    "reforms.progress": of("reform:view", "reform_id", reach="tenant", open_to_tenant=True),
    "reforms.change": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.save": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.discard": of("reform:edit", "reform_id", reach="tenant", destroys=True),
    "reforms.execute": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.undo": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.step_page": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.add_step": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.remove_step": of("reform:edit", "step_id", reach="tenant", destroys=True),
    "reforms.shift_step": of("reform:edit", "step_id", reach="tenant"),
    "reforms.paste_page": of("reform:edit", "reform_id", reach="tenant"),
    "reforms.paste": of("reform:edit", "reform_id", reach="tenant"),
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
    # What is to be held.
    # Plans and tasks.
    "plans.index": of("plan:view"),
    "plans.new": of("plan:edit"),
    "plans.show": of("plan:view", "plan_id"),
    "plans.original": of("plan:view", "plan_id"),
    "plans.head": of("plan:edit", "plan_id"),
    "plans.item": of("plan:edit", "plan_item_id"),
    "plans.decide": of("plan:edit", "plan_id"),
    "plans.move": of("plan:edit", "plan_id"),
    "plans.assign_items": of("plan:edit", "plan_id"),
    "tasks.index": of("plan:view"),
    "tasks.show": of("plan:view", "task_id"),
    "tasks.plan": of("plan:view", "task_id"),
    "tasks.work": of("task:work", "task_id"),
    "tasks.decide": of("plan:edit", "task_id"),
    "tasks.change": of("task:work", "task_id"),
    "tasks.proof": of("plan:view", "task_note_id"),
    "meetings.index": of("self:use"),
    "meetings.open_own": of("self:use"),
    "meetings.end_own": of("self:use"),
    "meetings.read": Route("", missing=True),
    "meetings.new": of("duty:record", "unit_id", query=True),
    "meetings.show": of("event:view", "meeting_id"),
    "meetings.invitation": of("self:use", "meeting_id", personal=True),
    "meetings.answer": of("self:use", "meeting_id", personal=True),
    "meetings.change_page": of("duty:record", "meeting_id"),
    "meetings.change": of("duty:record", "meeting_id"),
    "meetings.cancel": of("duty:record", "meeting_id", destroys=True),
    "meetings.stop": of("duty:record", "series_id", destroys=True),
    # The superior's check.
    "events.to_review": of("event:review"),
    "events.accept": of("event:review", "event_id", destroys=True),
    "events.return_it": of("event:review", "event_id", destroys=True),
    "events.accept_many": of("event:review"),
    # Files of events.
    "events.add_files": of("duty:record", "event_id"),
    "events.file": of("event:view", "event_file_id"),
    "events.remove_file": of("event:correct", "event_file_id", destroys=True),
    "events.show": of("event:view", "event_id"),
    "events.correct_form": of("event:correct", "event_id"),
    "events.correct": of("event:correct", "event_id"),
    "events.void": of("event:correct", "event_id"),
    "ledger.index": of("event:view"),
    "ledger.over": of("event:view"),
    "ledger.show": of("event:view", "unit_id"),
    # Dues.
    "dues.index": of("dues:view"),
    "dues.draw_below": of("dues:edit"),
    "dues.unpaid": of("dues:view"),
    "dues.sheet": of("dues:view", "unit_id"),
    "dues.draw": of("dues:edit", "unit_id"),
    "dues.collect": of("dues:edit", "unit_id"),
    "dues.close": of("dues:edit", "unit_id"),
    "dues.take_receipt_back": of("dues:edit", "receipt_id"),
    "dues.bases": of("dues:view", "unit_id"),
    "dues.save_bases": of("dues:edit", "unit_id"),
    "dues.person": of("dues:view", "person_id"),
    "dues.set_base": of("dues:edit", "person_id"),
    "dues.pay": of("dues:edit", "person_id"),
    "dues.request_relief": of("dues:edit", "person_id"),
    "dues.relief_list": of("dues:view"),
    "dues.decide": of("dues:approve", "relief_id"),
    "dues.withdraw": of("dues:edit", "relief_id"),
    "dues.book": of("dues:view", "unit_id"),
    "dues.enter_line": of("dues:edit", "unit_id"),
    "dues.reverse_line": of("dues:edit", "entry_id"),
    "dues.turnover": of("dues:view", "unit_id"),
    "dues.hand_over": of("dues:edit", "unit_id"),
    "dues.confirm": of("dues:edit", "turnover_id"),
    "dues.publication": of("dues:view", "unit_id"),
    "dues.employer": of("dues:view", "unit_id"),
    "dues.save_wages": of("dues:edit", "unit_id"),
    "dues.receive_employer": of("dues:edit", "unit_id"),
    "dues.rates": of("dues:view"),
    "dues.save_split": of("rule:edit"),
    "dues.save_rounding": of("rule:edit"),
    "dues.save_amount": of("rule:edit", "dues_rule_id", reach="tenant"),
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
    # Lists as Excel: each under the right of its page.
    "exports.accounts_people": of("account:view"),
    "exports.assessments_board": of("score:view"),
    "exports.audit_trail": of("audit:view"),
    "exports.documents_papers": of("document:view"),
    "exports.dues_book": of("dues:view", "unit_id", query=True),
    "exports.dues_months": of("dues:view"),
    "exports.dues_sheet": of("dues:view", "unit_id", query=True),
    "exports.duties_plan": of("duty:view"),
    "exports.events_reviews": of("event:review"),
    "exports.meetings_calendar": of("event:view"),
    "exports.ledger_matrix": of("event:view"),
    "exports.ledger_overview": of("event:view"),
    "exports.members_mobile": of("member:view"),
    "exports.members_offices": of("member:view"),
    "exports.members_roster": of("member:view"),
    "exports.organisations_listing": of("unit:view"),
    "exports.reforms_list": of("reform:view"),
    "exports.reminders_log": of("reminder:view"),
    "exports.terms_wanting": of("unit:view"),
    "exports.transfers_list": of("transfer:view"),
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
