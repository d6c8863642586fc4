"""Transfers: the post between tenants, the messages about them, the letter as PDF."""

from sqlalchemy import select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from services.worker.pdf import Press, PressFailed, fill
from shared.db import db, transaction
from shared.errors import Invalid
from shared.files import store
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job
from shared.messages.actions import Parcel
from shared.tenants.queries import keys
from shared.transfers.actions import carry_post
from shared.transfers.models import Letter, Transfer
from shared.transfers.queries import TransferRow, letter_facts, rows_of

#: A step of a transfer → whether its message still says something in this state of the transfer.
_TIMELY = {
    "sent": ("sent", "accepted"),
    "arrived": ("sent",),
    "accepted": ("accepted",),
    "refused": ("refused",),
    "withdrawn": ("withdrawn",),
}


def exchange_post() -> None:
    """The sweep's part: take in what other tenants sent, learn what became of what was sent to them."""
    with transaction():
        carry_post()


def compose_transfers(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The messages about transfers in hand; what has been overtaken since is left out."""
    recipients = addressed(parcels)
    transfers = rows_of([int(one.detail["transfer_id"]) for one in recipients])

    def write(one: Addressed) -> Said | None:
        transfer, step = transfers.get(int(one.detail["transfer_id"])), str(one.detail["step"])
        if transfer is None or transfer.state not in _TIMELY[step]:
            return None
        mine = transfer.person_id == one.person_id
        subject, text = _words(transfer, step, mine=mine)
        values = {
            "person": transfer.person_name,
            "sender": transfer.from_name,
            "receiver": transfer.to_name,
        }
        return Said(subject, text, "/me" if mine else f"/transfers/{transfer.id}", values)

    return compose_each(recipients, write)


def _words(row: TransferRow, step: str, *, mine: bool) -> tuple[str, str]:
    """Subject and body in the open locale. A mail names the person, never a number."""
    ends = {"name": row.person_name, "sender": row.from_name, "receiver": row.to_name}
    if mine:
        subject = {
            "sent": _("Your relationship is on the way"),
            "accepted": _("Your relationship has been transferred"),
            "refused": _("Your relationship was sent back"),
            "withdrawn": _("The transfer of your relationship was taken back"),
        }.get(step, _("Your relationship is on the way"))
        lines = [_("From %(sender)s to %(receiver)s.", **ends)]
    else:
        subject = {
            "sent": _("Transfer sent: %(name)s", **ends),
            "arrived": _("To receive: %(name)s", **ends),
            "accepted": _("Transfer accepted: %(name)s", **ends),
            "refused": _("Transfer sent back: %(name)s", **ends),
            "withdrawn": _("Transfer taken back: %(name)s", **ends),
        }[step]
        lines = [_("From %(sender)s to %(receiver)s.", **ends)]
    if step in ("sent", "arrived"):
        lines.append(_("To be accepted by %(day)s.", day=row.expires_on))
    if step == "accepted":
        lines.append(_("In force from %(day)s.", day=row.effective_on))
    if row.reply and step in ("refused", "withdrawn"):
        lines.append(_("Reason given: %(text)s", text=row.reply))
    return subject, "\n".join(lines)


def print_letter(job: Claimed) -> None:
    """Set one letter in the language of whoever issued it. The file holds an identity number: it is sealed."""
    job.progress(0, 1)
    with use_locale(job.args.get("locale")):
        facts = letter_facts(int(job.args["letter_id"]))
        by = db.session.scalar(select(Job.requested_by).where(Job.id == job.id))
        html = fill("letter", facts=facts)
        opened = keys()
        name = _("Letter %(number)s", number=facts.letter.number)
        db.session.rollback()
        with Press() as press:
            try:
                data = press.set(html)
            except PressFailed as failure:
                raise Invalid(
                    _("None of the papers could be made. The fault is ours and has been noted.")
                ) from failure
    with transaction():
        job.hold()
        letter = db.session.execute(
            select(Letter).where(Letter.id == facts.letter.id).execution_options(populate_existing=True)
        ).scalar_one()
        unit_id = db.session.scalar(select(Transfer.from_unit_id).where(Transfer.id == letter.transfer_id))
        file = store(
            data,
            name=f"{name}.pdf",
            media_type="application/pdf",
            purpose="letter",
            keys=opened,
            unit_id=unit_id,
            created_by=by,
        )
        letter.file_id = file.id
        job.finish(result={"papers": 1}, file_id=file.id)
