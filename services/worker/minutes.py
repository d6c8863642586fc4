"""Minutes on their way to the chair: the messages about them."""

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, about, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.events.actions.drafts import title_of
from shared.events.models import Minutes
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.organisations.models import Unit


def compose_minutes(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What lies with the chair, and what came back; what was signed or taken back meanwhile is left out."""
    recipients = addressed(parcels)
    rows = db.session.execute(
        select(Minutes, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Minutes.tenant_id, Unit.id == Minutes.unit_id))
        .where(Minutes.id.in_({int(one.detail["minutes_id"]) for one in recipients}))
    )
    known = {minutes.id: (minutes, unit_name) for minutes, unit_name in rows}

    def write(one: Addressed) -> Said | None:
        minutes, unit_name = known[int(one.detail["minutes_id"])]
        step = str(one.detail["step"])
        if minutes.state != step or (step == "sent" and minutes.chair_id != one.person_id):
            # Overtaken: signed, taken back, or somebody else chairs it by now.
            return None
        lines = [about(unit_name, title_of(minutes), minutes.held_on or "")]
        values = {"unit": unit_name, "title": title_of(minutes)}
        if step == "sent":
            lines += ["", _("Read it and sign, or send it back with a remark; it is filed once signed.")]
            return Said(
                _("For your signature: %(title)s", title=title_of(minutes)),
                "\n".join(lines),
                f"/minutes/{minutes.id}/sign",
                values,
            )
        lines.append(_("What is to be mended: %(remark)s", remark=minutes.remark or ""))
        return Said(
            _("Sent back by the chair: %(title)s", title=title_of(minutes)),
            "\n".join(lines),
            f"/minutes/{minutes.id}",
            values,
        )

    return compose_each([one for one in recipients if int(one.detail["minutes_id"]) in known], write)
