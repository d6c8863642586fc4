"""People as Excel: the roster, mobile members, holders of office. Numbers are masked as on the page."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said
from shared.exports.lists.values import day_of
from shared.i18n import _, lazy_
from shared.members.posts import post_name
from shared.members.queries import RosterFilter
from shared.members.queries.mobile import MobileFilter, MobileRow, count_mobile, mobile_page
from shared.members.queries.offices import OfficeFilter, OfficeRow, offices_page
from shared.members.queries.roster import (
    ANY,
    LEADERS,
    MEMBERS,
    RosterRow,
    count_statement,
    roster_page,
)
from shared.members.registry import REGISTRY, choice_name
from shared.members.relations import relation_name
from shared.members.statuses import status_name


def _columns(_actor: Actor, given: RosterFilter) -> list[Column[RosterRow]]:
    sexes = {"m": _("male"), "f": _("female")}
    columns: list[Column[RosterRow]] = [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Sex"), lambda row: sexes.get(row.sex or ""), 6),
        Column(_("Unit"), lambda row: row.unit_name, 32),
        Column(_("Standing"), lambda row: row.status_name, 12),
        Column(_("Relationship"), lambda row: relation_name(row.relation), 12),
        Column(_("Office"), lambda row: _(", ").join(row.post_names), 20),
        Column(_("Joined"), lambda row: day_of(row.joined), 12),
    ]
    if given.on is None:
        columns += [
            Column(_("Identity number"), lambda row: row.identity, 22),
            Column(_("Telephone"), lambda row: row.phone, 16),
        ]
    return columns


def _chunks(actor: Actor, given: RosterFilter) -> Iterator[Sequence[RosterRow]]:
    after = None
    while True:
        page = roster_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _said(_actor: Actor, given: RosterFilter) -> list[tuple[str, str]]:
    said = path_said(given.path)
    said.append((_("Party or union line"), _("Union line") if given.line == "union" else _("Party line")))
    if given.on is not None:
        said.append((_("On the day"), given.on.isoformat()))
    if given.status is not None:
        everybody = given.status == MEMBERS
        said.append(
            (_("Standing"), _("All who count as members") if everybody else status_name(given.status))
        )
    if given.relation == ANY:
        said.append((_("Relationship"), _("Every relation")))
    else:
        counted = given.relation is None
        name = _("In the number of the unit") if counted else relation_name(given.relation or "")
        said.append((_("Relationship"), name))
    said += _register(given)
    if given.post is not None:
        leaders = given.post == LEADERS
        said.append((_("Office"), _("Whoever answers for a unit") if leaders else post_name(given.post)))
    if given.gaps:
        said.append((_("Shown"), _("lack a telephone or identity number")))
    return said


def _register(given: RosterFilter) -> list[tuple[str, str]]:
    """The conditions on the person's own columns in words."""
    heads = {
        "education": _("Education"),
        "political": _("Political status"),
        "household": _("Household registration"),
        "employment": _("Form of employment"),
    }
    said = [
        (heads.get(column, column), choice_name(column, key))
        for column in REGISTRY
        if (key := getattr(given, column))
    ]
    if given.sex:
        said.append((_("Sex"), _("male") if given.sex == "m" else _("female")))
    return said


def _count(actor: Actor, given: RosterFilter) -> int:
    return int(db.session.execute(count_statement(actor, given, whole=True)).scalar_one())


def _mobile_columns(_actor: Actor, _given: MobileFilter) -> list[Column[MobileRow]]:
    on = today()
    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Unit"), lambda row: row.unit_name, 32),
        Column(_("Relationship"), lambda row: row.relation_name, 12),
        Column(_("Place of stay"), lambda row: row.place, 24),
        Column(_("Organisation there"), lambda row: row.host, 28),
        Column(_("Reason"), lambda row: row.reason_name, 12),
        Column(_("There since"), lambda row: row.since, 12),
        Column(_("Who keeps contact"), lambda row: row.keeper, 12),
        Column(_("Last contact"), lambda row: row.last, 12),
        Column(_("Contact due by"), lambda row: row.contact_due if row.asked else None, 12),
        Column(_("Days overdue"), lambda row: max(-row.days_left(on), 0) if row.asked else None, 10),
        Column(_("Advice"), lambda row: _("should be transferred") if row.advised else None, 14),
    ]


def _mobile_chunks(actor: Actor, given: MobileFilter) -> Iterator[Sequence[MobileRow]]:
    after = None
    while True:
        page = mobile_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _mobile_said(_actor: Actor, given: MobileFilter) -> list[tuple[str, str]]:
    shows = {
        "late": _("contact overdue or details missing"),
        "advice": _("away so long that the relationship should move"),
        "out": _("away"),
        "in": _("here from elsewhere"),
    }
    return [*path_said(given.path), (_("Shown"), shows[given.show])]


def _office_columns(_actor: Actor, given: OfficeFilter) -> list[Column[OfficeRow]]:
    def changed(row: OfficeRow) -> str:
        took = given.since is not None and given.until is not None and given.since <= row.since <= given.until
        left = (
            given.since is not None
            and given.until is not None
            and row.until is not None
            and given.since <= row.until <= given.until
        )
        return _(", ").join(
            word for word, here in ((_("took office"), took), (_("left office"), left)) if here
        )

    columns: list[Column[OfficeRow]] = [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Office"), lambda row: row.name, 18),
        Column(_("Name"), lambda row: row.person_name, 12),
        Column(_("How"), lambda row: row.basis_name, 10),
        Column(_("Document"), lambda row: row.document, 24),
        Column(_("Office since"), lambda row: row.since, 12),
        Column(_("Office until"), lambda row: row.until, 12),
    ]
    if given.period:
        columns.append(Column(_("Change of office"), changed, 14))
    return columns


def _office_chunks(actor: Actor, given: OfficeFilter) -> Iterator[Sequence[OfficeRow]]:
    after = None
    while True:
        page = offices_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _office_said(_actor: Actor, given: OfficeFilter) -> list[tuple[str, str]]:
    said = path_said(given.path)
    said.append((_("Party or union line"), _("Union line") if given.line == "union" else _("Party line")))
    if given.period:
        said.append((_("Period"), _("%(first)s to %(last)s", first=given.since, last=given.until)))
        if given.change != "all":
            said.append((_("Shown"), _("took office") if given.change == "took" else _("left office")))
    else:
        said.append((_("On the day"), given.on.isoformat()))
    if given.post is not None:
        leaders = given.post == LEADERS
        said.append((_("Office"), _("Whoever answers for a unit") if leaders else post_name(given.post)))
    return said


MOBILE: List[MobileFilter, MobileRow] = List(
    name="members.mobile",
    title=lazy_("Mobile members"),
    permission=Permission.MEMBER_VIEW,
    filter=MobileFilter,
    columns=_mobile_columns,
    chunks=_mobile_chunks,
    said=_mobile_said,
    count=lambda actor, given: count_mobile(actor, given.path)[given.show],
)
OFFICES: List[OfficeFilter, OfficeRow] = List(
    name="members.offices",
    title=lazy_("Holders of office"),
    permission=Permission.MEMBER_VIEW,
    filter=OfficeFilter,
    columns=_office_columns,
    chunks=_office_chunks,
    said=_office_said,
)
ROSTER: List[RosterFilter, RosterRow] = List(
    name="members.roster",
    title=lazy_("Roster"),
    permission=Permission.MEMBER_VIEW,
    filter=RosterFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
    count=_count,
)
