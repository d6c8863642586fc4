"""What changes about people: relation, register, corrections, somebody who comes back, the same number twice."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.members.models import Membership, Person
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.shared.members.test_numbers import with_check
from tests.web.members.test_roster import add, fields, membership_of, names, person
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
IDENTITY = with_check("99125619890103531")
OTHER = with_check("99125619900203532")


def trail(app: Flask, side: Side, verb: str) -> list[AuditEntry]:
    with app.app_context(), tenant(side.tenant_id):
        found = list(
            db.session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id))
        )
        db.session.remove()
    return found


def relate(client: FlaskClient, app: Flask, world: World, key: int, relation: str, **more: str) -> Any:
    return client.post(
        f"/members/{key}/membership/relation",
        data={
            "membership_id": membership_of(app, world, key).id,
            "relation": relation,
            "on": "2026-05-01",
            "reason": "三次联系不上",
            **more,
        },
    )


def test_a_relation_changes_with_day_and_reason_and_leaves_a_trace(
    app: Flask, world: World, enter: Enter
) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world)
    assert relate(client, app, world, key, "lost", reason="").location.endswith("/change")
    assert relate(client, app, world, key, "lost", on="2999-01-01").location.endswith("/change")
    assert membership_of(app, world, key).relation == "registered"
    assert relate(client, app, world, key, "lost").location.endswith(f"/members/{key}")
    assert membership_of(app, world, key).relation == "lost"
    (entry,) = trail(app, world.organ, "membership.relation")
    assert entry.detail == {"from": "registered", "to": "lost", "on": "2026-05-01", "reason": "三次联系不上"}
    assert "失联" in client.get(f"/members/{key}").text
    assert names(client.get("/members?relation=lost").text) == ["单晓琳"]
    assert relate(client, app, world, key, "registered").status_code == 303
    assert membership_of(app, world, key).relation == "registered"


@pytest.mark.parametrize("relation", ["out", "in", "leaving", "nonsense"])
def test_a_relation_that_follows_from_something_else_is_not_set_by_hand(
    app: Flask, world: World, enter: Enter, relation: str
) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world)
    assert relate(client, app, world, key, relation).location.endswith("/change")
    assert membership_of(app, world, key).relation == "registered"


def test_who_is_on_the_way_is_neither_moved_nor_ended_by_hand(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    key = add(client, world)
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        db.session.execute(
            select(Membership).where(Membership.person_id == key)
        ).scalar_one().relation = "leaving"
    membership = membership_of(app, world, key)
    move = {"membership_id": membership.id, "on": "2026-06-30", "unit_id": world.organ.other_branch}
    end = {"membership_id": membership.id, "on": "2026-06-30", "reason": "left"}
    assert client.post(f"/members/{key}/membership/move", data=move).status_code == 409
    assert client.post(f"/members/{key}/membership/end", data=end).status_code == 409
    assert relate(client, app, world, key, "lost").status_code == 409
    assert membership_of(app, world, key).until is None


def test_a_guest_is_not_in_the_number_but_found_by_the_relation(
    app: Flask, world: World, enter: Enter
) -> None:
    client = enter(world.organ["secretary"])
    before = client.get("/members?show=all").text
    guest = add(client, world, relation="in", name="任小雨", form_key="guest")
    # Who is here from elsewhere is asked at once from where.
    stay = f"/members/{guest}/stay"
    assert "任小雨" in client.get(stay).text
    after = client.get("/members?show=all").text
    assert re.findall(r"<b>(\d+)</b>", before) == re.findall(r"<b>(\d+)</b>", after)
    assert "任小雨" not in names(after)
    assert names(client.get("/members?show=all&relation=in").text) == ["任小雨"]
    assert "任小雨" in names(client.get("/members?show=all&relation=any").text)


def test_the_register_is_entered_shown_and_filtered(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.union["admin"])
    side = world.union
    data = {
        "unit_id": side.branch,
        "name": "单晓琳",
        "status": "member",
        "form_key": "union form",
        "sex": "f",
        "education": "college",
        "political": "league",
        "household": "rural",
        "employment": "new_form",
        "job_title": "配送站 站长",
        "card_number": "HY-2026-001",
    }
    answer = client.post("/members/add", data=data)
    assert answer.status_code == 303, re.findall(r'jc-err"[^<]*<', answer.text)
    page = client.get(answer.location).text
    for word in ("大学专科", "共青团员", "农民工", "新就业形态", "配送站 站长", "HY-2026-001"):
        assert word in page, word
    for asked in ("household=rural", "employment=new_form&sex=f", "education=college", "status=members"):
        assert "单晓琳" in client.get(f"/members?show=all&{asked}").text, asked
    for asked in ("household=urban", "employment=staff", "sex=m", "political=party"):
        assert "单晓琳" not in client.get(f"/members?show=all&{asked}").text, asked
    key = int(answer.location.rsplit("/", 1)[1])
    with app.app_context(), tenant(side.tenant_id):
        membership = db.session.execute(select(Membership).where(Membership.person_id == key)).scalar_one()
        db.session.remove()
    change = {"membership_id": membership.id, "household": "urban", "card_number": "HY-2026-002"}
    assert client.post(f"/members/{key}/register", data=change).status_code == 303
    page = client.get(f"/members/{key}").text
    assert "HY-2026-002" in page
    assert "农民工" not in page
    assert "household" in trail(app, side, "member.register")[-1].detail["fields"]
    wrong = {**change, "household": "nonsense"}
    assert client.post(f"/members/{key}/register", data=wrong).status_code == 422
    assert client.post(f"/members/{key}/register", data={**change, "card_number": "<b>"}).status_code == 422


def test_a_correction_needs_a_reason_and_search_follows_the_name(
    app: Flask, world: World, enter: Enter
) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world, identity=IDENTITY, sex="f", ethnic="汉族")
    right = {
        "name": "解晓琳",
        "sex": "m",
        "born": "1989-01",
        "ethnic": "回族",
        "identity": "",
        "reason": "档案核对",
    }
    address = f"/members/{key}/correct"
    assert client.post(address, data={**right, "reason": " "}).status_code == 422
    assert client.post(address, data={**right, "name": "=1+1"}).status_code == 422
    assert client.post(address, data={**right, "identity": "123"}).status_code == 422
    assert person(app, world, key).name == "单晓琳"
    assert client.post(address, data=right).status_code == 303
    row = person(app, world, key)
    assert (row.name, row.sex, str(row.born), row.ethnic) == ("解晓琳", "m", "1989-01", "回族")
    assert row.name_key.startswith("xie ")
    (entry,) = trail(app, world.organ, "member.correct")
    assert entry.detail == {"fields": ["name", "sex", "born", "ethnic"], "reason": "档案核对"}
    assert f'/members/{key}"' in client.post("/search", data={"q": "xiexl"}).text or (
        f'/members/{key}"' in client.get("/search?q=xxl").text
    )
    before = row.identity_hash
    assert client.post(address, data={**right, "identity": OTHER}).status_code == 303
    assert person(app, world, key).identity_hash != before
    assert trail(app, world.organ, "member.correct")[-1].detail["fields"] == ["identity"]
    # The same once more changes nothing and leaves no trace.
    assert client.post(address, data={**right, "identity": OTHER}).status_code == 303
    assert len(trail(app, world.organ, "member.correct")) == 2


def test_a_corrected_identity_number_may_be_nobody_elses(world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    add(client, world, identity=IDENTITY)
    key = add(client, world, identity=OTHER, name="任小雨", form_key="other")
    answer = client.post(
        f"/members/{key}/correct", data={"name": "任小雨", "identity": IDENTITY, "reason": "录入有误"}
    )
    assert answer.status_code == 422
    assert "名册里已有这个身份证号码" in answer.text


def ended(client: FlaskClient, app: Flask, world: World, key: int) -> None:
    answer = client.post(
        f"/members/{key}/membership/end",
        data={"membership_id": membership_of(app, world, key).id, "on": "2026-03-31", "reason": "left"},
    )
    assert answer.status_code == 303


def test_who_left_comes_back_after_a_question(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world, identity=IDENTITY, since="2020-01-01")
    ended(client, app, world, key)
    again = fields(world, identity=IDENTITY, form_key="again", since="2026-05-01")
    asked = client.post("/members/add", data=again)
    assert asked.status_code == 422
    assert f'name="same_person" value="{key}"' in asked.text
    assert "2026-03-31" in asked.text
    with app.app_context(), tenant(world.organ.tenant_id):
        assert len(list(db.session.scalars(select(Person.id).where(Person.name == "单晓琳")))) == 1
        db.session.remove()
    early = client.post("/members/add", data={**again, "since": "2026-01-01", "same_person": key})
    assert early.status_code == 422
    assert membership_of(app, world, key).until is not None
    done = client.post("/members/add", data={**again, "same_person": key})
    assert done.location.endswith(f"/members/{key}")
    living = membership_of(app, world, key)
    assert (living.since, living.until) == (date(2026, 5, 1), None)
    assert person(app, world, key).state == "active"
    # The whole history is on the page.
    assert html.unescape(client.get(f"/members/{key}").text).count("2026-03-31") == 1
    # A second press finds them in the unit.
    assert client.post("/members/add", data={**again, "same_person": key}).status_code == 422


def test_a_person_in_two_places_is_refused_in_words(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    add(client, world, identity=IDENTITY)
    twice = fields(world, identity=IDENTITY, form_key="twice", unit_id=world.organ.other_branch)
    answer = client.post("/members/add", data=twice)
    assert answer.status_code == 422
    assert "same_person" not in answer.text
    assert "此人属于 branch" in answer.text


def test_the_number_alone_tells_nothing_about_anybody(app: Flask, world: World, enter: Enter) -> None:
    """A secretary who types a stranger's number learns neither name nor unit of somebody out of reach."""
    admin = enter(world.organ["admin"])
    key = add(admin, world, identity=IDENTITY, unit_id=world.organ.other_branch, since="2020-01-01")
    secretary = enter(world.organ["secretary"])
    typed = fields(world, identity=IDENTITY, name="某人", form_key="typed")
    living = secretary.post("/members/add", data=typed)
    assert living.status_code == 422
    assert "other branch" not in living.text
    assert "单晓琳" not in living.text
    ended(admin, app, world, key)
    gone = secretary.post("/members/add", data=typed)
    assert gone.status_code == 422
    assert "same_person" not in gone.text
    assert "单晓琳" not in gone.text
    # Whoever knows number and name is asked, without the unit.
    named = secretary.post("/members/add", data={**typed, "name": "单晓琳"})
    assert f'name="same_person" value="{key}"' in named.text
    assert "other branch" not in named.text


def test_the_other_line_is_a_second_membership_of_the_same_person(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    with app.app_context(), tenant(side.tenant_id), transaction():
        union = Unit(
            path="",
            kind="primary_union_committee",
            line="union",
            name="机关工会",
            duties_since=date(2026, 1, 1),
        )
        db.session.add(union)
        db.session.flush()
        union.path = f"{union.id:010d}."
        unit_id = union.id
    client = enter(side["admin"])
    key = add(client, world, identity=IDENTITY)
    joins = {
        "unit_id": unit_id,
        "name": "单晓琳",
        "status": "member",
        "identity": IDENTITY,
        "form_key": "union",
    }
    assert f'value="{key}"' in client.post("/members/add", data=joins).text
    assert client.post("/members/add", data={**joins, "same_person": key}).status_code == 303
    with app.app_context(), tenant(side.tenant_id):
        rows = select(Membership.kind, Membership.id).where(
            Membership.person_id == key, Membership.until.is_(None)
        )
        kinds = {kind: key for kind, key in db.session.execute(rows)}  # noqa: C416
        db.session.remove()
    assert set(kinds) == {"party", "union"}
    assert names(client.get("/members?line=union&show=all").text) == ["单晓琳"]
    page = client.get(f"/members/{key}/change?membership_id={kinds['union']}").text
    assert "退休会员" in page
    assert "入党积极分子" not in page
