"""Organisational life by person as Excel: leaders, lectures, talks by branch, political birthdays of a month.

In the order of units and names, as on the pages; nothing here is sorted by a count.
"""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.duties.queries.life import quotas_of
from shared.events.kinds import KINDS
from shared.events.queries.life import (
    Birthday,
    BirthdayFilter,
    LeaderRow,
    LecturerRow,
    LifeFilter,
    TalkRow,
    birthdays_page,
    leaders_page,
    lecturers_page,
    talks_page,
)
from shared.events.queries.life.lectures import LECTURE
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said, year_said
from shared.exports.lists.values import day_of
from shared.i18n import _, lazy_
from shared.members.posts import post_name


def _said(_actor: Actor, given: LifeFilter) -> list[tuple[str, str]]:
    shown = _("What is missing") if given.view == "missing" else _("All")
    return [*year_said(given.year), *path_said(given.path), (_("Shown"), shown)]


def _leader_columns(_actor: Actor, _given: LifeFilter) -> list[Column[LeaderRow]]:
    def missed(row: LeaderRow) -> str:
        return _(", ").join(
            f"{one.held_on.isoformat()} {KINDS[one.kind].head if one.kind in KINDS else one.kind}"
            for one in row.missed
        )

    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(
            _("Office"),
            lambda row: _(", ").join(f"{name}{post_name(code)}" for code, name in row.offices),
            32,
        ),
        Column(_("Own branch or group"), lambda row: row.unit_name, 32),
        Column(_("Held"), lambda row: row.held, 8),
        Column(_("Attended"), lambda row: row.attended, 8),
        Column(_("Made up by study"), lambda row: row.made_up, 8),
        Column(_("Not attended"), lambda row: row.absent, 8),
        Column(_("What was missed"), missed, 48),
    ]


def _leader_chunks(actor: Actor, given: LifeFilter) -> Iterator[Sequence[LeaderRow]]:
    after = None
    while True:
        page = leaders_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _lecture_columns(_actor: Actor, _given: LifeFilter) -> list[Column[LecturerRow]]:
    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Unit"), lambda row: row.unit_name, 32),
        Column(_("Office"), lambda row: post_name(row.code) if row.code else None, 16),
        Column(_("Asked"), lambda row: row.asked, 8),
        Column(_("Given"), lambda row: row.given, 8),
        Column(
            _("Lectures given"),
            lambda row: _(", ").join(f"{one.held_on.isoformat()} {one.title}" for one in row.lectures),
            60,
        ),
    ]


def _lecture_chunks(actor: Actor, given: LifeFilter) -> Iterator[Sequence[LecturerRow]]:
    after, quotas = None, quotas_of(LECTURE, given.on)
    while True:
        page = lecturers_page(actor, given, quotas, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _talk_columns(_actor: Actor, _given: LifeFilter) -> list[Column[TalkRow]]:
    return [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Pairs of the committee"), lambda row: row.pairs, 12),
        Column(_("Pairs still to talk"), lambda row: row.pairs_left, 12),
        Column(_("Members of the branch"), lambda row: row.members, 8),
        Column(_("Not yet with the committee"), lambda row: row.members_left, 14),
        Column(_("Not yet with another member"), lambda row: row.among_left, 14),
    ]


def _talk_chunks(actor: Actor, given: LifeFilter) -> Iterator[Sequence[TalkRow]]:
    after = None
    while True:
        page = talks_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _birthday_columns(_actor: Actor, given: BirthdayFilter) -> list[Column[Birthday]]:
    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Joined"), lambda row: day_of(row.joined), 12),
        Column(_("Day of this year"), lambda row: row.day(given.year), 12),
        Column(_("Years"), lambda row: row.years(given.year) if given.view == "month" else None, 8),
    ]


def _birthday_chunks(actor: Actor, given: BirthdayFilter) -> Iterator[Sequence[Birthday]]:
    after = None
    while True:
        page = birthdays_page(actor, given, after=after, size=CHUNK)
        yield page.rows
        if page.after is None:
            return
        after = page.after


def _birthday_said(_actor: Actor, given: BirthdayFilter) -> list[tuple[str, str]]:
    shown = _("without a known month") if given.view == "lacking" else _("in this month")
    month = (_("Month"), _("Month %(month)s of %(year)s", year=given.year, month=given.month))
    return [month, *path_said(given.path), (_("Shown"), shown)]


LEADERS: List[LifeFilter, LeaderRow] = List(
    name="life.leaders",
    title=lazy_("Leaders in their own branch"),
    permission=Permission.MEMBER_VIEW,
    filter=LifeFilter,
    columns=_leader_columns,
    chunks=_leader_chunks,
    said=_said,
)
LECTURES: List[LifeFilter, LecturerRow] = List(
    name="life.lectures",
    title=lazy_("Lectures by leaders"),
    permission=Permission.MEMBER_VIEW,
    filter=LifeFilter,
    columns=_lecture_columns,
    chunks=_lecture_chunks,
    said=_said,
)
TALKS: List[LifeFilter, TalkRow] = List(
    name="life.talks",
    title=lazy_("Heart-to-heart talks"),
    permission=Permission.MEMBER_VIEW,
    filter=LifeFilter,
    columns=_talk_columns,
    chunks=_talk_chunks,
    said=_said,
)
BIRTHDAYS: List[BirthdayFilter, Birthday] = List(
    name="life.birthdays",
    title=lazy_("Political birthdays of members"),
    permission=Permission.MEMBER_VIEW,
    filter=BirthdayFilter,
    columns=_birthday_columns,
    chunks=_birthday_chunks,
    said=_birthday_said,
)
LIFE = (LEADERS, LECTURES, TALKS, BIRTHDAYS)
