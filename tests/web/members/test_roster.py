"""The roster and one person through the pages."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.members.models import Membership, Person, PersonTerm, Post
from shared.members.terms import name_key
from shared.tenancy import tenant
from tests.shared.members.test_numbers import with_check
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
PHONE = "13800005678"
IDENTITY = with_check("99125619890103531")


def fields(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "unit_id": world.organ.branch,
        "name": "单晓琳",
        "status": "full",
        "joined": "2015-06-18",
        "form_key": "a-key-of-its-own",
        **changes,
    }


def add(client: FlaskClient, world: World, **changes: Any) -> int:
    answer = client.post("/members/add", data=fields(world, **changes))
    assert answer.status_code == 303, re.findall(r'jc-err"[^<]*<|<li>[^<]*', answer.text)
    return int(answer.location.split("/")[2])


def person(app: Flask, world: World, key: int) -> Person:
    with app.app_context(), tenant(world.organ.tenant_id):
        found: Person = db.session.execute(select(Person).where(Person.id == key)).scalar_one()
        db.session.remove()
    return found


def fill(app: Flask, world: World, number: int, unit_id: int) -> None:
    """Many invented people in one unit."""
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        people = [
            Person(name=f"王{chr(0x4E00 + n)}", name_key=name_key(f"王{chr(0x4E00 + n)}"))
            for n in range(number)
        ]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(
            Membership(person_id=one.id, unit_id=unit_id, kind="party", status="full", since=date(2020, 1, 1))
            for one in people
        )


def names(page: str) -> list[str]:
    return [
        html.unescape(name)
        for name in re.findall(r'<th scope="row" class="nw"><a href="/members/\d+">([^<]+)', page)
    ]


def test_the_list_shows_the_reach_and_no_more(world: World, enter: Enter) -> None:
    everybody = enter(world.organ["admin"]).get("/members").text
    assert "colleague of bureau" in everybody
    assert "of union" not in everybody
    below = enter(world.organ["officer"]).get("/members").text
    assert "secretary of bureau" in below
    assert "colleague of bureau" not in below
    assert enter(world.organ["member"]).get("/members").status_code == 403
    assert enter(world.organ["reviewer"]).get("/members").status_code == 403


def test_a_units_list_is_asked_for_by_its_key(world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    assert "secretary of bureau" in client.get(f"/members?unit_id={world.organ.branch}").text
    assert client.get(f"/members?unit_id={world.organ.other_branch}").status_code == 403
    assert client.get(f"/members?unit_id={world.union.branch}").status_code == 404


def test_keyset_pages_forwards_and_back_hold_everybody_once(app: Flask, world: World, enter: Enter) -> None:
    fill(app, world, 120, world.organ.branch)
    client = enter(world.organ["admin"])
    seen: list[str] = []
    pages = []
    address: str | None = f"/members?unit_id={world.organ.branch}"
    while address:
        page = client.get(address).text
        pages.append(names(page))
        seen += pages[-1]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(following.group(1)) if following else None
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 128
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    assert names(client.get(html.unescape(back.group(1))).text) == pages[1]


def test_a_longer_list_costs_the_same_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])
    client.get("/members")
    with count_queries() as few:
        client.get("/members")
    fill(app, world, 200, world.organ.branch)
    with count_queries() as many:
        client.get("/members")
    assert len(many) == len(few) <= 8


def test_totals_stop_at_ten_thousand_until_asked(
    app: Flask, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(app, world, 30, world.organ.branch)
    for module in (
        "shared.members.queries.roster",
        "services.web.members.views.listing",
        "shared.members.queries",
    ):
        monkeypatch.setattr(f"{module}.CAP", 20)
    client = enter(world.organ["admin"])
    assert "<b>20+</b>" in client.get("/members").text
    asked = client.get("/members?total=1").text
    assert "<b>39</b>" in asked
    assert "20+" not in asked


def test_gaps_come_by_one_press(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world, phone=PHONE, identity=IDENTITY)
    assert f'/members/{key}"' in client.get("/members?show=all").text
    assert f'/members/{key}"' not in client.get("/members?show=gaps").text


def test_numbers_are_sealed_masked_and_revealed_with_a_trace(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world, phone=PHONE, identity=IDENTITY, email="a@example.test")
    row = person(app, world, key)
    assert PHONE.encode() not in bytes(row.phone_sealed or b"")
    assert row.name_key.startswith("shan ")
    assert str(row.born) == "1989-01-03"
    for address in ("/members", f"/members/{key}"):
        page = client.get(address).text
        assert "138****5678" in page
        assert PHONE not in page
        assert IDENTITY not in page
        assert IDENTITY[-4:] in page
    look = f"/members/{key}/reveal"
    silent = client.post(look, data={"what": "identity"})
    assert silent.status_code == 422
    assert IDENTITY not in silent.text
    assert client.post(look, data={"what": "identity", "purpose": "other"}).status_code == 422
    shown = client.post(look, data={"what": "identity", "purpose": "other", "note": " 报送 名册 "})
    assert IDENTITY in shown.text
    assert PHONE not in shown.text
    with app.app_context(), tenant(world.organ.tenant_id):
        trail = db.session.execute(select(AuditEntry).where(AuditEntry.verb == "member.reveal")).scalar_one()
        assert trail.object_id == key
        assert trail.detail == {"what": "identity", "purpose": "other", "note": "报送 名册"}
        assert trail.person_id == world.organ["secretary"].person_id
        texts = [str(entry.detail) for entry in db.session.scalars(select(AuditEntry))]
        assert not any(secret in text for text in texts for secret in (PHONE, IDENTITY, "单晓琳"))
        db.session.remove()


def test_who_may_not_reveal(world: World, enter: Enter) -> None:
    key = world.organ["member"].person_id
    for role in ("leader", "auditor", "reviewer", "member", "keeper"):
        assert (
            enter(world.organ[role]).post(f"/members/{key}/reveal", data={"what": "phone"}).status_code == 403
        )
    assert world.organ.colleague is not None
    assert (
        enter(world.organ.colleague).post(f"/members/{key}/reveal", data={"what": "phone"}).status_code == 403
    )
    assert (
        enter(world.union["admin"]).post(f"/members/{key}/reveal", data={"what": "phone"}).status_code == 404
    )


def test_a_form_sent_twice_is_one_person(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    assert add(client, world) == add(client, world)
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(Person).where(Person.name == "单晓琳")) == 1
        db.session.remove()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "=cmd|' /C calc'!A0"},
        {"name": "<script>alert(1)</script>"},
        {"name": "王" * 61},
        {"joined": "1875"},
        {"joined": "2199-01"},
        {"joined": "上个月"},
        {"identity": "123456789012345678"},
        {"phone": "12"},
        {"email": "nobody"},
        {"status": "member"},
        {"status": "nonsense"},
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, enter: Enter, wrong: dict[str, str]
) -> None:
    answer = enter(world.organ["officer"]).post("/members/add", data=fields(world, **wrong))
    assert answer.status_code == 422
    assert "jc-err" in answer.text


def test_nobody_is_entered_elsewhere(world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    assert (
        client.post("/members/add", data=fields(world, unit_id=world.organ.other_branch)).status_code == 403
    )
    assert client.post("/members/add", data=fields(world, unit_id=world.union.branch)).status_code == 404
    assert enter(world.organ["leader"]).post("/members/add", data=fields(world)).status_code == 403


def test_a_doubled_identity_number_is_refused(world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    add(client, world, identity=IDENTITY)
    again = client.post(
        "/members/add", data=fields(world, identity=IDENTITY, name="王帆", form_key="another")
    )
    assert again.status_code == 422


def test_contact_is_changed_and_traced(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    key = add(client, world, phone=PHONE)
    address = f"/members/{key}/contact"
    assert client.post(address, data={"phone": "", "email": "new@example.test"}).status_code == 303
    assert person(app, world, key).phone_hash is not None
    assert person(app, world, key).email == "new@example.test"
    assert client.post(address, data={"phone": "5", "email": ""}).status_code == 422
    assert client.post(address, data={"remove_phone": "1", "email": "new@example.test"}).status_code == 303
    assert person(app, world, key).phone_sealed is None


def membership_of(app: Flask, world: World, key: int) -> Membership:
    with app.app_context(), tenant(world.organ.tenant_id):
        found: Membership = db.session.execute(
            select(Membership).where(Membership.person_id == key).order_by(Membership.id.desc()).limit(1)
        ).scalar_one()
        db.session.remove()
    return found


def test_a_membership_ends_with_a_reason_and_offices_with_it(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world)
    given = client.post(
        f"/members/{key}/posts",
        data={
            "unit_id": world.organ.branch,
            "code": "organisation",
            "basis": "elected",
            "since": "2025-01-01",
        },
    )
    assert given.status_code == 303
    membership = membership_of(app, world, key)
    end = {"membership_id": membership.id, "on": "2026-06-30", "reason": "retired"}
    silent = client.post(f"/members/{key}/membership/end", data={**end, "reason": ""})
    assert silent.location.endswith("/change")
    assert membership_of(app, world, key).until is None
    done = client.post(f"/members/{key}/membership/end", data=end)
    assert done.location.startswith("/members?")
    ended = membership_of(app, world, key)
    assert (ended.until, ended.end_reason) == (date(2026, 6, 30), "retired")
    assert person(app, world, key).state == "left"
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(Post.until).where(Post.person_id == key)) == date(2026, 6, 30)
        db.session.remove()
    assert f'/members/{key}"' not in client.get("/members").text
    # Who left is out of an officer's reach; the whole tenant's roles still read the record.
    assert client.get(f"/members/{key}").status_code == 403
    assert enter(world.organ["admin"]).get(f"/members/{key}").status_code == 200


def test_somebody_elses_membership_cannot_be_named(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world)
    assert world.organ.colleague is not None
    other = membership_of(app, world, world.organ.colleague.person_id or 0)
    mine = membership_of(app, world, world.organ["member"].person_id or 0)
    end = {"on": "2026-06-30", "reason": "retired"}
    address = f"/members/{key}/membership/end"
    assert client.post(address, data={**end, "membership_id": other.id}).status_code == 403
    assert client.post(address, data={**end, "membership_id": mine.id}).status_code == 404
    assert client.post(address, data={**end, "membership_id": "x"}).status_code == 422


def test_a_person_is_carried_over_within_the_reach(app: Flask, world: World, enter: Enter) -> None:
    admin, officer = enter(world.organ["admin"]), enter(world.organ["officer"])
    key = add(officer, world)
    move = {
        "membership_id": membership_of(app, world, key).id,
        "on": "2026-06-30",
        "unit_id": world.organ.other_branch,
    }
    assert officer.post(f"/members/{key}/membership/move", data=move).status_code == 403
    assert admin.post(f"/members/{key}/membership/move", data=move).status_code == 303
    assert membership_of(app, world, key).unit_id == world.organ.other_branch
    assert officer.get(f"/members/{key}").status_code == 403
    assert admin.get(f"/members/{key}").text.count("branch") >= 2


def test_an_office_for_one_passes_on(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    key = add(client, world)
    give = {"unit_id": world.organ.branch, "code": "secretary", "basis": "elected", "since": "2026-03-01"}
    assert client.post(f"/members/{key}/posts", data=give).status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        living = select(Post.person_id).where(
            Post.unit_id == world.organ.branch, Post.code == "secretary", Post.until.is_(None)
        )
        assert list(db.session.scalars(living)) == [key]
        db.session.remove()
    assert client.post(f"/members/{key}/posts", data=give).status_code == 409
    above = client.post(f"/members/{key}/posts", data={**give, "unit_id": world.organ.root})
    assert above.status_code == 403


def test_my_record_is_mine(world: World, enter: Enter) -> None:
    page = enter(world.organ["member"]).get("/me")
    assert page.status_code == 200
    assert "member of bureau" in page.text
    assert "secretary of bureau" not in page.text


def test_search_finds_in_reach_only(app: Flask, world: World, enter: Enter) -> None:
    secretary = enter(world.organ["secretary"])
    key = add(secretary, world)
    for typed in ("单晓", "單曉琳", "shanxiao", "danx", "sxl", "DXL", "晓琳"):
        assert f'/members/{key}"' in secretary.get("/search", query_string={"q": typed}).text, typed
    assert world.organ.colleague is not None
    for stranger in (
        world.organ.colleague,
        world.organ["member"],
        world.organ["reviewer"],
        world.union["admin"],
    ):
        assert f'/members/{key}"' not in enter(stranger).get("/search?q=sxl").text
    for odd in ("%", "_", "\\", "'", "\x00", "   ", "a" * 500):
        assert secretary.get("/search", query_string={"q": odd}).status_code == 200
    with app.app_context(), tenant(world.union.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(PersonTerm)) == 0
        db.session.remove()
