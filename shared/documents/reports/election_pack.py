"""Pack of an election at the end of a term (换届): due and present, votes of each candidate, who was elected."""

from typing import Any

from shared.access.permissions import Permission
from shared.ballots.kinds import CHOICES, ballot_kinds
from shared.ballots.models import Poll
from shared.ballots.queries.results import Line, Result
from shared.documents.queries.election_pack import Pack, election_pack
from shared.documents.reports.event_minutes import when
from shared.documents.reports.report import Report, Subject
from shared.documents.reports.tables import Cell, Column, Section, Table, sheet
from shared.duties.queries.terms import Seated
from shared.i18n import _, lazy_


def _facts(found: Pack) -> list[tuple[str, Cell]]:
    event, shown = found.event, found.shown
    if event is None or shown is None:
        return []
    return [
        (_("Held on"), when(event)),
        (_("Place"), event.place),
        *shown.answers,
        (_("Expected"), event.due_count),
        (_("Present"), event.present_count),
        (_("Absent"), event.due_count - event.present_count),
    ]


def _outcome(line: Line) -> str:
    if line.elected:
        return _("Elected or chosen")
    return _("Tied: a further run") if line.tied else _("Not elected")


def _ballot(poll: Poll, result: Result) -> list[Section]:
    kind = ballot_kinds()[poll.kind]
    said = [
        _(
            "May vote %(due)s, ballots cast %(present)s, invalid %(invalid)s, seats %(seats)s.",
            due=result.due,
            present=result.present,
            invalid=result.invalid,
            seats=poll.seats or "",
        )
    ]
    if result.quorate is not None:
        said.append(_("Quorum reached.") if result.quorate else _("Quorum not reached: nobody is elected."))
    if result.rule is not None:
        said.append(result.rule.source)
    if not result.shown:
        return [Section(poll.title, said=(*said, _("Too few ballots to be shown")))]
    table = Table(
        (
            Column(_("No."), "n", 7),
            Column(_("Candidate"), width=20),
            *(Column(str(CHOICES[choice]), "n", 10) for choice in kind.choices),
            Column(_("Outcome"), width=18),
        ),
        tuple(
            (
                line.item.ordinal,
                line.item.title,
                *(line.votes[choice] for choice in kind.choices),
                _outcome(line),
            )
            for line in result.lines
        ),
        head=1,
    )
    sections = [Section(poll.title, said=tuple(said), table=table)]
    if result.written:
        written = _(", ").join(f"{name} {votes}" for name, votes in sorted(result.written.items()))
        sections.append(Section(said=(_("Written in") + _(": ") + written,)))
    return sections


def _people(rows: list[Seated], *, left: bool) -> Table:
    columns = [Column(_("Office"), width=24), Column(_("Name"), width=16)]
    columns += [Column(_("How"), width=14), Column(_("From"), "nw", 14)]
    columns.append(Column(_("To"), "nw", 14) if left else Column(_("Document"), width=26))
    return Table(
        tuple(columns),
        tuple(
            (one.post_name, one.name, one.basis_name, one.since, one.until if left else one.document)
            for one in rows
        ),
    )


def _terms(found: Pack) -> Table:
    return Table(
        (
            Column(_("Term"), width=16),
            Column(_("Began"), "nw", 14),
            Column(_("Ends"), "nw", 14),
            Column(_("Document"), width=30),
        ),
        tuple(
            (
                _("Term %(n)s", n=one.number) if one.number else _("not numbered"),
                one.began_on,
                one.postponed_to or one.ends_on,
                one.document,
            )
            for one in found.terms
        ),
    )


def _read(subject: Subject) -> dict[str, Any]:
    found = election_pack(subject.unit)
    sections = [section for poll, result in found.ballots for section in _ballot(poll, result)]
    if found.event is None:
        sections.append(Section(said=(_("No election of this unit is recorded."),)))
    sections.append(
        Section(_("In office now"), table=_people(found.now, left=False), empty=_("Nobody holds an office"))
    )
    if found.left:
        sections.append(Section(_("Left office"), table=_people(found.left, left=True)))
    sections.append(Section(_("Terms"), table=_terms(found), empty=_("No term is entered")))
    return sheet(
        _("Election at the end of the term"),
        subject.unit.name,
        facts=_facts(found),
        sections=sections,
        signed=(_("Chief teller"), _("Teller"), _("Chair (signature)"), _("Day")),
    )


REPORT = Report(
    key="election_pack",
    name=lazy_("Pack of an election"),
    about=lazy_("Due and present, the votes of each candidate, who was elected, and the term"),
    of="unit",
    span="none",
    may=Permission.BALLOT_VIEW,
    read=_read,
    template="tables",
    page=("terms.show", "unit_id"),
    many=False,
)
