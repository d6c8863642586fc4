"""Mobile members: registered, contact kept and overdue, advice, back again; never lost from the unit's roll."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.events.queries import on_roll, people_on
from shared.members.models import Membership, MobileContact, MobileStay, Person
from shared.members.queries import people_below
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.web.members.test_roster import add, membership_of, names
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
#: Noon in the offices.
DAY = "2026-06-30T04:00:00Z"


def away(client: FlaskClient, key: int, **changes: Any) -> Any:
    stay = {"place": "广东省深圳市", "host": "南山街道党工委", "reason": "work", "since": "2026-03-01"}
    return client.post(f"/members/{key}/stay", data={**stay, "contact_id": 0, "form_key": "s", **changes})


def listed(client: FlaskClient, **asked: Any) -> list[str]:
    page = client.get("/members/mobile", query_string=asked)
    assert page.status_code == 200
    return names(page.text)


def counts(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<b>(\d+)</b>", page)][:4]


@time_machine.travel(DAY, tick=False)
def test_who_is_away_stays_on_the_roll_and_is_not_expected(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world)
    assert away(client, key).status_code == 303
    assert membership_of(app, world, key).relation == "out"
    page = client.get(f"/members/{key}").text
    assert "广东省深圳市" in page
    assert "单晓琳" in names(client.get("/members?show=all").text)
    with app.app_context(), tenant(world.organ.tenant_id):
        roll = {one.id: one for one in people_on(world.organ.branch, date(2026, 6, 30))}
        assert key in roll
        assert key not in {one.id for one in on_roll("branch_assembly", roll.values())}
        path = db.session.scalar(select(Unit.path).where(Unit.id == world.organ.branch))
        assert people_below([path or ""])[path or ""] == 9
        db.session.remove()


@time_machine.travel(DAY, tick=False)
def test_overdue_contact_comes_first_and_one_press_notes_it(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    late = add(client, world, name="单一", form_key="1")
    early = add(client, world, name="单二", form_key="2")
    abroad = add(client, world, name="单三", form_key="3")
    unknown = add(client, world, name="单四", form_key="4")
    away(client, late, since="2026-02-01")
    away(client, early, since="2026-06-01")
    away(client, abroad, since="2026-02-01", reason="abroad", place="日本")
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        db.session.execute(
            select(Membership).where(Membership.person_id == unknown)
        ).scalar_one().relation = "out"
    # Details that want come before what is overdue; abroad has half a year.
    assert listed(client) == ["单四", "单一"]
    assert listed(client, show="out") == ["单四", "单一", "单三", "单二"]
    page = client.get("/members/mobile").text
    assert counts(page) == [2, 0, 4, 0]
    (form,) = re.findall(rf'action="(/members/{late}/stay/contact)"(.*?)</form>', page, re.DOTALL)
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    pressed = client.post(form[0], data=sent)
    assert pressed.location.startswith("/members/mobile")
    # A second press of the same form is the same contact.
    assert client.post(form[0], data=sent).status_code == 303
    assert listed(client) == ["单四"]
    with app.app_context(), tenant(world.organ.tenant_id):
        (contact,) = db.session.scalars(select(MobileContact)).all()
        assert (contact.on_date, contact.way) == (date(2026, 6, 30), "phone")
        assert contact.by_id == world.organ["secretary"].person_id
        verbs = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "mobile.contact")
        assert db.session.scalar(verbs) == 1
        db.session.remove()
    tomorrow = {"on": "2026-07-01", "way": "phone", "form_key": "x"}
    client.post(f"/members/{early}/stay/contact", data=tomorrow)
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(MobileContact)) == 1
        db.session.remove()


@time_machine.travel(DAY, tick=False)
def test_the_tenant_chooses_how_often_and_abroad_keeps_the_rule(
    app: Flask, world: World, enter: Enter
) -> None:
    admin = enter(world.organ["admin"])
    key = add(admin, world, name="单一", form_key="1")
    abroad = add(admin, world, name="单三", form_key="3")
    away(admin, key, since="2026-06-01")
    away(admin, abroad, since="2026-06-01", reason="abroad", place="日本")
    assert listed(admin) == []
    page = admin.get("/settings/tenant").text
    values = dict(re.findall(r'name="(\w+)"[^>]*value="(\d+)"', page))
    assert values["mobile_contact_days"] == "90"
    assert admin.post("/settings/tenant", data={**values, "mobile_contact_days": "20"}).status_code == 303
    assert listed(admin) == ["单一"]


@time_machine.travel(DAY, tick=False)
def test_half_a_year_away_brings_advice_with_its_source(world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    long = add(client, world, name="单一", form_key="1")
    graduate = add(client, world, name="单二", form_key="2", since="2020-01-01")
    abroad = add(client, world, name="单三", form_key="3", since="2020-01-01")
    away(client, long, since="2025-12-30")
    away(client, graduate, since="2024-07-15", reason="graduate")
    away(client, abroad, since="2022-01-01", reason="abroad", place="日本")
    assert listed(client, show="advice") == ["单一"]
    page = client.get(f"/members/{long}").text
    assert "一般应当转移组织关系" in page
    assert "应转移组织关系" not in client.get(f"/members/{graduate}").text
    away(client, graduate, since="2024-06-30", reason="graduate")
    assert set(listed(client, show="advice")) == {"单一", "单二"}
    assert "一般不超过 2 年" in client.get(f"/members/{graduate}").text


@time_machine.travel(DAY, tick=False)
def test_back_again_and_a_guest_leaves(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world)
    away(client, key)
    assert client.post(f"/members/{key}/stay/end", data={"on": "2026-02-01"}).status_code == 303
    assert membership_of(app, world, key).relation == "out"
    assert client.post(f"/members/{key}/stay/end", data={"on": "2026-06-30"}).status_code == 303
    assert membership_of(app, world, key).relation == "registered"
    guest = add(client, world, name="任小雨", form_key="g", relation="in", since="2026-01-01")
    assert away(client, guest, host="某市某支部").status_code == 303
    assert listed(client, show="in") == ["任小雨"]
    assert listed(client) == []
    client.post(f"/members/{guest}/stay/end", data={})
    ended = membership_of(app, world, guest)
    assert (ended.until, ended.end_reason) == (date(2026, 6, 30), "left")
    with app.app_context(), tenant(world.organ.tenant_id):
        open_stays = select(func.count()).select_from(MobileStay).where(MobileStay.until.is_(None))
        assert db.session.scalar(open_stays) == 0
        db.session.remove()


@time_machine.travel(DAY, tick=False)
def test_the_end_of_a_membership_ends_the_stay(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world, since="2026-01-01")
    away(client, key)
    end = {"membership_id": membership_of(app, world, key).id, "on": "2026-06-30", "reason": "died"}
    assert client.post(f"/members/{key}/membership/end", data=end).status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(MobileStay.until).where(MobileStay.person_id == key)) == date(
            2026, 6, 30
        )
        db.session.remove()
    assert listed(enter(world.organ["admin"]), show="out") == []


def test_what_cannot_be_is_refused(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world)
    for wrong in (
        {"place": ""},
        {"reason": "holiday"},
        {"since": "2999-01-01"},
        {"since": ""},
        {"place": "长" * 101},
        {"contact_id": 999_999},
    ):
        assert away(client, key, **wrong).status_code == 422, wrong
    assert membership_of(app, world, key).relation == "registered"
    # No stay yet: there is no contact to note and nothing to end.
    client.post(f"/members/{key}/stay/contact", data={"on": "2026-01-01", "way": "phone", "form_key": "k"})
    client.post(f"/members/{key}/stay/end", data={})
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(MobileStay)) == 0
        db.session.remove()


def test_a_stay_outside_the_reach_is_nobodys_business(world: World, enter: Enter) -> None:
    admin = enter(world.organ["admin"])
    key = add(admin, world, unit_id=world.organ.other_branch, since="2020-01-01")
    assert away(admin, key, since="2020-06-01").status_code == 303
    assert listed(admin) == ["单晓琳"]
    secretary = enter(world.organ["secretary"])
    assert listed(secretary, show="out") == []
    assert away(secretary, key).status_code == 403
    assert enter(world.union["admin"]).get(f"/members/{key}/stay").status_code == 404
    assert listed(enter(world.union["admin"]), show="out") == []
    unit = secretary.get(f"/members/mobile?unit_id={world.organ.other_branch}")
    assert unit.status_code == 403


def test_the_list_costs_the_same_queries_and_pages_hold_everybody_once(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])

    def fill(first: int, number: int) -> None:
        with app.app_context(), tenant(world.organ.tenant_id), transaction():
            people = [
                Person(name=f"流{n:03d}", name_key=f"liu {n:03d}") for n in range(first, first + number)
            ]
            db.session.add_all(people)
            db.session.flush()
            for n, one in enumerate(people):
                db.session.add(
                    Membership(
                        person_id=one.id,
                        unit_id=world.organ.branch,
                        kind="party",
                        status="full",
                        relation="out",
                        since=date(2020, 1, 1),
                    )
                )
                db.session.add(
                    MobileStay(
                        person_id=one.id,
                        unit_id=world.organ.branch,
                        direction="out",
                        reason="work",
                        place="外地",
                        since=date(2022, 1, 1 + n % 20),
                    )
                )

    fill(0, 3)
    client.get("/members/mobile")
    with count_queries() as few:
        client.get("/members/mobile")
    fill(3, 117)
    with count_queries() as many:
        client.get("/members/mobile")
    assert len(few) == len(many) <= 10
    seen: list[str] = []
    pages = []
    address: str | None = "/members/mobile"
    while address:
        page = client.get(address).text
        pages.append(names(page))
        seen += pages[-1]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(following.group(1)) if following else None
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 120
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    assert names(client.get(html.unescape(back.group(1))).text) == pages[1]
