"""A round is opened for units, its last days are changed, it is withdrawn, whoever has not handed in is reminded."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.accounts.actions.telling import answering_for, tell
from shared.assessments.actions.counting import score_units
from shared.assessments.models import Entry, Round, Scheme
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "assessment_round"
PERIODS = ("quarter", "half", "year")
#: At most so many units in one round.
MOST = 60_000
#: So many units are counted while the round is opened; more wait for the sweep, which comes each minute.
AT_ONCE = 5_000
MAX_NAME = 120
MAX_REASON = 500
_LAST = date(2199, 12, 31)
#: A unit in these states still has to hand in.
TO_HAND_IN = ("open", "returned")
#: A round in these states takes what units hand in.
RUNNING = ("open", "review")


@dataclass(frozen=True, slots=True)
class Opening:
    """What whoever opens a round writes. All days belong to what they bound."""

    name: str
    period: str
    starts_on: date | None
    ends_on: date | None
    self_until: date | None
    review_until: date | None
    appeal_until: date | None


def proposed_span(period: str, on: date) -> tuple[date, date]:
    """The last quarter, half or year that was over on a day; when the running one is nearly over, that one."""
    months, nearly = {"quarter": (3, 15), "half": (6, 30), "year": (12, 60)}[period]
    first = date(on.year, (on.month - 1) // months * months + 1, 1)
    if on < _end(first, months) - timedelta(days=nearly):
        before = first - timedelta(days=1)
        first = date(before.year, (before.month - 1) // months * months + 1, 1)
    return first, _end(first, months)


def _end(first: date, months: int) -> date:
    last = first.month + months - 1
    following = date(first.year + 1, 1, 1) if last == 12 else date(first.year, last + 1, 1)
    return following - timedelta(days=1)


def proposed_days(on: date) -> tuple[date, date, date]:
    """The last days of self-score, review and appeal: two weeks, two more, one more."""
    return on + timedelta(days=14), on + timedelta(days=28), on + timedelta(days=35)


def note(actor: Actor, lap: Round, verb: str, **detail: object) -> None:
    record(actor, verb=verb, object_type="round", object_id=lap.id, unit_id=lap.unit_id, detail=dict(detail))


def _units(actor: Actor, scheme: Scheme, unit: Unit) -> Select[Any]:
    """The units a scheme measures at and below one unit, in the actor's reach."""
    return select().where(
        Unit.state == "active",
        func.starts_with(Unit.path, unit.path),
        reach_filter(actor, Permission.ROUND_RUN, Unit.path),
        Unit.kind.in_(scheme.applies.get("unit_kinds", ())),
        Unit.sector.in_(scheme.applies.get("sectors", ())),
    )


def count_units(actor: Actor, *, scheme: Scheme, unit: Unit) -> int:
    """How many units would take part. One query."""
    return db.session.scalar(_units(actor, scheme, unit).add_columns(func.count())) or 0


def sample_units(actor: Actor, *, scheme: Scheme, unit: Unit, most: int = 12) -> list[str]:
    """The first of them in the order of the tree. One query."""
    found = _units(actor, scheme, unit).add_columns(Unit.name).order_by(Unit.path).limit(most)
    return list(db.session.scalars(found))


def open_round(
    actor: Actor, *, scheme: Scheme, unit: Unit, words: Opening, seen: int, form_key: str
) -> tuple[Round, bool]:
    """Open a round of an issued scheme for the units below `unit`; the same form again gives the one it opened.

    `seen` is the number of units that was shown. The units are told, and counted at once. Raises Invalid with the wrong
    fields, Conflict when the number has changed since it was shown.
    """
    found = db.session.execute(select(Round).where(Round.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found, False
    wrong = _wrong(words)
    if scheme.state != "issued":
        wrong["scheme_id"] = _("Only an issued scheme can be used.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    count = count_units(actor, scheme=scheme, unit=unit)
    if not count:
        problem = _("This scheme measures no unit there.")
        raise Invalid(problem, fields={"unit_id": problem})
    if count > MOST:
        raise Invalid(_("At most %(n)s units at once; narrow the choice.", n=f"{MOST:,}"))
    if count != seen:
        raise Conflict(_("It is %(n)s units by now; look at it again and confirm.", n=count))
    lap = Round(
        scheme_id=scheme.id,
        unit_id=unit.id,
        name=words.name.strip(),
        period=words.period,
        starts_on=words.starts_on,
        ends_on=words.ends_on,
        self_until=words.self_until,
        review_until=words.review_until,
        appeal_until=words.appeal_until,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(lap)
    db.session.flush()
    began = now()
    unit_ids = list(
        db.session.scalars(
            insert(Entry)
            .from_select(
                ["round_id", "unit_id"], _units(actor, scheme, unit).add_columns(literal(lap.id), Unit.id)
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "round_id", "unit_id"])
            .returning(Entry.unit_id)
        )
    )
    note(actor, lap, "round.open", units=len(unit_ids), period=lap.period, key=scheme.key)
    if len(unit_ids) <= AT_ONCE:
        score_units(actor, year=lap.starts_on.year, lap=lap)
        lap.swept_at = began
    tell_units(actor, lap, unit_ids, act="open")
    return lap, True


def _wrong(words: Opening) -> dict[str, object]:
    """What does not fit, by field; {} when all does."""
    wrong: dict[str, object] = {}
    if not words.name.strip():
        wrong["name"] = _("This is missing.")
    elif len(words.name) > MAX_NAME:
        wrong["name"] = _("At most %(n)s characters.", n=MAX_NAME)
    if words.period not in PERIODS:
        wrong["period"] = _("Choose one of the list.")
    if words.starts_on is None:
        wrong["starts_on"] = _("This is missing.")
    if words.ends_on is None:
        wrong["ends_on"] = _("This is missing.")
    if words.starts_on and words.ends_on:
        if not date(2000, 1, 1) <= words.starts_on <= _LAST:
            wrong["starts_on"] = _("This is no day that can be assessed.")
        elif words.ends_on <= words.starts_on:
            wrong["ends_on"] = _("This day must be later than the first one.")
        elif words.starts_on.year != words.ends_on.year:
            wrong["ends_on"] = _("A round lies within one calendar year.")
        elif words.starts_on > today():
            wrong["starts_on"] = _("This has not begun yet; nothing can be assessed of it.")
    return wrong | wrong_days(words.self_until, words.review_until, words.appeal_until)


def wrong_days(
    self_until: date | None, review_until: date | None, appeal_until: date | None
) -> dict[str, object]:
    wrong: dict[str, object] = {}
    before: date | None = None
    for name, day in (
        ("self_until", self_until),
        ("review_until", review_until),
        ("appeal_until", appeal_until),
    ):
        if day is None:
            wrong[name] = _("Say until when.")
        elif not today() <= day <= _LAST:
            wrong[name] = _("This day is over.")
        elif before is not None and day < before:
            wrong[name] = _("This step cannot end before the one that goes before it.")
        before = day or before
    return wrong


def tell_units(actor: Actor, lap: Round, unit_ids: list[int], *, act: str, **detail: Any) -> int:
    """Whoever answers for the units is told of an act of the round, once for each act; returns the messages."""
    return tell(
        actor,
        kind=OCCASION,
        key=":".join([OCCASION, str(lap.id), act, *(str(one) for one in detail.values())]),
        detail={"round_id": lap.id, "act": act, **detail},
        person_ids=answering_for(*unit_ids),
    )


def in_order(*days: date | None) -> bool:
    known = [day for day in days if day is not None]
    return known == sorted(known)
