"""What every page shows around its content: navigation by right, counts, the unit in view."""

from typing import Any

from flask import current_app, g, request, session, url_for
from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.access.roles import role_names
from shared.db import db
from shared.duties.queries import overdue_count
from shared.errors import NoTenant
from shared.i18n import _, current_locale, lazy_
from shared.jobs import running_count
from shared.messages.queries import unread_count

#: The roles in the order in which one is shown beside the name.
RANK = ("admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member")


#: Pages of other blueprints that stand under a left entry, besides those below its own address.
_WITHIN = {
    "organisations.index": ("terms", "reforms", "statistics"),
    "ledger.index": ("meetings", "events", "minutes", "study", "life", "publications"),
    "members.index": ("transfers", "dues"),
    "duties.index": ("plans", "tasks", "findings", "watchlist", "returns", "deeds", "contacts"),
    "assessments.index": ("ballots",),
    "documents.index": ("dispatches", "certificates"),
    "settings.index": ("channels", "letterheads"),
}
#: Single pages that stand under another entry than their blueprint: those that bring the old ledger in.
_BESIDE = {"imports.past": "ledger.index"}


def _current(entry: str) -> bool | None:
    """Whether a left entry is where the reader is; None leaves it to the address."""
    beside = _BESIDE.get(request.endpoint or "")
    if beside is not None:
        return entry == beside
    for one, blueprints in _WITHIN.items():
        if request.blueprint in blueprints:
            return entry == one
    return None


def _main(actor: Actor, counts: dict[str, int]) -> list[dict[str, Any]]:
    people = _("Members") if actor.tenant_kind == "union" else _("Party members")
    entries = [
        ("today.home", _("Today"), "calendar-check", Permission.SELF, counts["overdue"]),
        ("organisations.index", _("Organisations"), "sitemap", Permission.UNIT_VIEW, 0),
        ("members.index", people, "users", Permission.MEMBER_VIEW, 0),
        ("ledger.index", _("Ledger"), "notebook", Permission.EVENT_VIEW, 0),
        ("duties.index", _("Plan"), "list-check", Permission.DUTY_VIEW, 0),
        ("assessments.index", _("Assessment"), "chart-bar", Permission.SCORE_VIEW, 0),
        ("documents.index", _("Papers"), "file-text", Permission.DOCUMENT_VIEW, 0),
    ]
    return [
        {
            "endpoint": endpoint,
            "label": label,
            "icon": icon,
            "count": count,
            "count_title": _("Overdue: %(n)s", n=count),
            "current": _current(endpoint),
        }
        for endpoint, label, icon, permission, count in entries
        if actor.may(permission)
    ]


def _foot(actor: Actor, counts: dict[str, int]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    if actor.may(Permission.JOB_VIEW):
        entries.append(
            {
                "endpoint": "jobs.index",
                "label": _("Background jobs"),
                "icon": "stack-2",
                "count": counts["running"],
                "count_title": _("Running: %(n)s", n=counts["running"]),
                "calm": True,
            }
        )
    entries.append(
        {
            "endpoint": "settings.index",
            "label": _("Settings"),
            "icon": "settings",
            "current": _current("settings.index"),
        }
    )
    return entries


def _phone(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs of somebody who has only the own pages."""
    return [
        {"endpoint": "today.home", "label": _("Today"), "icon": "calendar-check"},
        {"endpoint": "members.me", "label": _("My record"), "icon": "user"},
        {
            "endpoint": "messages.index",
            "label": _("Messages"),
            "icon": "bell",
            "count": counts["unread"],
            "calm": True,
        },
    ]


def _operator() -> dict[str, Any]:
    return {
        "main": [{"endpoint": "tenants.index", "label": _("Tenants"), "icon": "sitemap"}],
        "foot": [],
        "phone": [{"endpoint": "tenants.index", "label": _("Tenants"), "icon": "sitemap"}],
    }


def _counts(actor: Actor) -> dict[str, int]:
    row = db.session.execute(
        select(
            overdue_count(actor).scalar_subquery(),
            unread_count(actor.person_id or 0).scalar_subquery(),
            running_count(actor.person_id or 0).scalar_subquery(),
        )
    ).one()
    return {"overdue": row[0], "unread": row[1], "running": row[2]}


#: The pages of a left entry that has several: endpoint, word, right, and the endpoints that count as it.
SECTIONS: dict[str, tuple[tuple[str, lazy_, Permission], ...]] = {
    "organisations": (
        ("organisations.index", lazy_("Tree"), Permission.UNIT_VIEW),
        ("organisations.chart", lazy_("Chart"), Permission.UNIT_VIEW),
        ("organisations.listing", lazy_("List of units"), Permission.UNIT_VIEW),
        ("terms.index", lazy_("Terms and elections"), Permission.UNIT_VIEW),
        ("reforms.index", lazy_("Reorganisations"), Permission.REFORM_VIEW),
        ("statistics.index", lazy_("Statistics"), Permission.MEMBER_VIEW),
    ),
    "members": (
        ("members.index", lazy_("Roster"), Permission.MEMBER_VIEW),
        ("transfers.index", lazy_("Transfers"), Permission.TRANSFER_VIEW),
        ("dues.index", lazy_("Dues and fees"), Permission.DUES_VIEW),
        ("members.mobile", lazy_("Mobile members"), Permission.MEMBER_VIEW),
        ("members.offices", lazy_("Holders of office"), Permission.MEMBER_VIEW),
    ),
    "plan": (
        ("duties.index", lazy_("Duties of the year"), Permission.DUTY_VIEW),
        ("plans.index", lazy_("Plans"), Permission.PLAN_VIEW),
        ("tasks.index", lazy_("Tasks"), Permission.PLAN_VIEW),
        ("returns.index", lazy_("Returns"), Permission.RETURN_VIEW),
        ("findings.index", lazy_("Rectification"), Permission.FINDING_VIEW),
        ("deeds.index", lazy_("Deeds and contacts"), Permission.DEED_VIEW),
    ),
    "messages": (
        ("messages.index", lazy_("My messages"), Permission.SELF),
        ("circulars.index", lazy_("Circulars"), Permission.SELF),
        ("reminders.index", lazy_("Reminders sent"), Permission.REMINDER_VIEW),
        ("reminders.proof", lazy_("Messages sent"), Permission.REMINDER_VIEW),
        ("audiences.index", lazy_("Segments"), Permission.CIRCULAR_SEND),
        ("messages.choices", lazy_("Message settings"), Permission.SELF),
    ),
    "assessments": (
        ("assessments.index", lazy_("Scores"), Permission.SCORE_VIEW),
        ("rounds.index", lazy_("Rounds"), Permission.SCORE_VIEW),
        ("rounds.appraisal_list", lazy_("Reports and appraisal"), Permission.SCORE_VIEW),
        ("rounds.honour_list", lazy_("Honours"), Permission.SCORE_VIEW),
        ("schemes.index", lazy_("Schemes"), Permission.SCORE_VIEW),
        ("ballots.index", lazy_("Ballots"), Permission.BALLOT_VIEW),
    ),
    "papers": (
        ("documents.index", lazy_("Papers"), Permission.DOCUMENT_VIEW),
        ("dispatches.index", lazy_("Official documents"), Permission.DISPATCH_VIEW),
        ("dispatches.numbers", lazy_("Register of numbers"), Permission.DISPATCH_VIEW),
        ("certificates.index", lazy_("Certificates"), Permission.DOCUMENT_VIEW),
    ),
    "ledger": (
        ("ledger.index", lazy_("Ledger of the year"), Permission.EVENT_VIEW),
        ("meetings.index", lazy_("Calendar"), Permission.EVENT_VIEW),
        ("minutes.index", lazy_("Minutes and resolutions"), Permission.EVENT_VIEW),
        ("life.index", lazy_("Leaders and talks"), Permission.MEMBER_VIEW),
        ("study.index", lazy_("Study"), Permission.EVENT_VIEW),
        ("publications.index", lazy_("Made public"), Permission.EVENT_VIEW),
        ("events.to_review", lazy_("Records to check"), Permission.EVENT_REVIEW),
    ),
}


#: Blueprints that are reached from the pages of another, under whose tab they stand.
_TAB_OF = {"contacts": "deeds", "watchlist": "findings"}
#: Single pages that stand under another tab than the first of their blueprint.
_PAGE_OF = {"reminders.sent": "reminders.proof", "reminders.why": "reminders.proof"}


def section_tabs(section: str) -> list[tuple[str, str, bool, int]]:
    """The tabs of a left entry as macros/page.html draws them, those the actor may open."""
    who: Actor | None = g.get("actor")
    pages = SECTIONS[section]
    here = _PAGE_OF.get(request.endpoint or "", request.endpoint)
    if here not in {endpoint for endpoint, _word, _right in pages}:
        # A page below one of the tabs: the tab of its own blueprint, or of the one it is reached from.
        under = _TAB_OF.get(request.blueprint or "", request.blueprint)
        here = next((one for one, _word, _right in pages if one.split(".")[0] == under), None)
    return [
        (str(word), url_for(endpoint), endpoint == here, 0)
        for endpoint, word, right in pages
        if who is not None and who.may(right) and endpoint in current_app.view_functions
    ]


def context() -> dict[str, Any]:
    """`shell`, `nav` and `locale` for layout.html; shell is None where nobody sits in a tenant."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        return {"shell": None, "nav": None, "locale": current_locale(), "actor": None}
    if actor.tenant_id is None:
        shell: dict[str, Any] = {
            "tenant_name": _("Platform") if actor.operator else "",
            "person_name": actor.name,
            "role_name": _("Platform operator") if actor.operator else "",
            "locale": current_locale(),
            "user_key": actor.login_id,
        }
        return {
            "shell": shell,
            "nav": _operator() if actor.operator else None,
            "locale": current_locale(),
            "actor": actor,
        }
    try:
        counts = _counts(actor)
    except NoTenant:
        # An error page after the tenant was closed.
        return {"shell": None, "nav": None, "locale": current_locale(), "actor": actor}
    grants = sorted(actor.grants, key=lambda grant: RANK.index(grant.role))
    first = grants[0]
    main = _main(actor, counts)
    return {
        "shell": {
            "tenant_name": actor.tenant_name,
            "unit_name": first.unit_name or actor.tenant_name,
            "unit_size": "",
            "overdue_count": counts["overdue"],
            "unread_count": counts["unread"],
            "jobs_running": counts["running"],
            "person_name": actor.name,
            "role_name": str(role_names(actor.tenant_kind)[first.role]),
            "seats_count": session.get("places", 1),
            "locale": current_locale(),
            "user_key": f"{actor.tenant_id}-{actor.login_id}",
        },
        "nav": {
            "main": main,
            "foot": _foot(actor, counts),
            **({} if len(main) > 1 else {"phone": _phone(counts)}),
        },
        "locale": current_locale(),
        "actor": actor,
    }
