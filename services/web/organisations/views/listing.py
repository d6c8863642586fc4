"""All units of the reach in one flat list: what is missing first, every number a filter."""

from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import select

from services.web.edge import actor, requires
from services.web.organisations.views.chart import Day, number, read_day
from services.web.organisations.views.unit import blueprint
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db
from shared.errors import Forbidden
from shared.exports.lists.organisations import lacking
from shared.i18n import _
from shared.members.queries import people_below
from shared.members.queries.wanting import lacks_of
from shared.organisations import queries
from shared.organisations.kinds import KINDS, SECTORS, kind_name
from shared.organisations.models import Unit
from shared.organisations.queries import UnitFilter

LINES = ("party", "union")
#: What the list shows: those that lack something, all that stand, those that were dissolved.
SHOWN = ("lacks", "all", "dissolved")


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    unit: Unit | None
    given: UnitFilter
    show: str
    day: Day
    after: str | None
    before: str | None

    @property
    def lacks(self) -> bool:
        return self.show == "lacks"

    def address(self, **changes: Any) -> str:
        """The same list with something else asked for; paging begins anew."""
        values: dict[str, Any] = {
            "unit_id": self.unit.id if self.unit else None,
            "line": self.given.line,
            "kind": self.given.kind,
            "sector": self.given.sector,
            "q": self.given.words or None,
            "on": self.given.on,
            "show": self.show,
        }
        values.update(changes)
        return url_for(
            "organisations.listing",
            **{key: value for key, value in values.items() if value not in {None, ""}},
        )


def _place(name: str) -> str | None:
    """A path of the tree to go on from; whatever is none counts as not given."""
    text = request.args.get(name, "")
    return text if len(text) < 600 and set(text) <= set("0123456789.") and text else None


def read_filter(actor: Actor) -> Asked:
    """The filter of the address, for the page and for whatever else shows the same list."""
    unit_id = number("unit_id")
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.UNIT_VIEW) if unit_id is not None else None
    day = read_day()
    show = request.args.get("show", "all" if day.day else "lacks")
    line, kind, sector = (request.args.get(name) or None for name in ("line", "kind", "sector"))
    show = show if show in SHOWN and not day.day else "all"
    return Asked(
        unit=unit,
        given=UnitFilter(
            line=line if line in LINES else None,
            kind=kind if kind in KINDS else None,
            sector=sector if sector in SECTORS else None,
            state="dissolved" if show == "dissolved" else "active",
            path=unit.path if unit else None,
            words=request.args.get("q", "").strip()[:60],
            on=day.day,
        ),
        show=show,
        day=day,
        after=_place("after"),
        before=_place("before"),
    )


def _counts(who: Actor, given: UnitFilter) -> dict[str, int]:
    """How many units each of SHOWN has under the other filters. One query."""
    now = replace(given, state="active", on=None)
    row = db.session.execute(
        select(
            queries.count_units(who, now, also=[lacking(who, now)]).scalar_subquery(),
            queries.count_units(who, now).scalar_subquery(),
            queries.count_units(who, replace(now, state="dissolved")).scalar_subquery(),
        )
    ).one()
    return dict(zip(SHOWN, row, strict=True))


@blueprint.get("/list")
@requires(Permission.UNIT_VIEW)
def listing() -> str:
    """Fifty units a page in the order of the tree, on a day as they stood then."""
    who = actor()
    if not who.reaches(Permission.UNIT_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    asked = read_filter(who)
    given = asked.given
    also = [lacking(who, given)] if asked.lacks else []
    page = queries.listing_page(who, given, after=asked.after, before=asked.before, also=also)
    ids = [row.id for row in page.rows]
    present = given.on is None and given.state == "active"
    return render_template(
        "organisations/listing.html",
        asked=asked,
        page=page,
        present=present,
        counts=_counts(who, given) if given.on is None else {},
        total=None if given.on is None else db.session.scalar(queries.count_units(who, given)),
        people=people_below([row.path for row in page.rows]) if present else {},
        lacks=lacks_of(ids, on=today()) if present else {},
        kind_name=kind_name,
        sectors=SECTORS,
        lines=[("", _("Both lines")), ("party", _("Party line")), ("union", _("Union line"))],
        kinds=[
            ("", _("Every kind")),
            *((key, str(spec.name)) for key, spec in KINDS.items() if given.line in {None, spec.line}),
        ],
        sector_choices=[("", _("Every sector")), *((key, str(name)) for key, name in SECTORS.items())],
        on=today(),
        next=asked.address(after=page.after) if page.after else None,
        previous=asked.address(before=page.before) if page.before else None,
    )
