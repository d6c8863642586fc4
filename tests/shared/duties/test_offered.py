"""Rules that are only offered, rules that are new in a release, and quotas of persons."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, update

from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.duties.actions import adopt_pack, plan_year, switch_rule
from shared.duties.models import DueItem, Rule
from shared.duties.packs import PACKS, person_rules, read_pack
from shared.duties.periods import CADENCES
from shared.events.kinds import KINDS, TERM_KINDS
from shared.members.posts import POSTS
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.world import Side, World

NOON = "2026-05-20T04:00:00Z"
ON = date(2026, 5, 20)


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False), app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def adopt(pack: str = "bureau") -> int:
    with transaction():
        return adopt_pack(SYSTEM, pack=pack)


def rules_of(key: str) -> list[Rule]:
    return list(db.session.scalars(select(Rule).where(Rule.key == key).order_by(Rule.valid_from)))


def periods_of(unit_id: int, kind: str) -> list[str]:
    with transaction():
        plan_year(SYSTEM, year=2026)
    found = select(DueItem.period).where(DueItem.unit_id == unit_id, DueItem.kind == kind)
    return list(
        db.session.scalars(found.where(DueItem.state == "open").order_by(DueItem.due_on, DueItem.ordinal))
    )


def test_an_offered_rule_comes_in_switched_off_and_asks_from_the_day_it_is_switched_on(
    app: Flask, world: World
) -> None:
    with inside(app, world.organ):
        adopt()
        [offered] = rules_of("publication-quarterly")
        assert not offered.enabled
        assert periods_of(world.organ.branch, "publication") == []
        with transaction():
            assert switch_rule(SYSTEM, rule=offered, on=True, reason="本单位 2026 年第 3 号会议纪要")
        assert periods_of(world.organ.branch, "publication") == ["2026-Q2", "2026-Q3", "2026-Q4"]
        # The nightly follow leaves the tenant's choice alone.
        assert adopt() == 0
        assert rules_of("publication-quarterly")[0].enabled


def test_a_rule_new_in_a_release_asks_a_tenant_at_work_nothing_of_the_time_before(
    app: Flask, world: World
) -> None:
    with inside(app, world.organ):
        adopt()
        assert rules_of("theme-day-monthly")[0].starts_on is None
        with transaction():
            db.session.execute(
                delete(Rule).where(Rule.key.in_(("theme-day-monthly", "publication-quarterly")))
            )
        assert adopt() == 2
        [came], [offered] = rules_of("theme-day-monthly"), rules_of("publication-quarterly")
        assert (came.enabled, came.starts_on, offered.enabled) == (True, ON, False)
        assert periods_of(world.organ.branch, "theme_day")[0] == "2026-05"
        assert adopt() == 0


@pytest.mark.parametrize(
    ("key", "chosen"), [("warning-education-yearly", True), ("party-lecture-quarterly", False)]
)
def test_a_newer_version_follows_what_the_tenant_chose_of_the_older(
    app: Flask, world: World, key: str, chosen: bool
) -> None:
    with inside(app, world.organ):
        adopt()
        with transaction():
            older = update(Rule).where(Rule.key == key)
            db.session.execute(older.values(valid_from=date(2010, 1, 1), enabled=chosen, starts_on=ON))
        assert adopt() == 1
        assert [(one.enabled, one.starts_on) for one in rules_of(key)] == [(chosen, ON), (chosen, ON)]


def test_a_leadership_team_owes_its_democratic_life_meeting(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        with transaction():
            db.session.execute(update(Unit).where(Unit.id == world.organ.root).values(kind="leading_group"))
        adopt()
        assert periods_of(world.organ.root, "democratic_life_meeting") == ["2026"]
        assert periods_of(world.organ.branch, "democratic_life_meeting") == []


def test_no_rule_without_an_official_or_institutions_source_is_asked_of_a_new_tenant_by_this_release() -> (
    None
):
    fresh = {
        kind
        for kind, spec in KINDS.items()
        if spec.units or kind in ("warning_education", "political_birthday", "publication", "staff_activity")
    }
    for pack in PACKS:
        for rule in read_pack(pack):
            if rule["kind"] in fresh and rule.get("enabled", True):
                assert rule["grade"] in {"A", "B"}, rule["key"]
                assert rule["level"] == "national", rule["key"]


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_asks_a_kind_of_units_that_may_record_it(pack: str) -> None:
    for rule in read_pack(pack):
        if rule["kind"] in TERM_KINDS:
            continue
        for unit_kind in rule["unit_kinds"]:
            assert KINDS[rule["kind"]].at(UNIT_KINDS[unit_kind].line, unit_kind), (rule["key"], unit_kind)


def test_quotas_of_persons_name_what_exists_and_hold_by_their_day() -> None:
    rules = person_rules(ON)
    assert len({rule.key for rule in rules}) == len(rules) >= 5
    for rule in rules:
        assert set(rule.who) <= set(POSTS), rule.key
        assert {POSTS[code].line for code in rule.who} == {KINDS[rule.kind].line}, rule.key
        assert rule.cadence in CADENCES, rule.key
        assert rule.times >= 1, rule.key
        assert rule.grade in {"A", "B", "C", "K"}, rule.key
        assert rule.source, rule.key
        for unit_kind in rule.unit_kinds:
            assert KINDS[rule.kind].at(UNIT_KINDS[unit_kind].line, unit_kind), (rule.key, unit_kind)
    assert {rule.kind for rule in person_rules(ON, kind="party_lecture")} == {"party_lecture"}
    assert person_rules(date(2018, 10, 27)) == []
