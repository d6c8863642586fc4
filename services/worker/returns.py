"""The messages about template tables: sent out, another day, withdrawn, reminded, returned, late."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each, dated
from services.worker.channels.outgoing import Composed
from shared.clock import today
from shared.db import db
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.reminders.queries.letters import counted
from shared.returns.models import Filling, FillingNote, ReturnTable

#: Units named in one message; the page has all.
NAMED = 20
_TO_FILL = "/returns?what=fill"


def compose_returns(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about tables in hand; one that has been overtaken is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(ReturnTable, Unit.name)
        .join(Unit, and_(Unit.tenant_id == ReturnTable.tenant_id, Unit.id == ReturnTable.unit_id))
        .where(ReturnTable.id.in_({int(one.detail["return_id"]) for one in recipients}))
    )
    known = {table.id: (table, unit_name) for table, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        table, unit_name = known[int(one.detail["return_id"])]
        act = str(one.detail.get("act", "day" if "day" in one.detail else "issue"))
        if table.state != ("withdrawn" if act == "withdraw" else "issued"):
            return None
        if act == "day" and one.detail["day"] != str(table.due_on):
            return None
        subject = {
            "issue": _("To be filled in: %(title)s", title=table.title),
            "day": _("Another last day: %(title)s", title=table.title),
            "remind": _("Reminder, still to be filled in: %(title)s", title=table.title),
            "withdraw": _("Not needed any more: %(title)s", title=table.title),
        }[act]
        lines = [
            _("%(unit)s asks your unit to fill in a table: %(title)s", unit=unit_name, title=table.title)
        ]
        if act == "withdraw":
            lines = [unit_name, _("This table has been withdrawn: %(reason)s", reason=table.reason)]
        else:
            lines.append(_("Last day: %(day)s", day=str(table.due_on)))
        values = {"unit": unit_name, "title": table.title, "day": str(table.due_on or "")}
        return Said(subject, "\n".join(lines), "/returns" if act == "withdraw" else _TO_FILL, values)

    return compose_each([one for one in recipients if int(one.detail["return_id"]) in known], write)


def compose_fillings(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """A copy was returned with a remark; handed in again meanwhile, nothing is said."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(FillingNote.id, FillingNote.remark, Filling.id, Filling.state, ReturnTable, Unit.name)
        .join(Filling, and_(Filling.tenant_id == FillingNote.tenant_id, Filling.id == FillingNote.filling_id))
        .join(
            ReturnTable,
            and_(ReturnTable.tenant_id == Filling.tenant_id, ReturnTable.id == Filling.return_id),
        )
        .join(Unit, and_(Unit.tenant_id == Filling.tenant_id, Unit.id == Filling.unit_id))
        .where(FillingNote.id.in_({int(one.detail["note_id"]) for one in recipients}))
    )
    known = {row[0]: row[1:] for row in rows}

    def write(one: Addressed) -> Said | None:
        remark, filling_id, state, table, unit_name = known[int(one.detail["note_id"])]
        if state != "returned" or table.state != "issued":
            return None
        lines = [
            unit_name,
            _("Returned: %(remark)s", remark=remark),
            _("Last day: %(day)s", day=str(table.due_on)),
        ]
        return Said(
            _("Table returned: %(title)s", title=table.title),
            "\n".join(lines),
            f"/returns/fillings/{filling_id}",
            {"unit": unit_name, "title": table.title, "day": str(table.due_on or ""), "remark": remark},
        )

    return compose_each([one for one in recipients if int(one.detail["note_id"]) in known], write)


def compose_late_returns(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What is past its day, for the unit that fills in or the one that asks; what has come meanwhile is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Filling.id, ReturnTable.title, ReturnTable.due_on, Unit.name)
        .join(
            ReturnTable,
            and_(ReturnTable.tenant_id == Filling.tenant_id, ReturnTable.id == Filling.return_id),
        )
        .join(Unit, and_(Unit.tenant_id == Filling.tenant_id, Unit.id == Filling.unit_id))
        .where(
            Filling.id.in_({key for one in recipients for key in one.detail["ids"]}),
            Filling.state.in_(("open", "returned")),
            ReturnTable.state == "issued",
            ReturnTable.due_on < today(),
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
        lines = [dated(row.due_on, row.name, row.title) for row in late[:NAMED]]
        if len(late) > NAMED:
            lines.append(_("and %(n)s more", n=len(late) - NAMED))
        if one.detail["stage"] == 1:
            return Said(_("Past its day: %(title)s", title=title), "\n".join(lines), _TO_FILL + "&view=late")
        return Said(
            _("%(n)s units have not handed in: %(title)s", n=len(late), title=title),
            "\n".join(counted(row.name for row in late)),
            f"/returns/{one.detail['return_id']}?view=late",
        )

    return compose_each(recipients, write)
