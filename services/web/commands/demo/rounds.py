"""A round of assessment under way: most units have handed in, one was late, one has only begun."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.reviews import review_last_quarter
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.assessments.actions.entering import (
    TypedMark,
    hand_in,
    is_written,
    lines_of,
    save_marks,
    takes_points,
)
from shared.assessments.actions.opening import Opening, count_units, open_round
from shared.assessments.models import Entry, Line, Round, Scheme
from shared.db import db
from shared.i18n import _
from shared.organisations.models import Unit

#: Of the units: every so many has not handed in yet.
WAITING = 5


def assess(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    officer: Belonging,
    on: date,
) -> None:
    """Open this year's round of the sheet that measures most units, and have the units say their own marks."""
    actor = acting(admin, officer)
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    schemes = db.session.scalars(select(Scheme).where(Scheme.enabled).order_by(Scheme.id)).all()
    # The administrator opens: the officer's reach is a part of the tree. The home unit takes part where it can.
    own = db.session.execute(select(Unit).where(Unit.id == units[given.home].id)).scalar_one()
    scheme = max(
        schemes,
        key=lambda one: (
            own.sector in one.applies["sectors"] and own.kind in one.applies["unit_kinds"],
            count_units(admin, scheme=one, unit=root),
        ),
    )
    count = count_units(admin, scheme=scheme, unit=root)
    if not count:
        return
    review_last_quarter(given, units, staffs, admin, scheme=scheme, on=on)
    lap, fresh = open_round(
        admin,
        scheme=scheme,
        unit=root,
        words=Opening(
            name=_("Year %(year)s", year=on.year) + " " + _(scheme.name),
            period="year",
            starts_on=date(on.year, 1, 1),
            ends_on=date(on.year, 12, 31),
            self_until=on + timedelta(days=5),
            review_until=on + timedelta(days=20),
            appeal_until=on + timedelta(days=30),
        ),
        seen=count,
        form_key=f"demo round {given.domain}",
    )
    if fresh:
        _enter(given, lap, staffs, units, actor, home=units[given.home].id)


def _enter(
    given: Plan, lap: Round, staffs: dict[str, Staff], units: dict[str, Planted], actor: Actor, *, home: int
) -> None:
    """The home unit has begun; of the others most have handed in."""
    leading = {units[name].id: staffs[name].posts.get(given.leading) for name in units if name in staffs}
    lines = [line for line in lines_of(lap) if is_written(line)]
    rows = db.session.scalars(select(Entry).where(Entry.round_id == lap.id).order_by(Entry.id)).all()
    for turn, row in enumerate(rows):
        leader = leading.get(row.unit_id)
        who = acting(actor, leader) if leader is not None else actor
        typed = {line.id: _said(line) for line in lines}
        if row.unit_id == home:
            first = dict(list(typed.items())[:1])
            save_marks(who, lap=lap, entry=row, typed=first, revision=row.revision)
        elif turn % WAITING:
            hand_in(who, lap=lap, entry=row, typed=typed, revision=row.revision)


def _said(line: Line) -> TypedMark:
    if not takes_points(line) or line.kind == "bonus":
        return TypedMark()
    points = (
        line.full_marks
        if line.kind == "must"
        else (line.full_marks * Decimal("0.9")).quantize(Decimal("0.1"))
    )
    return TypedMark(points=str(points), words="有台账和佐证材料，见附件目录。")
