"""One's own login: password, address, a lost password. Nobody else's, and nothing learned on the way."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.accounts.models import Login, Token
from shared.audit import AuditEntry
from shared.clock import now
from shared.db import db
from shared.tenancy import as_login, platform, tenant
from tests.web.links import Letters
from tests.world import PASSWORD, Cast, World

Enter = Callable[[Cast], FlaskClient]
GOOD = "jade lantern over the river"


def own_row(app: Flask, cast: Cast) -> tuple[str, str, int]:
    with app.app_context(), as_login(login_id=cast.login_id):
        row = db.session.execute(
            select(Login.identifier, Login.password_hash, Login.epoch).where(Login.id == cast.login_id)
        ).one()
        db.session.remove()
    return row.identifier, row.password_hash, row.epoch


def change(client: FlaskClient, old: str, new: str, again: str | None = None) -> int:
    data = {"old": old, "new": new, "again": new if again is None else again}
    return client.post("/account/password", data=data).status_code


def test_changing_the_password_ends_the_other_sessions_only(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["secretary"]
    here, there = enter(cast), enter(cast)
    assert change(here, "not the old one", GOOD) == 422
    assert change(here, PASSWORD, "short") == 422
    assert change(here, PASSWORD, "qwertyuiop123") == 422
    assert change(here, PASSWORD, GOOD, "something else") == 422
    assert own_row(app, cast)[2] == 1
    assert there.get("/settings").status_code == 200
    assert change(here, PASSWORD, GOOD) == 303
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 303
    login = app.test_client().post("/login", data={"identifier": cast.identifier, "password": GOOD})
    assert login.status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        verbs = list(
            db.session.scalars(select(AuditEntry.verb).where(AuditEntry.person_id == cast.person_id))
        )
        db.session.remove()
    assert "login.password" in verbs


def test_the_old_password_cannot_be_guessed_in_a_session(world: World, enter: Enter) -> None:
    client = enter(world.organ["member"])
    assert [change(client, f"guess {n} of many", GOOD) for n in range(6)] == [422] * 5 + [429]
    assert change(client, PASSWORD, GOOD) == 429


def test_another_address_counts_when_its_link_is_opened(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    cast = world.organ["leader"]
    wanted = f"new-address-{cast.login_id}@example.test"
    client = enter(cast)
    assert client.post("/account/address", data={"address": "no address"}).status_code == 422
    assert client.post("/account/address", data={"address": wanted.upper()}).status_code == 303
    (secret,) = letters(wanted)
    assert own_row(app, cast)[0] == cast.identifier
    assert app.test_client().get(f"/invitation/{secret}").status_code == 200
    assert own_row(app, cast)[0] == cast.identifier
    assert app.test_client().post(f"/invitation/{secret}").status_code == 303
    assert own_row(app, cast)[0] == wanted
    assert app.test_client().post(f"/invitation/{secret}").status_code == 404


def test_anothers_address_cannot_be_taken_nor_learned_of(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    cast, other = world.organ["leader"], world.union["leader"]
    client = enter(cast)
    taken = client.post("/account/address", data={"address": other.identifier}, follow_redirects=True)
    free = client.post("/account/address", data={"address": "free@example.test"}, follow_redirects=True)
    assert taken.text.count("jc-note") == free.text.count("jc-note") == 1
    client.post("/account/address", data={"address": other.identifier})
    secret = letters(other.identifier)[-1]
    assert app.test_client().post(f"/invitation/{secret}").status_code == 409
    assert own_row(app, cast)[0] == cast.identifier
    assert own_row(app, other)[0] == other.identifier


def test_another_address_needs_a_fresh_sign_in(world: World, enter: Enter) -> None:
    client = enter(world.organ["leader"])
    with client.session_transaction() as session:
        session["fresh_at"] = 0
    answer = client.post("/account/address", data={"address": "x@example.test"})
    assert answer.headers["Location"].startswith("/confirm")


def test_a_lost_password_is_replaced_by_a_link(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    cast = world.organ["officer"]
    session = enter(cast)
    known = app.test_client().post("/forgot", data={"identifier": cast.identifier}, follow_redirects=True)
    unknown = app.test_client().post(
        "/forgot", data={"identifier": "who@example.test"}, follow_redirects=True
    )
    assert known.status_code == unknown.status_code == 200
    assert known.text.count("jc-note") == unknown.text.count("jc-note") == 1
    (secret,) = letters(cast.identifier)
    assert letters("who@example.test") == []
    client = app.test_client()
    assert client.get(f"/invitation/{secret}").status_code == 200
    assert (
        client.post(f"/invitation/{secret}", data={"new": "1234567890", "again": "1234567890"}).status_code
        == 422
    )
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 303
    assert session.get("/settings").status_code == 303
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 404
    assert client.post("/login", data={"identifier": cast.identifier, "password": GOOD}).status_code == 303
    # Nothing of the unknown one is kept.
    with app.app_context(), platform():
        assert db.session.scalar(select(func.count()).where(Token.identifier == "who@example.test")) == 0
        db.session.remove()


def test_asking_again_and_again_mails_once(app: Flask, world: World, letters: Letters) -> None:
    cast = world.organ["keeper"]
    for _ in range(3):
        app.test_client().post("/forgot", data={"identifier": cast.identifier})
    assert len(letters(cast.identifier)) == 1


def test_a_password_link_is_void_after_a_day(app: Flask, world: World, letters: Letters) -> None:
    cast = world.organ["keeper"]
    app.test_client().post("/forgot", data={"identifier": cast.identifier})
    (secret,) = letters(cast.identifier)
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert app.test_client().get(f"/invitation/{secret}").status_code == 404


def test_an_administrator_has_a_link_mailed_and_learns_nothing(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    cast = world.organ["member"]
    admin = enter(world.organ["admin"])
    before = own_row(app, cast)
    answer = admin.post(f"/accounts/people/{cast.person_id}/password", follow_redirects=True)
    assert answer.status_code == 200
    assert cast.identifier not in answer.text
    assert own_row(app, cast) == before
    (secret,) = letters(cast.identifier)
    assert secret not in answer.text
    # The link says nothing to the administrator's tenant: its row is outside every tenant.
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(Token)) == 0
        db.session.remove()
    assert (
        app.test_client().post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 303
    )


def test_one_sees_the_own_roles(world: World, enter: Enter) -> None:
    page = enter(world.organ["officer"]).get("/account").text
    assert "党务干部" in page
    assert world.organ["officer"].identifier in page
    assert world.organ["leader"].identifier not in page
