"""The round of the quarter before: handed in by all, reviewed by several people, confirmed, made known, one appeal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.assessments.actions.appealing import make_appeal
from shared.assessments.actions.appointing import appoint_for_units, begin_review
from shared.assessments.actions.deciding import confirm_round, publish_round
from shared.assessments.actions.entering import TypedMark, hand_in, is_written, lines_of, takes_points
from shared.assessments.actions.opening import Opening, count_units, open_round, proposed_span
from shared.assessments.actions.reviewing import Given, give_marks
from shared.assessments.grades import shipped_grading, to_json
from shared.assessments.models import Entry, Line, Round, Scheme
from shared.assessments.queries.reviews import ToMark, candidates, to_mark, without_reviewer
from shared.db import db
from shared.i18n import _
from shared.organisations.models import Unit

#: The ladder of the demo's sheets.
LADDER = "plain"
#: Days that the units may appeal.
APPEALS = 14
#: Share of the units that are marked strictly.
STRICT = 0.4
_TENTH = Decimal("0.1")
_SEEN = "按现场查看情况评定。"
_TEXT = "有台账和佐证材料，见附件目录。"
_LESS = ("佐证材料不全，缺会议记录原件。", "两处日期与台账不一致。", "活动总结没有提交。")


def review_last_quarter(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    scheme: Scheme,
    on: date,
) -> None:
    """Open, enter, review, confirm and publish through the verbs; run twice it is the same round."""
    chance = Random(f"reviews of {given.domain}")
    ladder = shipped_grading(LADDER)
    if not scheme.grading and ladder is not None:
        scheme.grading = to_json(ladder)
        db.session.flush()
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    # On the first day of a quarter the one before is proposed.
    starts_on, ends_on = proposed_span("quarter", date(on.year, (on.month - 1) // 3 * 3 + 1, 1))
    lap, fresh = open_round(
        admin,
        scheme=scheme,
        unit=root,
        words=Opening(
            name=_("%(year)s, quarter %(n)s", year=starts_on.year, n=(starts_on.month + 2) // 3)
            + " "
            + _(scheme.name),
            period="quarter",
            starts_on=starts_on,
            ends_on=ends_on,
            self_until=on,
            review_until=on,
            appeal_until=on + timedelta(days=APPEALS),
        ),
        seen=count_units(admin, scheme=scheme, unit=root),
        form_key=f"demo reviewed {given.domain}",
    )
    if not fresh:
        return
    leading = {units[name].id: staffs[name].posts.get(given.leading) for name in units if name in staffs}
    rows = db.session.scalars(select(Entry).where(Entry.round_id == lap.id).order_by(Entry.id)).all()
    lines = [line for line in lines_of(lap) if is_written(line)]
    for row in rows:
        typed = {line.id: _said(line, chance) for line in lines}
        hand_in(_of(admin, leading.get(row.unit_id)), lap=lap, entry=row, typed=typed, revision=row.revision)
    _review(lap, admin, chance)
    db.session.refresh(lap)
    confirm_round(admin, lap=lap, revision=lap.revision)
    db.session.refresh(lap)
    publish_round(admin, lap=lap, appeal_until=lap.appeal_until, revision=lap.revision)
    home = next((row for row in rows if row.unit_id == units[given.home].id), rows[0])
    make_appeal(
        _of(admin, leading.get(home.unit_id)),
        lap=lap,
        entry=home,
        line=next((line for line in lines if line.kind == "evidence"), None),
        body="会议记录原件已于评审前补交，请复核。",
        form_key=f"demo appeal {given.domain}",
    )


def _of(admin: Actor, leader: Belonging | None) -> Actor:
    return admin if leader is None else acting(admin, leader)


def _said(line: Line, chance: Random) -> TypedMark:
    if not takes_points(line) or line.kind == "bonus":
        return TypedMark()
    if line.kind == "must":
        return TypedMark(points=str(line.full_marks), words=_TEXT)
    share = Decimal(chance.choice(("1", "1", "0.95", "0.9")))
    return TypedMark(points=str((line.full_marks * share).quantize(Decimal("0.1"))), words=_TEXT)


def _review(lap: Round, admin: Actor, chance: Random) -> None:
    """Whole units go to reviewers in turn, nobody gets the own one; the administrator takes what nobody else may."""
    people = candidates()
    for group in (
        [one for one in people if one.person_id != admin.person_id],
        [one for one in people if one.person_id == admin.person_id],
    ):
        bare = [(key, path) for key, path in db.session.execute(without_reviewer(lap))]
        able = [one for one in group if any(one.reaches(path) and not one.owns(path) for _key, path in bare)]
        if able:
            appoint_for_units(admin, lap=lap, people=able, units=bare)
    begin_review(admin, lap=lap, revision=lap.revision)
    unit_ids = db.session.scalars(select(Entry.unit_id).where(Entry.round_id == lap.id)).all()
    for one in people:
        who = replace(admin, name=one.name, person_id=one.person_id, login_id=None)
        for unit_id in unit_ids:
            asked, _further = to_mark(who, lap, unit_id=unit_id)
            strict = chance.random() < STRICT
            give_marks(who, lap=lap, given=[_given(row, chance, strict=strict) for row in asked])


def _given(row: ToMark, chance: Random, *, strict: bool) -> Given:
    """The own marks, and of some units less, with the reason; what has no own marks is marked by the reviewer alone."""
    line, own = row.line, row.self_points
    if line.kind == "veto":
        return Given(row.unit_id, line.id, revision=row.revision)
    if line.kind == "must":
        return Given(row.unit_id, line.id, points=own or line.full_marks, remark=_SEEN, revision=row.revision)
    if own is None:
        share = Decimal(0) if line.kind == "bonus" else Decimal(chance.choice(("0.95", "0.85", "0.75")))
        return Given(row.unit_id, line.id, points=(line.full_marks * share).quantize(_TENTH), remark=_SEEN,
                     revision=row.revision)  # fmt: skip
    if not strict or chance.random() < STRICT:
        return Given(row.unit_id, line.id, points=own, revision=row.revision)
    less = (own * Decimal(chance.choice(("0.8", "0.6", "0.4")))).quantize(_TENTH)
    return Given(row.unit_id, line.id, points=less, remark=chance.choice(_LESS), revision=row.revision)
