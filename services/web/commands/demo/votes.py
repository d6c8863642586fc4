"""Secret votes of the home unit: one that waits for its members, one that is made known, one in draft."""

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.ballots.actions.classes import Named, put_class
from shared.ballots.actions.drafting import Draft, draft_poll, full_members
from shared.ballots.actions.holding import (
    cast_ballot,
    checked_answers,
    close_poll,
    count_voters,
    open_poll,
    publish_poll,
)
from shared.ballots.models import Poll, PollVoter
from shared.ballots.queries.results import poll_items
from shared.clock import ZONE
from shared.db import db
from shared.organisations.models import Unit

#: Days that the open vote still runs.
RUNS = 9
CASES = ["“一线党课”进工地", "“办事不求人”清单", "“师带徒”结对", "“红色物业”联席会"]
_RATED = {
    "party": ("selection", "支部创新案例评选", CASES, 2),
    "union": ("reform_rating", "产业工人队伍建设改革评价", ["技能培训", "收入待遇", "成长通道"], None),
}

#: By line the class that votes beside the members in what is made known, and how many of it.
_BESIDE = {"union": ("delegates", 5)}


def vote(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    on: date,
) -> None:
    """Draft, open, cast and close, each by whoever does it in the office."""
    chance = Random(f"votes of {given.domain}")
    own = acting(admin, cast["secretary"].person)
    home = db.session.execute(select(Unit).where(Unit.id == units[given.home].id)).scalar_one()
    until = datetime.combine(on + timedelta(days=RUNS), time(18, 0), ZONE)
    kind, title, lines, seats = _RATED[given.line]

    def drafted(key: str, **words: object) -> Poll:
        draft = Draft(way="screen", closes_at=until, **words)  # type: ignore[arg-type]
        return draft_poll(own, unit=home, given=draft, form_key=f"demo {key} {given.domain}")

    known = drafted("known", kind=kind, title=title, items=lines, seats=seats)
    beside, many = _BESIDE.get(given.line, ("", 0))
    if beside:
        named = list(dict.fromkeys(one.name for one in staffs[given.home].members))[-many:]
        put_class(own, unit=home, poll=known, given=Named(beside, named))
    open_poll(own, unit=home, poll=known, seen=count_voters(home, known))
    items = poll_items(known.id)
    people = {one.person_id: one for one in staffs[given.home].members}
    voters = db.session.scalars(
        select(PollVoter.person_id).where(PollVoter.poll_id == known.id).order_by(PollVoter.person_id)
    ).all()
    # Where a class votes beside the members, everybody does: neither is to fall below what may be shown.
    for person_id in voters if beside else voters[:-2]:
        if person_id not in people:
            continue
        chosen = (
            {item.id: "pick" for item in chance.sample(items, 2)}
            if kind == "selection"
            else {item.id: chance.choice(["very_satisfied", "satisfied", "fair"]) for item in items}
        )
        cast_ballot(
            acting(admin, people[person_id]), poll=known, answers=checked_answers(known, items, chosen, [])
        )
    close_poll(own, poll=known)
    publish_poll(own, poll=known)
    names = [name for _key, name in full_members(home.id)]
    if given.line == "party":
        waiting = drafted("waiting", kind="appraisal", title=f"{on.year}年度民主评议党员测评", items=names)
        drafted("draft", kind="election", title="补选支部委员会委员", items=names[:3], seats=1)
    else:
        waiting = drafted(
            "waiting", kind="union_election", title="补选工会委员会委员", items=names[:3], seats=1
        )
    open_poll(own, unit=home, poll=waiting, seen=count_voters(home, waiting))
