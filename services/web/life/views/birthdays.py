"""政治生日: the month's anniversaries of admission, cards to print, and one record for all of a branch."""

import re
from dataclasses import replace
from datetime import date
from itertools import groupby

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.life.views.routes import address, blueprint, common, number, unit_asked, year_asked
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.events.queries.life import (
    Birthday,
    BirthdayFilter,
    BirthdayPage,
    LifeFilter,
    TalkRow,
    birthday_counts,
    birthdays_page,
    talks_page,
)
from shared.events.queries.life.birthdays import KIND, BirthdayPlace, recorded_birthdays
from shared.i18n import _
from shared.members.models import Person
from shared.organisations.models import Unit

#: Cards printed at once; the next ones come by the link below.
CARDS = 200


def birthdays_asked() -> tuple[Unit | None, BirthdayFilter]:
    unit = unit_asked()
    month = number("month")
    return unit, BirthdayFilter(
        year=year_asked(),
        month=month if month is not None and 1 <= month <= 12 else today().month,
        path=unit.path if unit else None,
        view="lacking" if request.args.get("view") == "lacking" else "month",
    )


def _place() -> BirthdayPlace | None:
    """A place in the list, 'id~day~path~name_key'; whatever cannot be read counts as not given."""
    parts = request.args.get("after", "").split("~", 3)
    if len(parts) != 4 or not re.fullmatch(
        r"\d{1,18}~(\d\d)?~(\d{10}\.){1,30}", "~".join(parts[:3]), re.ASCII
    ):
        return None
    return parts[2], parts[1], parts[3][:400].replace("\0", ""), int(parts[0])


def _text(place: BirthdayPlace | None) -> str | None:
    return f"{place[3]}~{place[1]}~{place[0]}~{place[2]}" if place else None


def _record_address(unit_id: int, people: list[Birthday]) -> str:
    """One form for all of a branch, filled with their names."""
    names = _(", ").join(person.name for person in people)
    return url_for("events.new", unit_id=unit_id, kind=KIND, honoured=names, persons=len(people), card="1")


@blueprint.get("/birthdays")
@requires(Permission.MEMBER_VIEW)
def birthdays() -> str:
    unit, given = birthdays_asked()
    after = _place()
    page = birthdays_page(actor(), given, after=after)
    month, lacking = birthday_counts(actor(), given)
    on = today()
    return render_template(
        "life/birthdays.html",
        page=page,
        groups=_groups(page, continued=after is not None),
        recorded=recorded_birthdays({row.unit_id for row in page.rows}, given),
        given=given,
        month=month,
        lacking=lacking,
        months=[(one, _("Month %(n)s", n=one)) for one in range(1, 13)],
        record_address=_record_address,
        coming=(given.year, given.month) == (on.year, on.month) or date(given.year, given.month, 1) < on,
        next=address(after=_text(page.after)) if page.after else None,
        **common(unit, given.year),
    )


def _groups(page: BirthdayPage, *, continued: bool) -> list[tuple[tuple[int, str], list[Birthday], bool]]:
    """The rows by unit; the last part tells whether the unit stands here with all its people."""
    groups = [
        (key, list(some)) for key, some in groupby(page.rows, key=lambda row: (row.unit_id, row.unit_name))
    ]
    last = len(groups) - 1
    return [
        (key, people, not ((continued and place == 0) or (page.after is not None and place == last)))
        for place, (key, people) in enumerate(groups)
    ]


@blueprint.get("/birthdays/cards")
@requires(Permission.MEMBER_VIEW)
def cards() -> str:
    """Cards for everybody of the month in the filter, or for one person; two a sheet."""
    unit, given = birthdays_asked()
    key = number("person_id")
    if key is not None:
        given = replace(given, person_id=fetch(Person, key, actor=actor(), may=Permission.MEMBER_VIEW).id)
    page = birthdays_page(actor(), given, after=_place(), size=CARDS)
    return render_template(
        "life/cards.html",
        rows=page.rows,
        given=given,
        next=address(after=_text(page.after)) if page.after else None,
        **common(unit, given.year),
    )


@blueprint.app_template_global("life_at_hand")
def life_at_hand() -> tuple[int, list[TalkRow]]:
    """For the first page of who keeps a branch: anniversaries of this month, branches with talks still to hold."""
    who = actor()
    if who.tenant_kind == "union" or not who.reaches(Permission.MEMBER_VIEW):
        return 0, []
    on = today()
    month, _lacking = birthday_counts(who, BirthdayFilter(on.year, on.month))
    return month, talks_page(who, LifeFilter(on.year), size=5).rows
