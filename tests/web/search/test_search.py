"""Search: names by address, numbers by POST only, the list under the field."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.db import db, transaction
from shared.members.actions import set_terms
from shared.members.models import Membership, Person
from shared.members.numbers import seal_identity, seal_phone
from shared.members.terms import name_key
from shared.tenancy import tenant
from shared.tenants.queries import keys
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
IDENTITY, PHONE, LANDLINE = "110101199003074530", "13912345678", "027-89862688-12"


def person(app: Flask, side: Side, name: str, unit_id: int, *, identity: str = "", phone: str = "") -> int:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            one = Person(name=name, name_key=name_key(name))
            if identity:
                number = seal_identity(keys(), identity)
                one.identity_sealed, one.identity_hash, one.identity_tail = (
                    number.sealed,
                    number.hash,
                    number.tail,
                )
            if phone:
                sealed = seal_phone(keys(), phone)
                one.phone_sealed, one.phone_hash, one.phone_tail = sealed.sealed, sealed.hash, sealed.tail
            db.session.add(one)
            db.session.flush()
            db.session.add(
                Membership(person_id=one.id, unit_id=unit_id, kind="party", status="full", since="2020-01-01")
            )
            set_terms([(one.id, name)])
        found = one.id
        db.session.remove()
    return found


def people_in(page: str) -> list[int]:
    return [int(key) for key in dict.fromkeys(re.findall(r'href="/members/(\d+)"', page))]


@pytest.fixture
def people(app: Flask, world: World) -> dict[str, int]:
    organ = world.organ
    return {
        "own": person(app, organ, "仇自在", organ.branch, identity=IDENTITY, phone=PHONE),
        "landline": person(app, organ, "王固定", organ.branch, phone=LANDLINE),
        "colleague": person(app, organ, "仇旁人", organ.other_branch, phone="13800005678"),
        "neighbour": person(app, world.union, "仇隔壁", world.union.branch, identity=IDENTITY, phone=PHONE),
    }


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (IDENTITY, {"own"}),
        ("110101 19900307 4530", {"own"}),
        (PHONE, {"own"}),
        ("+86 139-1234-5678", {"own"}),
        ("4530", {"own"}),
        ("5678", {"own", "colleague"}),
        ("2688", {"landline"}),
        (LANDLINE, {"landline"}),
        ("9999", set()),
        # A part of a number, a number that is none.
        ("1391234", set()),
        ("110101199003074531", set()),
    ],
)
def test_a_number_is_found_whole_or_by_its_last_four(
    typed: str, names: set[str], world: World, people: dict[str, int], enter: Enter
) -> None:
    client = enter(world.organ["admin"])
    page = client.post("/search", data={"q": typed})
    assert page.status_code == 200
    assert set(people_in(page.text)) == {people[name] for name in names}
    # The list under the field says the same, and neither shows the number.
    assert set(people_in(client.post("/search/quick", data={"q": typed}).text)) == set(people_in(page.text))
    assert typed not in page.text


def test_a_number_never_stands_in_an_address(world: World, people: dict[str, int], enter: Enter) -> None:
    client = enter(world.organ["admin"])
    for typed in (IDENTITY, PHONE, "4530", "453X", "1391234"):
        refused = client.get("/search", query_string={"q": typed})
        assert refused.status_code == 200
        assert people_in(refused.text) == []
        assert "号码不能写在网址里查" in refused.text
        answer = client.post("/search", data={"q": typed})
        assert answer.status_code == 200
        assert answer.location is None
    # A name goes on to an address that can be kept and sent.
    named = client.post("/search", data={"q": "仇自在"})
    assert named.status_code == 303
    assert people_in(client.get(named.location).text) == [people["own"]]


def test_numbers_of_others_stay_out_of_reach(world: World, people: dict[str, int], enter: Enter) -> None:
    secretary = enter(world.organ["secretary"])
    assert people_in(secretary.post("/search/quick", data={"q": "5678"}).text) == [people["own"]]
    member = enter(world.organ["member"])
    assert people_in(member.post("/search/quick", data={"q": IDENTITY}).text) == []
    union = enter(world.union["admin"])
    assert people_in(union.post("/search", data={"q": IDENTITY}).text) == [people["neighbour"]]


@pytest.mark.parametrize(
    "typed", ["q", "qz", "qiuzizai", "仇自", "zizai", "自在", "Qiu ZiZai", "仇　自在", "qiu"]
)
def test_as_you_type(typed: str, world: World, people: dict[str, int], enter: Enter) -> None:
    for role in ("admin", "secretary"):
        page = enter(world.organ[role]).post("/search/quick", data={"q": typed, "at": "phone"}).text
        assert people["own"] in people_in(page), role
        assert people["neighbour"] not in people_in(page)
        assert 'role="option" id="phone-person-' in page
    assert people["colleague"] not in people_in(page)


def test_a_whole_name_stands_before_longer_ones_and_a_surname_before_given_names(
    app: Flask, world: World, enter: Enter
) -> None:
    organ = world.organ
    found = [person(app, organ, name, organ.branch) for name in ("李王", "王伟国", "王伟", "张王伟", "王帅")]
    client = enter(organ["admin"])
    assert people_in(client.post("/search/quick", data={"q": "王伟"}).text) == [found[2], found[1], found[3]]
    wang = people_in(client.post("/search/quick", data={"q": "wang"}).text)
    assert wang.index(found[4]) < wang.index(found[0])


def test_at_most_eight_and_few_questions(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    organ = world.organ
    for number in range(12):
        person(app, organ, f"孔{'一二三四五六七八九十百千'[number]}", organ.branch)
    for role, most in (("admin", 10), ("officer", 11)):
        client = enter(organ[role])
        with count_queries() as seen:
            page = client.post("/search/quick", data={"q": "孔"}).text
        assert len(people_in(page)) == 8
        assert len(seen) <= most, seen
    assert client.post("/search/quick", data={"q": ""}).text.strip() == ""
    for odd in ("\0", "%", "_", "'", "孔" * 500, "\U0010ffff", "１２３４"):
        assert client.post("/search/quick", data={"q": odd}).status_code == 200


def test_the_field_works_without_a_script_and_sends_no_address(
    world: World, people: dict[str, int], enter: Enter
) -> None:
    page = enter(world.organ["admin"]).get("/members").text
    forms = re.findall(r"<form[^>]*action=\"/search\"[^>]*>", page)
    assert len(forms) == 2
    assert all('method="post"' in form for form in forms)
    assert 'hx-post="/search/quick"' in page
