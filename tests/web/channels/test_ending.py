"""The link that ends mails of one topic: what it can do, and all that it cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.accounts.actions.unsubscribing import unsubscribe_token
from tests.web.channels.test_setup import channels_of
from tests.world import Cast, Side, World

Rows = Callable[..., list[Any]]


@pytest.fixture
def token(rows: Rows) -> Callable[..., str]:
    def make(side: Side, cast: Cast, topic: str = "dues") -> str:
        [(email,)] = rows(side, "select email from person where id = :p", p=cast.person_id)
        assert cast.person_id is not None
        return unsubscribe_token(tenant_id=side.tenant_id, person_id=cast.person_id, topic=topic, email=email)

    return make


def planned(app: Flask, side: Side, rows: Rows) -> list[Any]:
    channels_of(app, side, "dues")
    return rows(side, "select channel, state, reason from delivery order by id desc limit 2")


def test_looking_changes_nothing_and_the_mail_programs_press_ends_them(
    app: Flask, world: World, token: Callable[..., str], rows: Rows
) -> None:
    side = world.organ
    address = f"/channels/unsubscribe/{token(side, side['admin'])}"
    client = app.test_client()
    page = client.get(address).get_data(as_text=True)
    [(name,)] = rows(side, "select name from person where id = :p", p=side["admin"].person_id)
    assert name not in page
    assert rows(side, "select 1 from preference") == []
    for _twice in range(2):
        response = client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.get_data()) == (200, b"")
    assert rows(side, "select person_id, topic, channel, wanted from preference") == [
        (side["admin"].person_id, "dues", "email", False)
    ]
    assert rows(side, "select count(*) from audit_entry where verb = 'message.unsubscribe'") == [(1,)]
    assert sorted(planned(app, side, rows)) == [
        ("email", "suppressed", "opted_out"),
        ("in_app", "pending", None),
    ]


def test_a_person_presses_and_is_told(app: Flask, world: World, token: Callable[..., str]) -> None:
    client = app.test_client()
    address = f"/channels/unsubscribe/{token(world.organ, world.organ['admin'])}"
    assert "不再给您发邮件" in client.post(address).get_data(as_text=True)


def test_it_works_where_forms_need_their_token(
    app: Flask, world: World, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    address = f"/channels/unsubscribe/{token(world.organ, world.organ['admin'])}"
    assert app.test_client().post(address).status_code == 200


def test_a_forged_a_foreign_and_a_mandatory_one_open_nothing(
    app: Flask, world: World, token: Callable[..., str], rows: Rows
) -> None:
    side = world.organ
    good = token(side, side["admin"])
    coded, _dot, sign = good.partition(".")
    bad = [
        good[:-2] + ("AA" if not good.endswith("AA") else "BB"),
        f"{coded}.",
        coded,
        f".{sign}",
        "x" * 500,
        # What may not be declined cannot be declined by a link either.
        token(side, side["admin"], "duties"),
        token(side, side["admin"], "no topic"),
    ]
    for one in bad:
        address = f"/channels/unsubscribe/{one}"
        assert app.test_client().get(address).status_code == 404, one
        assert app.test_client().post(address).status_code == 404, one
    assert rows(side, "select 1 from preference") == []


def test_another_address_and_a_person_who_left_void_the_link(
    app: Flask, world: World, token: Callable[..., str], change: Callable[..., None]
) -> None:
    side = world.organ
    admin, member = token(side, side["admin"]), token(side, side["member"])
    change(side, "update person set email = 'other@example.test' where id = :p", p=side["admin"].person_id)
    change(side, "update person set state = 'left' where id = :p", p=side["member"].person_id)
    for one in (admin, member):
        assert app.test_client().post(f"/channels/unsubscribe/{one}").status_code == 404


def test_it_signs_nobody_in_and_out(
    app: Flask, world: World, token: Callable[..., str], enter: Callable[[Cast], FlaskClient]
) -> None:
    address = f"/channels/unsubscribe/{token(world.organ, world.organ['admin'])}"
    stranger = app.test_client()
    stranger.get(address)
    assert stranger.get("/settings").status_code != 200
    other = enter(world.union["admin"])
    assert other.get(address).status_code == 200
    assert other.get("/settings").status_code == 200
