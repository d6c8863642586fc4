"""What is said of one item: what was told, or why nothing was yet. No queries."""

from dataclasses import dataclass
from datetime import date, datetime, time

from shared.clock import at_local, local, now
from shared.duties.periods import months_after, period_label
from shared.events.kinds import KINDS, TERM_KINDS
from shared.i18n import _
from shared.members.models import Person
from shared.messages.channels import CHANNELS, NOWHERE
from shared.messages.reasons import reason_text
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.why.standing import Standing
from shared.reminders.stages import stage_name
from shared.reminders.stages.terms import latest_step


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    kind: str
    rule_id: int
    period: str
    opens_on: date
    due_on: date
    state: str
    unit_id: int
    unit_name: str
    unit_state: str
    duties_since: date

    @property
    def what(self) -> str:
        return period_label(self.period) + str(KINDS[self.kind].name)


@dataclass(frozen=True, slots=True)
class Told:
    stage: str
    channel: str
    on_date: date
    outcome: str
    reason: str | None
    at: datetime | None


def verdict(
    item: Item,
    told: list[Told],
    person: Person,
    standing: Standing,
    steps: Ladder,
    notice: list[int],
    names: dict[int, str],
    on: date,
) -> tuple[str, str, str, str]:
    """(state, what is said, the reason's key, what to do) of one item."""
    if item.state == "exempt":
        return "idle", reason_text("exempt"), "exempt", ""
    if told:
        return _as_told(told)
    if person.state != "active":
        return "idle", reason_text("left"), "left", ""
    if item.unit_id not in {unit_id for unit_id, _name in standing.answers}:
        who = names.get(item.unit_id, "")
        if who:
            return "idle", _("Does not answer for this unit; reminded are: %(names)s", names=who), "", ""
        return (
            "lost",
            _("Does not answer for this unit, and nobody else does"),
            "",
            _("Give somebody the office or the role of keeper."),
        )
    if item.due_on < item.duties_since:
        return (
            "idle",
            _("Was due before the duties of this unit began (%(day)s)", day=item.duties_since),
            "",
            "",
        )
    reached = _step(item, steps, notice, on)
    if reached is None:
        return (
            "waits",
            _("Not due yet: the first step is on %(day)s", day=_first(item, steps, notice)),
            "",
            "",
        )
    stage, day = reached
    if steps.reopened_at is not None and day < local(steps.reopened_at).date():
        return "idle", reason_text("suspended"), "suspended", ""
    if standing.ways in ((), (NOWHERE,)):
        return "lost", reason_text("no_address"), "no_address", ""
    speaks = _speaks(steps, now())
    step = stage_name(stage)
    if speaks is None:
        return "waits", _("%(step)s: goes into the digest within minutes", step=step), "", ""
    return (
        "waits",
        _(
            "%(step)s: goes into the digest on %(day)s from %(hour)s",
            step=step,
            day=speaks.date(),
            hour=f"{speaks:%H:%M}",
        ),
        "",
        "",
    )


def _as_told(told: list[Told]) -> tuple[str, str, str, str]:
    """The last step that was told, and what became of it by each way."""
    last = [one for one in told if (one.stage, one.on_date) == (told[-1].stage, told[-1].on_date)]
    said = _("%(step)s, %(day)s", step=stage_name(last[-1].stage), day=last[-1].on_date) + _(": ")
    said += _("; ").join(_way(one) for one in last)
    outcomes = {one.outcome for one in last}
    reason = next((one.reason or "" for one in last if one.outcome == "lost"), "")
    if outcomes & {"sent", "read"}:
        return "told", said, reason, ""
    if "waiting" in outcomes:
        return "waits", said, reason, ""
    if "lost" in outcomes:
        return "lost", said, reason, ""
    return "idle", said, last[-1].reason or "", ""


def _way(one: Told) -> str:
    """What became of one way, in words."""
    words = {
        "sent": _("Sent"),
        "read": _("Read"),
        "waiting": _("Waits to be sent"),
        "lost": _("Not delivered"),
        "spared": _("Not needed"),
    }
    name = "" if one.channel == NOWHERE else str(CHANNELS.get(one.channel, one.channel)) + " "
    if one.outcome == "waiting" and one.at is None:
        return name + _("waits for the next digest")
    said = name + words[one.outcome]
    if one.at is not None and one.outcome in ("sent", "read", "waiting"):
        said += f" {local(one.at):%m-%d %H:%M}"
    return said + (_(" (%(why)s)", why=reason_text(one.reason)) if one.reason else "")


def _step(item: Item, steps: Ladder, notice: list[int], on: date) -> tuple[str, date] | None:
    """The latest step reached, as the planning of reminders sees it."""
    if item.opens_on > on:
        return None
    if item.kind not in TERM_KINDS:
        return steps.of(item.kind).latest(item.due_on, on, steps.hours.days)
    return latest_step(item.kind, opens_on=item.opens_on, due_on=item.due_on, on=on, notice=notice)


def _first(item: Item, steps: Ladder, notice: list[int]) -> date:
    """The day of the first step; never before the window opens."""
    if item.kind == "term_date":
        return item.opens_on
    if item.kind in TERM_KINDS:
        return max(
            item.opens_on, min((months_after(item.due_on, -months) for months in notice), default=item.due_on)
        )
    return max(
        item.opens_on, min(day for _stage, day in steps.of(item.kind).days(item.due_on, steps.hours.days))
    )


def _speaks(steps: Ladder, at: datetime) -> datetime | None:
    """When the day's messages are planned next, on the offices' clock; None: now."""
    if steps.speaks(at):
        return None
    opens = steps.hours.opens(at)
    there = local(opens)
    if there.hour < steps.hour and not steps.hours.is_quiet_hour(steps.hour):
        opens = steps.hours.opens(at_local(there.date(), time(steps.hour)))
    return local(opens)
