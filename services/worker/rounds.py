"""The messages about rounds of assessment: opened, other last days, reminded, withdrawn."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each, dated
from services.worker.channels.outgoing import Composed
from shared.assessments.models import Entry, Round
from shared.clock import today
from shared.db import db
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.reminders.queries.letters import counted

#: Units named in one message; the page has all.
NAMED = 20
_RUNNING = ("open", "review")
#: An act of review and result, and in which states of the round it is still to be told.
_RESULTS = {
    "review": ("review",),
    "return": ("review",),
    "publish": ("published", "final"),
    "answer": ("published", "final"),
    "grade": ("published", "final"),
}


def compose_rounds(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about rounds in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Round, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Round.tenant_id, Unit.id == Round.unit_id))
        .where(Round.id.in_({int(one.detail["round_id"]) for one in recipients}))
    )
    known = {lap.id: (lap, unit_name) for lap, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        lap, unit_name = known[int(one.detail["round_id"])]
        act = str(one.detail.get("act", ""))
        if act not in ("open", "days", "remind", "withdraw"):
            return None
        if (lap.state == "withdrawn") != (act == "withdraw") or (
            act != "withdraw" and lap.state not in _RUNNING
        ):
            return None
        if act == "days" and one.detail["day"] != str(lap.self_until):
            return None
        subject = {
            "open": _("Assessment begins: %(name)s", name=lap.name),
            "days": _("Another last day: %(title)s", title=lap.name),
            "remind": _("Reminder, self-score still to be handed in: %(name)s", name=lap.name),
            "withdraw": _("Not needed any more: %(title)s", title=lap.name),
        }[act]
        if act == "withdraw":
            lines = [unit_name, _("This round has been withdrawn: %(reason)s", reason=lap.reason)]
        else:
            lines = [
                _("%(unit)s assesses your unit: %(name)s", unit=unit_name, name=lap.name),
                _("Last day: %(day)s", day=str(lap.self_until)),
            ]
        values = {"unit": unit_name, "title": lap.name, "day": str(lap.self_until)}
        return Said(subject, "\n".join(lines), "/rounds", values)

    return compose_each([one for one in recipients if int(one.detail["round_id"]) in known], write)


def compose_results(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about review, results and appeals of rounds; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Round, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Round.tenant_id, Unit.id == Round.unit_id))
        .where(Round.id.in_({int(one.detail["round_id"]) for one in recipients}))
    )
    known = {lap.id: (lap, unit_name) for lap, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        lap, unit_name = known[int(one.detail["round_id"])]
        act = str(one.detail.get("act", ""))
        if lap.state not in _RESULTS.get(act, ()):
            return None
        subject, text = {
            "review": (
                _("To review: %(name)s", name=lap.name),
                _("The review lasts until %(day)s.", day=str(lap.review_until)),
            ),
            "return": (
                _("Your sheet was returned: %(name)s", name=lap.name),
                _("Add what is missing and hand it in again."),
            ),
            "publish": (
                _("The result is published: %(name)s", name=lap.name),
                _("You may appeal until %(day)s.", day=str(lap.appeal_until)),
            ),
            "answer": (
                _("Your appeal is answered: %(name)s", name=lap.name),
                _("The answer stands on the page."),
            ),
            "grade": (
                _("Your grade has changed: %(name)s", name=lap.name),
                _("An appeal of another unit was upheld, and the grades were given anew."),
            ),
        }[act]
        day = {"review": lap.review_until, "publish": lap.appeal_until}.get(act)
        return Said(
            subject,
            f"{unit_name}\n{text}",
            "/rounds/reviews" if act == "review" else f"/rounds/{lap.id}",
            {"unit": unit_name, "title": lap.name, "day": str(day or "")},
        )

    return compose_each([one for one in recipients if int(one.detail["round_id"]) in known], write)


def compose_late_rounds(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Sheets past their day, for the unit or the one that holds the round; what was handed in meanwhile is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Entry.id, Round.name.label("title"), Round.self_until, Unit.name)
        .join(Round, and_(Round.tenant_id == Entry.tenant_id, Round.id == Entry.round_id))
        .join(Unit, and_(Unit.tenant_id == Entry.tenant_id, Unit.id == Entry.unit_id))
        .where(
            Entry.id.in_({key for one in recipients for key in one.detail["ids"]}),
            Entry.state.in_(("open", "returned")),
            Round.state.in_(_RUNNING),
            Round.self_until < today(),
        )
        .order_by(Unit.path)
    )
    known = {row.id: row for row in rows}

    def write(one: Addressed) -> Said | None:
        asked = set(one.detail["ids"])
        late = [row for key, row in known.items() if key in asked]
        if not late:
            return None
        title = late[0].title
        if one.detail["stage"] == 1:
            lines = [dated(row.self_until, row.name, row.title) for row in late[:NAMED]]
            if len(late) > NAMED:
                lines.append(_("and %(n)s more", n=len(late) - NAMED))
            page = f"/rounds/entries/{late[0].id}" if len(late) == 1 else "/rounds"
            return Said(_("Self-score past its day: %(title)s", title=title), "\n".join(lines), page)
        return Said(
            _("%(n)s units have not handed in: %(title)s", n=len(late), title=title),
            "\n".join(counted(row.name for row in late)),
            f"/rounds/{one.detail['round_id']}?view=late",
        )

    return compose_each(recipients, write)
