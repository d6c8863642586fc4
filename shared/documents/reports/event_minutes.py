"""Minutes of one record: roll, answers, text, votes, resolutions and signature as they were filed."""

from typing import Any

from shared.access.permissions import Permission
from shared.clock import local
from shared.documents.queries.event_minutes import Minutes, minutes_of
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Cell, Column, Section, Table, sheet
from shared.duties.periods import period_label
from shared.events.actions.signing import is_signed
from shared.events.kinds import KINDS, REASON_WORDS
from shared.events.models import Event
from shared.i18n import _, lazy_

#: Answers this short stand among the facts.
BRIEF = 40
_STATES = {"open": lazy_("Not done yet"), "done": lazy_("Done"), "dropped": lazy_("Dropped")}


def when(event: Event) -> str:
    """The day, and the time where one was given."""
    times = [one.strftime("%H:%M") for one in (event.starts_at, event.ends_at) if one is not None]
    return " ".join([event.held_on.isoformat(), "–".join(times)]).strip()


def present_said(event: Event) -> str:
    return _(
        "%(due)s expected, %(present)s present, %(absent)s absent",
        due=event.due_count,
        present=event.present_count,
        absent=event.due_count - event.present_count,
    )


def _read(subject: Subject) -> dict[str, Any]:
    found = minutes_of(subject.id)
    event, spec = found.event, KINDS[found.event.kind]
    unsigned = is_signed(event.kind) and event.state == "filed" and event.signed_on is None
    return sheet(
        str(spec.name),
        subject.unit.name,
        facts=_facts(found),
        sections=[*_texts(found), *_votes(found), *_resolutions(found), *_roll(found), *_besides(found)],
        signed=(_("Chair (signature)"), _("Minutes kept by"), _("Day")) if unsigned else (),
        foot=_(
            "Filed on %(day)s by %(name)s. The same record stands in the ledger of the unit.", **_filed(found)
        ),
    )


def _filed(found: Minutes) -> dict[str, str]:
    return {"day": local(found.event.filed_at).date().isoformat(), "name": found.shown.filed_by}


def _facts(found: Minutes) -> list[tuple[str, Cell]]:
    event, shown = found.event, found.shown
    facts: list[tuple[str, Cell]] = [
        (_("Title"), event.title),
        (_("Held on"), when(event)),
        (_("Place"), event.place),
        (_("Chair"), shown.chair),
        (_("Minutes kept by"), shown.clerk),
    ]
    if event.due_count:
        facts.append((_("Attendance"), present_said(event)))
    guests = [
        row["name"] + (_("(%(what)s)", what=row["remark"]) if row["remark"] else "") for row in found.guests
    ]
    facts.append((_("Sat in"), _(", ").join(guests)))
    facts += [(label, text) for label, text in shown.answers if _brief(text)]
    facts += [(_("Signature"), _signature(found)), (_("Fulfils"), _fulfils(found))]
    if event.backfilled:
        facts.append((_("Origin"), _("Entered later")))
    if event.state == "void":
        facts.append((_("State"), _("Declared void: %(reason)s", reason=event.void_reason or "")))
    elif event.review == "returned":
        facts.append((_("Check"), _("Returned: %(remark)s", remark=event.review_remark or "")))
    elif event.review == "accepted":
        facts.append((_("Check"), _("Passed the check")))
    if shown.corrections:
        facts.append((_("Corrections"), _("%(n)s times", n=shown.corrections)))
    return facts


def _brief(text: str) -> bool:
    return len(text) <= BRIEF and "\n" not in text


def _signature(found: Minutes) -> str:
    event = found.event
    if event.signed_on is None:
        return ""
    name = found.people.get(event.signed_by or 0, "")
    if event.signed_how == "seat":
        return _("%(name)s, %(day)s", name=name, day=event.signed_on.isoformat())
    return _("%(name)s on paper, %(day)s", name=name, day=event.signed_on.isoformat())


def _texts(found: Minutes) -> list[Section]:
    sections = [Section(label, text=text) for label, text in found.shown.answers if not _brief(text)]
    if found.event.content:
        heading = _("Content") if found.event.backfilled else _("Speaking points")
        sections.append(Section(heading, text=found.event.content))
    return sections


def _votes(found: Minutes) -> list[Section]:
    if not found.votes:
        return []
    columns = (
        Column(_("No."), "n", 7),
        Column(_("Matter voted on"), width=30),
        Column(_("How voted"), width=16),
        Column(_("Expected"), "n", 7),
        Column(_("Present"), "n", 7),
        Column(_("Ayes"), "n", 7),
        Column(_("Noes"), "n", 7),
        Column(_("Abstentions"), "n", 7),
        Column(_("Outcome"), width=12),
    )
    rows = tuple(
        (
            number,
            one.vote.matter,
            _("secret ballot") if one.vote.secret else _("open vote"),
            one.vote.due_count,
            one.vote.present_count,
            one.vote.yes,
            one.vote.no,
            one.vote.abstain,
            _("Passed") if one.vote.passed else _("Not passed"),
        )
        for number, one in enumerate(found.votes, start=1)
    )
    why = tuple(
        f"{number}. {one.name}{_(': ')}{' '.join(one.why)}" for number, one in enumerate(found.votes, 1)
    )
    return [Section(_("Votes"), table=Table(columns, rows, head=1)), Section(said=why)]


def _resolutions(found: Minutes) -> list[Section]:
    if not found.resolutions:
        return []
    columns = (
        Column(_("No."), "n", 7),
        Column(_("What was resolved"), width=40),
        Column(_("Who does it"), width=12),
        Column(_("Until when"), "nw", 13),
        Column(_("State"), width=12),
        Column(_("Outcome"), width=18),
    )
    rows = tuple(
        (number, one.content, one.owner, one.due_on, str(_STATES[one.state]), one.outcome)
        for number, one in enumerate(found.resolutions, start=1)
    )
    return [Section(_("Resolutions"), table=Table(columns, rows, head=1))]


def _roll(found: Minutes) -> list[Section]:
    if not found.roll:
        return []
    absent = Table(
        (Column(_("Name"), width=12), Column(_("Why absent"), width=14), Column(_("Remark"), width=30)),
        tuple((one.name, str(REASON_WORDS.get(one.reason or "", "")), one.note) for one in found.absent),
    )
    present = (_("Present:") + " " + _(", ").join(found.present),) if found.present else ()
    return [Section(_("Roll by name"), said=present), Section(table=absent)]


def _besides(found: Minutes) -> list[Section]:
    if not found.files:
        return []
    return [Section(_("Photos and papers"), said=tuple(one.name for one in found.files))]


def _fulfils(found: Minutes) -> str:
    return _("; ").join(
        period_label(item.period) + str(KINDS[item.kind].name) + (_(" (made up)") if item.made_up else "")
        for item in found.duties
    )


REPORT = Report(
    key="event_minutes",
    name=lazy_("Minutes of a record"),
    about=lazy_("Roll, text, votes, resolutions and signature of one record as filed"),
    of="event",
    span="none",
    may=Permission.EVENT_VIEW,
    read=_read,
    template="tables",
    page=("events.show", "event_id"),
)
