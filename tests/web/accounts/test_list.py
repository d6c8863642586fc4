"""The accounts page: filter, states, pages, a constant number of queries."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from shared.db import db, transaction
from shared.members.models import Membership, Person, PersonTerm
from shared.members.terms import name_key, terms
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


def people(app: Flask, world: World, names: list[str]) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            for name in names:
                person = Person(name=name, name_key=name_key(name))
                db.session.add(person)
                db.session.flush()
                db.session.add(
                    Membership(
                        person_id=person.id,
                        unit_id=world.organ.branch,
                        kind="party",
                        status="full",
                        since=date(2026, 1, 1),
                    )
                )
                db.session.add_all(PersonTerm(person_id=person.id, term=term) for term in terms(name))
        db.session.remove()


def test_the_list_opens_on_those_without_an_account(app: Flask, world: World, enter: Enter) -> None:
    people(app, world, ["曾小满"])
    client = enter(world.organ["admin"])
    page = client.get("/accounts").text
    assert "曾小满" in page
    assert page.count("/accounts/people/") == 1
    assert client.get("/accounts?state=all").text.count("/accounts/people/") == 10
    assert client.get("/accounts?state=seated").text.count("/accounts/people/") == 9
    assert (
        client.get(f"/accounts?state=all&unit_id={world.organ.other_branch}").text.count("/accounts/people/")
        == 1
    )
    assert client.get("/accounts?state=all&post=any").text.count("/accounts/people/") == 2


def test_a_name_is_found_in_pinyin_and_in_either_script(app: Flask, world: World, enter: Enter) -> None:
    people(app, world, ["单云龙"])
    client = enter(world.organ["admin"])
    for words in ("单云", "shanyun", "syl", "單雲龍"):
        assert "单云龙" in client.get(f"/accounts?q={words}").text, words
    assert "单云龙" not in client.get("/accounts?q=danger").text


def test_pages_follow_each_other_and_the_queries_stay_few(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    names = [f"石{index:03d}" for index in range(120)]
    people(app, world, names)
    client = enter(world.organ["admin"])
    seen: list[str] = []
    address, counts = "/accounts", []
    while address:
        with count_queries() as queries:
            page = client.get(address).text
        counts.append(len(queries))
        seen += [name for name in names if f">{name}</a>" in page]
        following = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        address = f"/accounts{following}" if following else ""
    assert sorted(seen) == names
    assert len(set(counts)) == 1
    assert counts[0] <= 9
