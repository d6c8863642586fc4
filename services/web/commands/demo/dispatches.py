"""Official documents: filed away, issued, void, just signed, and waiting for a review and a signature; a request."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Belonging
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor, Grant
from shared.clock import ZONE
from shared.db import db
from shared.dispatches.actions import (
    Route,
    Wording,
    add_series,
    archive,
    decide,
    hand_over,
    issue_on_paper,
    make_dispatch,
    void,
)
from shared.dispatches.models import Dispatch, DispatchIssue, DispatchStep, NumberSeries
from shared.organisations.models import Unit

#: How many days ago each of those that are out was signed, in the order of their numbers.
SIGNED = {"filed": 40, "void": 26, "issued": 9, "signed": 0}


def write_documents(
    given: Plan, units: dict[str, Planted], admin: Actor, cast: dict[str, Part], *, on: date
) -> None:
    """The office drafts, the officer reviews, the leader signs; the home unit asks the one above."""
    said = read("dispatches")[given.line]
    root, home = _unit(units[given.levels[0][0].name].id), _unit(units[given.home].id)
    leader, officer = cast["leader"].person, cast["officer"].person
    series = _series(acting(admin, officer), root, said["prefix"], before=said["before"])
    hands = _Hands(admin, root, series, officer, leader)
    for name, ago in SIGNED.items():
        _finish(hands, hands.signed(given, said[name], name), name, said, on=on, ago=ago)
    hands.agreed(given, said["to_sign"], "to_sign")
    hands.handed(given, said["to_review"], "to_review")
    secretary = cast["secretary"].person
    own = _series(acting(admin, officer), home, said["home_prefix"])
    _Hands(admin, home, own, officer, secretary, role="secretary").signed(given, said["request"], "request")


def _unit(unit_id: int) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one()


def _series(actor: Actor, unit: Unit, prefix: str, *, before: int = 0) -> NumberSeries:
    series, _new = add_series(
        actor, unit=unit, prefix=prefix, before=before, form_key=f"demo series {prefix}"
    )
    return series


class _Hands:
    """Who does what to the documents of a unit: the administrator drafts, one reviews, one signs."""

    def __init__(
        self,
        admin: Actor,
        unit: Unit,
        series: NumberSeries,
        reviewer: Belonging,
        signer: Belonging,
        *,
        role: str = "leader",
    ) -> None:
        self.admin, self.unit, self.series = admin, unit, series
        self.reviewer = acting(admin, reviewer)
        self.signer = replace(acting(admin, signer), grants=(Grant(role, unit.id, unit.path, unit.name),))

    def handed(self, given: Plan, said: dict[str, Any], name: str) -> Dispatch:
        words = Wording(**said)
        dispatch, new = make_dispatch(
            self.admin, unit=self.unit, words=words, form_key=f"demo document {given.domain} {name}"
        )
        if new:
            route = Route(self.series.id, self.reviewer.person_id, self.signer.person_id)
            hand_over(self.admin, dispatch=dispatch, unit=self.unit, route=route, revision=dispatch.revision)
        return dispatch

    def agreed(self, given: Plan, said: dict[str, Any], name: str) -> Dispatch:
        dispatch = self.handed(given, said, name)
        self._decide(self.reviewer, dispatch)
        return dispatch

    def signed(self, given: Plan, said: dict[str, Any], name: str) -> Dispatch:
        dispatch = self.agreed(given, said, name)
        self._decide(self.signer, dispatch)
        return dispatch

    def _decide(self, who: Actor, dispatch: Dispatch) -> None:
        decide(
            who, dispatch=dispatch, unit=self.unit, agreed=True, words="同意。", revision=dispatch.revision
        )


def _finish(
    hands: _Hands, dispatch: Dispatch, name: str, said: dict[str, Any], *, on: date, ago: int
) -> None:
    """What became of a signed one, as of some days ago within the year of its number."""
    dispatch.signed_on = max(date(on.year, 1, 1), on - timedelta(days=ago))
    if name == "void":
        void(hands.signer, dispatch=dispatch, reason=said["why_void"], revision=dispatch.revision)
    if name == "signed":
        return
    if name in ("filed", "issued"):
        issue_on_paper(
            hands.admin, dispatch=dispatch, words=said["how"], form_key=f"demo out {dispatch.form_key}"[:64]
        )
    if name == "filed":
        archive(
            hands.admin,
            dispatch=dispatch,
            year=on.year,
            case_no="0001",
            retention=30,
            revision=dispatch.revision,
        )
    db.session.flush()
    _date(dispatch)


def _date(dispatch: Dispatch) -> None:
    """As if it had been drafted the day before it was signed, and had gone out that day."""
    on = dispatch.signed_on or date.min
    signed = datetime.combine(on, time(16, 20), ZONE)
    dispatch.created_at = signed - timedelta(hours=30)
    for part, hours in (("review", 6), ("sign", 0)):
        db.session.execute(
            update(DispatchStep)
            .where(DispatchStep.dispatch_id == dispatch.id, DispatchStep.part == part)
            .values(acted_at=signed - timedelta(hours=hours))
        )
    db.session.execute(
        update(DispatchIssue).where(DispatchIssue.dispatch_id == dispatch.id).values(issued_on=on)
    )
    db.session.flush()
