"""Sheets are drafted, checked, tried and issued."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from shared.access.actor import SYSTEM, Actor, Grant
from shared.assessments.actions.schemes import (
    HeadSpec,
    LineSpec,
    faults_of,
    issue_scheme,
    line_faults,
    overlaps,
    refused_for,
    retire_scheme,
    save_draft,
    sources_of,
    start_draft,
    try_scheme,
)
from shared.assessments.actions.schemes.drafts import lines_of
from shared.assessments.models import Entry, Line, Round, Scheme, Score
from shared.assessments.packs import shipped_sheets
from shared.assessments.queries.schemes import offered_sheets
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import use_locale
from tests.shared.assessments.conftest import Within
from tests.shared.assessments.ledger import ask, hold
from tests.world import World

ADMIN = Actor(name="admin", grants=(Grant(role="admin"),))
APPLIES = {"unit_kinds": ["party_branch"], "sectors": ["organ"]}
THEME = {"kinds": ["theme_day"], "per_missing": 2, "per_made_up": 1}


def spec(name: str = "a line", full: int = 100, kind: str = "evidence", **more: Any) -> LineSpec:
    return LineSpec(heading="h", name=name, kind=kind, full=Decimal(full), **more)


def faults(*lines: LineSpec, total: int = 100) -> list[tuple[int | None, str]]:
    found = faults_of(lines, total=Decimal(total), bonus_cap=Decimal(5), applies=APPLIES)
    return [(fault.place, fault.field) for fault in found]


def head(**more: Any) -> HeadSpec:
    given: dict[str, Any] = {
        "name": "own",
        "unit_kinds": ["party_branch"],
        "sectors": ["organ"],
        "source": "",
        "total": Decimal(100),
        "bonus_cap": Decimal(5),
        "settle_days": 31,
        "grading": {},
    }
    return HeadSpec(**(given | more))


def test_weights_that_do_not_sum_are_said_by_how_much() -> None:
    with use_locale("en"):
        found = faults_of([spec(full=97)], total=Decimal(100), bonus_cap=Decimal(5), applies=APPLIES)
        assert [fault.text for fault in found] == ["The lines come to 97 marks: 3 too few for 100."]
    assert faults(spec(full=104)) == [(None, "total")]
    # Neither bonus nor veto is part of the sum.
    assert faults(spec(), spec(full=5, kind="bonus"), spec(full=0, kind="veto")) == []
    assert faults(spec(), spec(full=6, kind="bonus")) == [(1, "full")]
    assert (None, "total") in faults(spec(full=0, kind="veto"))


def test_a_circle_of_vetoes_is_refused_with_its_members_named() -> None:
    lines = [
        spec(),
        spec("first", 0, "veto", params={"from": [3]}),
        spec("second", 0, "veto", params={"from": [4]}),
        spec("third", 0, "veto", params={"from": [2, 1]}),
        spec("outside", 0, "veto", params={"from": [2]}),
    ]
    found = faults_of(lines, total=Decimal(100), bonus_cap=Decimal(5), applies=APPLIES)
    assert [(fault.place, fault.field) for fault in found] == [(1, "from")]
    assert all(name in found[0].text for name in ("first", "second", "third"))
    assert "outside" not in found[0].text
    # A veto that follows itself, and one that follows nothing.
    assert faults(spec(), spec("self", 0, "veto", params={"from": [2]})) == [(1, "from")]
    assert faults(spec(), spec("none", 0, "veto", params={"from": [9]})) == [(1, "from")]


def test_a_veto_is_raised_by_all_that_raises_what_it_follows() -> None:
    lines = [
        spec(full=50),
        spec(full=50),
        spec("a", 0, "veto", params={"from": [1]}),
        spec("b", 0, "veto", params={"from": [2, 3]}),
    ]
    assert sources_of(lines, 3) == [1, 2, 3]
    assert faults(*lines) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edges=st.lists(st.tuples(st.integers(2, 9), st.integers(1, 9)), max_size=20))
def test_circles_are_found_whatever_follows_what(edges: list[tuple[int, int]]) -> None:
    """A sheet without a fault at a veto has an order in which each veto comes after what raises it."""
    follows: dict[int, set[int]] = {}
    for veto, source in edges:
        follows.setdefault(veto, set()).add(source)
    lines = [spec()] + [
        spec(str(place), 0, "veto", params={"from": sorted(follows.get(place, ()))}) for place in range(2, 10)
    ]
    left = {place: {each for each in follows.get(place, ()) if each > 1} for place in range(2, 10)}
    while True:
        free = {place for place, waits in left.items() if not waits}
        if not free:
            break
        left = {place: waits - free for place, waits in left.items() if place not in free}
    assert bool(left) == bool(faults(*lines))


@pytest.mark.parametrize(
    "name",
    [
        "党员学习时长排名",
        "点赞 数量",
        "点赞",
        "Number of Likes",
        "个人 积分",
        "黨員積分",
        "人均在线时长",
        "末位淘汰",
    ],
)
def test_forbidden_measures_are_refused_with_the_sentence(name: str) -> None:
    assert refused_for(name)
    assert [field for field, _text in line_faults(spec(name))] == ["name"]
    assert line_faults(spec("ok", standard=f"看{name}"))


def test_sessions_and_the_share_trained_are_no_forbidden_measure() -> None:
    for sheet in shipped_sheets():
        for line in sheet.lines:
            for locale in ("zh_Hans", "zh_Hant", "en"):
                with use_locale(locale):
                    assert refused_for(line.heading, line.name, line.standard) is None
    assert refused_for("集中学习次数与轮训覆盖率", "党支部排名") is None


def test_rules_that_cannot_work_are_refused() -> None:
    def counted(rule: str, **params: Any) -> list[str]:
        line = spec(kind="count", metric="duties.held", rule=rule, params={"kinds": ["theme_day"], **params})
        return [field for field, _text in line_faults(line)]

    assert counted("deduct", per_missing=1) == []
    assert counted("deduct") == ["per_missing"]
    assert counted("deduct", per_missing=1, per_made_up=2) == ["per_made_up"]
    assert counted("deduct", per_missing=-1) != []
    assert counted("below", line=80, per_percent=0.5) == []
    assert counted("below", line=120, per_percent=0.5) == ["line"]
    assert counted("tiers", tiers=[[90, 100], [60, 50]]) == []
    assert counted("tiers", tiers=[[60, 50], [90, 100]]) == ["tiers"]
    assert counted("tiers", tiers=[[90, 101]]) == ["tiers"]
    assert counted("tiers") == ["tiers"]
    assert counted("whole") == []
    assert [field for field, _ in line_faults(spec(kind="count", metric="likes.of_persons"))] == ["metric"]
    nobody = spec(kind="count", metric="duties.held", params={"kinds": ["no such"], "per_missing": 1})
    assert [field for field, _ in line_faults(nobody)] == ["kinds"]


def test_shipped_sheets_can_be_issued_as_they_are() -> None:
    from_pack = {sheet.key: sheet for sheet in shipped_sheets()}
    assert {key for key, sheet in from_pack.items() if sheet.tenant_kind == "bureau"} >= {"organ_branch"}
    for sheet in from_pack.values():
        lines = [
            LineSpec(
                line.heading,
                line.name,
                line.kind,
                line.full,
                line.standard,
                line.metric,
                line.rule,
                line.params,
            )
            for line in sheet.lines
        ]
        applies = {"unit_kinds": sheet.unit_kinds, "sectors": sheet.sectors}
        assert faults_of(lines, total=sheet.total, bonus_cap=sheet.bonus_cap, applies=applies) == []


def test_a_new_version_takes_the_place_of_the_running_one(world: World, within: Within) -> None:
    with within(world.organ):
        old = db.session.scalars(select(Scheme).where(Scheme.key == "organ_branch")).one()
        draft = start_draft(SYSTEM, base=old, form_key="next")
        assert start_draft(SYSTEM, base=old, form_key="next").id == draft.id
        with pytest.raises(Conflict):
            start_draft(SYSTEM, base=old, form_key="another")
        assert (draft.version, draft.enabled, len(lines_of(draft.id))) == (4, False, len(lines_of(old.id)))
        save_draft(SYSTEM, scheme=draft, head=head(), lines=lines_of(old.id), revision=1)
        # Somebody else still has the first version of the draft.
        with pytest.raises(Conflict):
            save_draft(SYSTEM, scheme=draft, head=head(name="x"), lines=[], revision=1)
        with pytest.raises(Conflict):
            issue_scheme(SYSTEM, scheme=draft, revision=1)
        issue_scheme(SYSTEM, scheme=draft, revision=2)
        db.session.flush()
        db.session.expire_all()
        assert (old.enabled, old.state, draft.enabled) == (False, "issued", True)
        with pytest.raises(Conflict):
            save_draft(SYSTEM, scheme=draft, head=head(), lines=[], revision=draft.revision)
        retire_scheme(SYSTEM, scheme=draft)
        assert (draft.enabled, draft.state) == (False, "retired")


def test_units_that_another_sheet_measures_are_taken_over_knowingly(world: World, within: Within) -> None:
    with within(world.organ):
        draft = start_draft(SYSTEM, name="own", form_key="own")
        with pytest.raises(Invalid):
            issue_scheme(SYSTEM, scheme=draft, revision=1)
        both = head(unit_kinds=["party_branch"], sectors=["organ", "social"])
        save_draft(SYSTEM, scheme=draft, head=both, lines=[spec()], revision=1)
        met = overlaps(draft)
        assert {other.scheme.key for other in met} == {"organ_branch", "social_branch"}
        # Other kinds of branches would be measured by nothing then.
        assert ("joint_branch", "organ") in next(o for o in met if o.scheme.key == "organ_branch").orphaned
        first = next(o.scheme.id for o in met if o.scheme.key == "organ_branch")
        with pytest.raises(Conflict):
            issue_scheme(SYSTEM, scheme=draft, revision=2, replace=[first])
        issue_scheme(SYSTEM, scheme=draft, revision=2, replace=[other.scheme.id for other in met])
        db.session.flush()
        db.session.expire_all()
        running = set(db.session.scalars(select(Scheme.key).where(Scheme.enabled)))
        assert running == {draft.key, "institution_branch", "state_enterprise_branch", "private_branch"}


def test_a_trial_counts_and_leaves_nothing(world: World, within: Within) -> None:
    with within(world.organ):
        months = ("2026-08", "2026-09", "2026-10")
        for item in ask(world.organ.branch, "theme_day", *months)[:1]:
            hold(item)
        for item in ask(world.organ.other_branch, "theme_day", *months):
            hold(item)
        draft = start_draft(SYSTEM, name="own", form_key="own")
        lines = [
            spec("theme days", 10, "count", metric="duties.held", params=THEME),
            spec(
                "tiers",
                10,
                "count",
                metric="duties.held",
                rule="tiers",
                params={**THEME, "tiers": [[90, 10], [30, 4]]},
            ),
            spec("other", 80),
        ]
        save_draft(SYSTEM, scheme=draft, head=head(), lines=lines, revision=1)
        before = [db.session.scalar(select(func.count()).select_from(each)) for each in (Round, Entry, Score)]
        trial = try_scheme(ADMIN, scheme=draft, year=2026)
        after = [db.session.scalar(select(func.count()).select_from(each)) for each in (Round, Entry, Score)]
        assert before == after
        worst = next(unit for unit in trial.worst if unit.unit_id == world.organ.branch)
        # Two of three missing: 10 − 4, and 33 % reaches the tier of 4 marks.
        assert (worst.earned, worst.possible) == (Decimal(10), Decimal(20))
        assert [(line.name, line.points, line.due, line.done) for line in worst.lines] == [
            ("theme days", Decimal(6), 3, 1),
            ("tiers", Decimal(4), 3, 1),
        ]
        assert trial.by_people == 80
        assert sum(count for _word, count in trial.bands) + trial.unasked == trial.units >= 2


def test_what_was_shipped_later_is_offered_and_never_taken_over(world: World, within: Within) -> None:
    with within(world.organ):
        assert offered_sheets() == []
        # As a tenant stands that took the first version of the organs' sheet and no other one.
        for scheme in db.session.scalars(select(Scheme)).all():
            if scheme.key == "organ_branch":
                scheme.version, scheme.form_key = 1, None
            else:
                db.session.execute(delete(Line).where(Line.scheme_id == scheme.id))
                db.session.delete(scheme)
        db.session.flush()
        assert {sheet.key for sheet in offered_sheets()} == {
            sheet.key for sheet in shipped_sheets() if sheet.tenant_kind == "bureau"
        }
        sheet = next(sheet for sheet in offered_sheets() if sheet.key == "organ_branch")
        draft = start_draft(SYSTEM, shipped=sheet, form_key="any")
        assert (draft.key, draft.version, draft.enabled) == ("organ_branch", 2, False)
        assert "organ_branch" not in {each.key for each in offered_sheets()}
