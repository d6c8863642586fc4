"""The door: sign in, lock-out with growing delay, session, open redirects, several places, language."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.web.limits import limiter
from shared.accounts.actions.signing_in import delay
from shared.accounts.models import Login, Seat
from shared.clock import now
from shared.db import db, transaction
from shared.tenancy import as_login, tenant
from shared.tenants.models import Tenant
from tests.world import PASSWORD, Cast, World

Enter = Callable[[Cast], FlaskClient]
WRONG = "账号和密码不匹配"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def send(client: FlaskClient, identifier: str, password: str = PASSWORD, **more: str) -> tuple[int, str, str]:
    answer = client.post("/login", data={"identifier": identifier, "password": password, **more})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def masked(page: str, identifier: str) -> str:
    """The page without what differs at each rendering."""
    return re.sub(r'(csrf[-_]token" (?:content|value)=")[^"]*', r"\1", page.replace(identifier, "X"))


def hash_of(app: Flask, cast: Cast) -> str:
    with app.app_context(), as_login(login_id=cast.login_id):
        found = db.session.scalars(select(Login.password_hash).where(Login.id == cast.login_id)).one()
        db.session.remove()
    return found


def test_a_good_password_opens_the_only_place_and_is_hashed_anew(
    app: Flask, world: World, client: FlaskClient
) -> None:
    cast = world.organ["secretary"]
    before = hash_of(app, cast)
    assert send(client, f"  {cast.identifier.upper()} ")[:2] == (303, "/")
    assert client.get("/settings").status_code == 200
    assert hash_of(app, cast) != before
    assert "$m=32768,t=3,p=1$" in hash_of(app, cast)
    # And the new hash lets in as well.
    assert send(app.test_client(), cast.identifier)[0] == 303


def test_the_form_has_the_fields_and_a_token(app: Flask, client: FlaskClient) -> None:
    page = client.get("/login").text
    assert 'name="identifier"' in page
    assert 'name="password"' in page
    assert 'name="csrf_token"' in page


def test_unknown_and_wrong_are_answered_alike(world: World, client: FlaskClient) -> None:
    known = send(client, world.organ["member"].identifier, "not the password")
    unknown = send(client, "nobody-at-all@example.test", "not the password")
    assert known[0] == unknown[0] == 422
    assert WRONG in known[2]
    assert masked(known[2], world.organ["member"].identifier) == masked(
        unknown[2], "nobody-at-all@example.test"
    )


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_lock_and_the_delay_grows(
    app: Flask, world: World, client: FlaskClient, known: bool
) -> None:
    identifier = world.organ["leader"].identifier if known else f"none-{world.organ.tenant_id}@example.test"
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(5):
            assert send(client, identifier, "wrong wrong wrong")[0] == 422
        # The right password is not even looked at.
        assert send(client, identifier)[0] == 429
        clock.shift(timedelta(seconds=29))
        assert send(client, identifier)[0] == 429
        clock.shift(timedelta(seconds=2))
        assert send(client, identifier, "wrong again")[0] == 422
        clock.shift(timedelta(seconds=31))
        assert send(client, identifier)[0] == 429
        clock.shift(timedelta(seconds=31))
        assert send(client, identifier)[0] == (303 if known else 422)
        if known:
            # A good one begins the count anew.
            assert send(app.test_client(), identifier, "wrong wrong wrong")[0] == 422
            assert send(app.test_client(), identifier)[0] == 303


def test_the_delay_doubles_up_to_an_hour() -> None:
    assert [delay(n) for n in (0, 4, 5, 6, 7, 11, 12, 50, 5000)] == [
        0,
        0,
        30,
        60,
        120,
        1920,
        3600,
        3600,
        3600,
    ]


def test_the_session_begins_anew_at_sign_in(app: Flask, world: World, client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["session_id"] = "planted"
        session["fresh_at"] = 1e12
    send(client, world.organ["member"].identifier)
    with client.session_transaction() as session:
        assert session["session_id"] != "planted"
        assert session["fresh_at"] < 1e11


def test_the_cookie_is_httponly_and_lax(world: World, client: FlaskClient) -> None:
    answer = client.post(
        "/login", data={"identifier": world.organ["member"].identifier, "password": PASSWORD}
    )
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ],
)
def test_no_open_redirect(world: World, client: FlaskClient, address: str) -> None:
    assert send(client, world.organ["member"].identifier, next=address)[:2] == (303, "/")


def test_the_page_asked_for_opens_after_signing_in(world: World, client: FlaskClient) -> None:
    turned = client.get("/accounts?state=all")
    assert turned.status_code == 303
    page = client.get(turned.headers["Location"])
    assert "/accounts?state=all" in page.text
    assert send(client, world.organ["admin"].identifier, next="/accounts?state=all")[:2] == (
        303,
        "/accounts?state=all",
    )


def test_csrf_less_post_is_refused(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        status, _, text = send(app.test_client(), world.organ["member"].identifier)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert status == 400
    assert "没有保存" in text


def test_the_operator_comes_to_the_tenants(world: World, client: FlaskClient) -> None:
    assert send(client, world.operator.identifier)[:2] == (303, "/platform")
    assert client.get("/platform").status_code == 200


@pytest.fixture
def in_both(app: Flask, world: World) -> Cast:
    """The organ's member has a seat at the union too, in place of the union's auditor."""
    cast = world.organ["member"]
    with app.app_context(), tenant(world.union.tenant_id), transaction():
        db.session.execute(
            update(Seat).where(Seat.id == world.union["auditor"].seat_id).values(login_id=cast.login_id)
        )
        db.session.flush()
    with app.app_context():
        db.session.remove()
    return cast


def test_several_places_are_chosen_and_switched(world: World, in_both: Cast, client: FlaskClient) -> None:
    status, location, _ = send(client, in_both.identifier)
    assert (status, location.split("?")[0]) == (303, "/seats")
    page = client.get("/seats").text
    assert f"bureau {world.organ.tenant_id}" not in page
    assert page.count('name="seat_id"') == 2
    here = client.post("/seats", data={"seat_id": str(in_both.seat_id)})
    assert here.status_code == 303
    assert client.get("/accounts").status_code == 403
    client.post("/seats", data={"seat_id": str(world.union["auditor"].seat_id)})
    # The auditor's place, and the auditor's rights.
    assert client.get("/accounts").status_code == 200
    # A neighbour's seat is not there.
    assert client.post("/seats", data={"seat_id": str(world.union["admin"].seat_id)}).status_code == 404


def test_no_place_says_so(app: Flask, world: World, client: FlaskClient) -> None:
    cast = world.organ["keeper"]
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        db.session.execute(update(Seat).where(Seat.id == cast.seat_id).values(state="ended"))
    status, location, _ = send(client, cast.identifier)
    assert (status, location.split("?")[0]) == (303, "/seats")
    assert "还没有单位" in client.get("/seats").text
    assert client.get("/settings").status_code == 403


def test_sign_out_and_sign_out_everywhere(world: World, enter: Enter) -> None:
    cast = world.organ["officer"]
    here, there = enter(cast), enter(cast)
    here.post("/sign-out")
    assert here.get("/settings").status_code == 303
    assert there.get("/settings").status_code == 200
    other = enter(cast)
    other.post("/sign-out-everywhere")
    assert there.get("/settings").status_code == 303
    assert other.get("/settings").status_code == 303


def test_the_language_stays_with_the_login(app: Flask, world: World, client: FlaskClient) -> None:
    cast = world.organ["member"]
    send(client, cast.identifier)
    assert (
        client.post("/language", data={"locale": "en", "next": "/account"}).headers["Location"] == "/account"
    )
    assert "My account" in client.get("/account").text
    assert client.post("/language", data={"locale": "fr"}).status_code == 400
    with app.app_context(), as_login(login_id=cast.login_id):
        assert db.session.scalars(select(Login.locale).where(Login.id == cast.login_id)).one() == "en"
        db.session.remove()


def test_a_dangerous_act_asks_for_the_password_again(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    with client.session_transaction() as session:
        session["fresh_at"] = 0
    address = f"/accounts/people/{world.organ['member'].person_id}"
    data = {"role": "leader", "unit_id": str(world.organ.middle), "since": "2026-01-01"}
    answer = client.post(f"{address}/roles", data=data, headers={"Referer": f"http://localhost{address}"})
    assert answer.headers["Location"].startswith("/confirm?next=")
    page = client.get(answer.headers["Location"])
    assert f'value="{address}"' in page.text
    assert client.post("/confirm", data={"password": "wrong wrong", "next": address}).status_code == 422
    assert client.post(f"{address}/roles", data=data).headers["Location"].startswith("/confirm")
    assert (
        client.post("/confirm", data={"password": PASSWORD, "next": address}).headers["Location"] == address
    )
    assert client.post(f"{address}/roles", data=data).headers["Location"] == address


@pytest.fixture
def limited(app: Flask) -> Iterator[FlaskClient]:
    """The per-address limit, which other tests leave off."""
    limiter.enabled = True
    try:
        yield app.test_client()
    finally:
        limiter.enabled = False


def test_one_address_may_knock_thirty_times_a_minute(limited: FlaskClient) -> None:
    # The counts outlive a test, so each run knocks from an address of its own.
    here, there = (f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(256)}" for _ in range(2))
    data = {"identifier": "", "password": ""}
    seen = [limited.post("/login", data=data, environ_base={"REMOTE_ADDR": here}) for _ in range(32)]
    assert {answer.status_code for answer in seen[:30]} == {422}
    assert {answer.status_code for answer in seen[30:]} == {429}
    assert limited.post("/login", data=data, environ_base={"REMOTE_ADDR": there}).status_code == 422


def test_a_suspended_tenant_is_out_at_the_next_click(
    app: Flask, world: World, enter: Enter, client: FlaskClient
) -> None:
    cast = world.union["member"]
    inside = enter(cast)
    assert inside.get("/settings").status_code == 200
    operator = enter(world.operator)
    assert (
        operator.post(f"/platform/{world.union.tenant_id}/suspend", data={"reason": "未续约"}).status_code
        == 303
    )
    assert inside.get("/settings").status_code == 303
    assert send(client, cast.identifier)[1].startswith("/seats")
    assert "还没有单位" in client.get("/seats").text
    # The neighbour works on.
    assert enter(world.organ["member"]).get("/settings").status_code == 200
    assert operator.post(f"/platform/{world.union.tenant_id}/reopen").status_code == 303
    assert send(app.test_client(), cast.identifier)[:2] == (303, "/")
    with app.app_context(), tenant(world.union.tenant_id):
        since = db.session.scalars(select(Tenant.state_since).where(Tenant.id == world.union.tenant_id)).one()
        db.session.remove()
    # Nothing older than the reopening is sent.
    assert now() - since < timedelta(minutes=1)
