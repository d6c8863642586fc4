"""Composes digests and presses: the due items of the recipient, and what else of theirs is past its day."""

from collections import defaultdict
from collections.abc import Callable

from services.worker.channels.outgoing import Composed
from services.worker.deeds import compose_late_deeds
from services.worker.findings import compose_late_findings
from services.worker.plans import compose_late_tasks
from services.worker.resolutions import compose_late
from services.worker.returns import compose_late_returns
from services.worker.rounds import compose_late_rounds
from services.worker.watchlist import compose_watch_late
from shared.clock import today
from shared.i18n import _, use_locale
from shared.messages.actions import Parcel
from shared.reminders.queries.joined import joined
from shared.reminders.queries.letters import Letter, body_of, letters, subject_of
from shared.settings import settings

#: The kinds that go in the day's digest → what writes them, as it would if they went by themselves.
PARTS: dict[str, Callable[[list[Parcel]], dict[int, Composed | str]]] = {
    "task_late": compose_late_tasks,
    "resolution_late": compose_late,
    "finding_late": compose_late_findings,
    "return_late": compose_late_returns,
    "assessment_late": compose_late_rounds,
    "deed_late": compose_late_deeds,
    "watch_late": compose_watch_late,
}
#: A digest says at most so many things besides the due items; the pages hold all.
MOST = 20


def compose(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """The digests and presses in hand; what was done meanwhile is left out, and nothing left is the reason `done`."""
    found: dict[int, Composed | str] = {}
    parts = _parts(parcels)
    for delivery_id, letter in letters([parcel.id for parcel in parcels]).items():
        if letter.reason not in (None, "done"):
            found[delivery_id] = letter.reason or ""
        elif not letter.lines and not parts[delivery_id]:
            found[delivery_id] = "done"
        else:
            with use_locale(letter.locale):
                found[delivery_id] = _written(letter, parts[delivery_id])
    return found


def _parts(parcels: list[Parcel]) -> dict[int, list[Composed]]:
    """What each digest says besides its due items, by the order of PARTS. A query for all, and those of each kind."""
    digests = [
        (parcel.id, parcel.person_id, parcel.channel)
        for parcel in parcels
        if parcel.kind == "digest" and parcel.person_id is not None
    ]
    found: dict[int, list[Composed]] = defaultdict(list)
    carried = joined(digests) if digests else []
    for kind, write in PARTS.items():
        some = [one for one in carried if one.kind == kind]
        if not some:
            continue
        written = write(
            [
                Parcel(one.id, one.occasion_id, kind, one.person_id, one.channel, 0, one.created_at, None, "")
                for one in some
            ]
        )
        for one in some:
            if isinstance(part := written.get(one.id), Composed):
                found[one.carrier_id].append(part)
    return found


def _written(letter: Letter, parts: list[Composed]) -> Composed:
    """In the open locale."""
    on = today()
    page = settings().base_url + "/"
    if not letter.lines and len(parts) == 1:
        [only] = parts
        values = {"count": "1", "late": "1"}
        return Composed(
            letter.address, only.subject, only.text, only.footer, letter.locale, only.link, values=values
        )
    subjects = [subject_of(letter, on)] if letter.lines else []
    subjects += [part.subject for part in parts]
    subject = (
        subjects[0]
        if len(subjects) == 1
        else _("%(first)s; and %(n)s more matters", first=subjects[0], n=len(subjects) - 1)
    )
    texts = [body_of(letter, on)] if letter.lines else []
    for part in parts[:MOST]:
        # What a message by itself says again as its first line stands here as the heading.
        lines = [line for line in part.text.split("\n") if line and line != part.subject]
        texts.append("\n".join([part.subject, *lines, _("Open the page: %(address)s", address=part.link)]))
    if len(parts) > MOST:
        texts.append(_("and %(n)s more", n=len(parts) - MOST))
    text = "\n\n".join(texts)
    values = {
        "count": str(len(letter.lines) + len(parts)),
        "late": str(sum(line.due_on < on for line in letter.lines) + len(parts)),
    }
    return Composed(
        letter.address, subject, text, _to_do(page), letter.locale, page if parts else "", values=values
    )


def _to_do(page: str) -> str:
    return (
        "\n\n"
        + _("Open the to-do list: %(address)s", address=page)
        + "\n"
        + _("This message was sent by the system; replies are not read.")
    )
