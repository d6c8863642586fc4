"""Invitations: by mail and on slips, once, for fourteen days, for exactly the person and tenant they name."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from shared.accounts.models import Login, Seat, Token
from shared.clock import now
from shared.db import db, transaction
from shared.members.models import Membership, Person
from shared.tenancy import as_login, tenant
from tests.web.links import LINK, Letters
from tests.world import PASSWORD, Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
GOOD = "jade lantern over the river"


def newcomer(app: Flask, side: Side, name: str, email: str | None = None, unit_id: int | None = None) -> int:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            person = Person(name=name, name_key=name, email=email)
            db.session.add(person)
            db.session.flush()
            db.session.add(
                Membership(
                    person_id=person.id,
                    unit_id=unit_id or side.branch,
                    kind="party" if side.kind == "bureau" else "union",
                    status="full" if side.kind == "bureau" else "member",
                    since=date(2026, 1, 1),
                )
            )
        key = person.id
        db.session.remove()
    return key


def seats(app: Flask, side: Side, person_id: int) -> list[tuple[int, str]]:
    with app.app_context(), tenant(side.tenant_id):
        rows = db.session.execute(
            select(Seat.login_id, Seat.state).where(Seat.person_id == person_id).order_by(Seat.id)
        )
        found = [(row.login_id, row.state) for row in rows]
        db.session.remove()
    return found


def mailed(world: World, enter: Enter, letters: Letters, person_id: int, address: str) -> str:
    admin = enter(world.organ["admin"])
    answer = admin.post(
        f"/accounts/people/{person_id}/invite", data={"form_key": f"form-{person_id}-{now().timestamp()}"}
    )
    assert answer.status_code == 303
    return letters(address)[-1]


def take(client: FlaskClient, secret: str, password: str = GOOD) -> int:
    return client.post(f"/invitation/{secret}", data={"new": password, "again": password}).status_code


@pytest.fixture
def guest(app: Flask, world: World) -> tuple[int, str]:
    address = f"guest-{world.organ.tenant_id}@example.test"
    return newcomer(app, world.organ, "来宾", address), address


def test_an_invitation_by_mail_makes_a_login_and_a_seat(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    person_id, address = guest
    secret = mailed(world, enter, letters, person_id, address)
    assert seats(app, world.organ, person_id) == []
    client = app.test_client()
    # Looking at it, as mail programs do, changes nothing.
    for _ in range(3):
        page = client.get(f"/invitation/{secret}")
        assert page.status_code == 200
        assert address in page.text
        assert "来宾" in page.text
    assert take(client, secret) == 303
    assert client.get("/settings").status_code == 200
    assert [state for _, state in seats(app, world.organ, person_id)] == ["active"]
    # The link is spent, and the password is the one chosen.
    assert app.test_client().get(f"/invitation/{secret}").status_code == 404
    assert take(app.test_client(), secret, "another good sentence") == 404
    again = app.test_client().post("/login", data={"identifier": address, "password": GOOD})
    assert (again.status_code, again.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "weak",
    ["short", "1234567890", "password123", "WOAINI520520", "guest-and-more", "aaaaaaaaaaaa", "abcdefghijkl"],
)
def test_a_weak_password_is_refused_and_spends_nothing(
    app: Flask, world: World, enter: Enter, letters: Letters, weak: str
) -> None:
    address = (
        f"guest{world.organ.tenant_id}@example.test"
        if weak != "guest-and-more"
        else f"guest-and-more@t{world.organ.tenant_id}.test"
    )
    person_id = newcomer(app, world.organ, "来宾", address)
    secret = mailed(world, enter, letters, person_id, address)
    assert take(app.test_client(), secret, weak) == 422
    assert take(app.test_client(), secret) == 303


def test_the_secret_is_stored_nowhere(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    tables = ("platform.token", "job", "audit_entry")
    with app.app_context(), tenant(world.organ.tenant_id):
        rows = [
            row
            for table in tables
            for row in db.session.execute(db.text(f"select to_jsonb(t)::text from {table} t")).scalars()
        ]
        db.session.remove()
    assert rows
    assert not [row for row in rows if secret in row]


def test_a_link_is_void_after_fourteen_days(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    with time_machine.travel(now() + timedelta(days=13, hours=23), tick=False):
        assert app.test_client().get(f"/invitation/{secret}").status_code == 200
    with time_machine.travel(now() + timedelta(days=14, minutes=1), tick=False):
        assert app.test_client().get(f"/invitation/{secret}").status_code == 404
        assert take(app.test_client(), secret) == 404


def test_a_new_invitation_revokes_the_old(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    first = mailed(world, enter, letters, *guest)
    second = mailed(world, enter, letters, *guest)
    assert first != second
    assert take(app.test_client(), first) == 404
    assert take(app.test_client(), second) == 303


def test_a_suspended_tenants_link_is_refused_and_nothing_is_mailed(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    later = newcomer(app, world.organ, "后来", f"later-{world.organ.tenant_id}@example.test")
    enter(world.organ["admin"]).post(f"/accounts/people/{later}/invite", data={"form_key": "waits-for-it"})
    operator = enter(world.operator)
    operator.post(f"/platform/{world.organ.tenant_id}/suspend", data={"reason": "核查"})
    assert app.test_client().get(f"/invitation/{secret}").status_code == 404
    assert take(app.test_client(), secret) == 404
    assert letters(f"later-{world.organ.tenant_id}@example.test") == []
    operator.post(f"/platform/{world.organ.tenant_id}/reopen")
    assert take(app.test_client(), secret) == 303


def test_an_existing_login_accepts_after_signing_in(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    cast = world.union["member"]
    person_id = newcomer(app, world.organ, "兼职", cast.identifier)
    secret = mailed(world, enter, letters, person_id, cast.identifier)
    client = app.test_client()
    # Only whoever holds the link learns that the login exists; no second password is set.
    assert 'name="again"' not in client.get(f"/invitation/{secret}").text
    assert take(client, secret) == 409
    wrong = client.post(
        f"/invitation/{secret}/accept", data={"identifier": cast.identifier, "password": "wrong wrong"}
    )
    assert wrong.status_code == 422
    assert seats(app, world.organ, person_id) == []
    right = client.post(
        f"/invitation/{secret}/accept", data={"identifier": cast.identifier, "password": PASSWORD}
    )
    assert right.status_code == 303
    assert seats(app, world.organ, person_id) == [(cast.login_id, "active")]
    # Two places now, and the switch in the header.
    assert "/seats" in client.get("/settings").text


def test_whoever_is_signed_in_accepts_with_one_press(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    client = enter(world.union["leader"])
    with client.session_transaction() as session:
        session["fresh_at"] = 0
    assert world.union["leader"].identifier in client.get(f"/invitation/{secret}").text
    assert client.post(f"/invitation/{secret}/accept").status_code == 303
    assert seats(app, world.organ, guest[0]) == [(world.union["leader"].login_id, "active")]
    with client.session_transaction() as session:
        assert session["fresh_at"] == 0
        assert session["tenant_id"] == world.organ.tenant_id


def test_one_login_has_one_place_a_tenant(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    assert enter(world.organ["leader"]).post(f"/invitation/{secret}/accept").status_code == 409
    assert seats(app, world.organ, guest[0]) == []
    # Nothing is spent by the refusal.
    assert take(app.test_client(), secret) == 303


def test_a_weekend_mail_program_cannot_guess(app: Flask) -> None:
    assert app.test_client().get("/invitation/" + "A" * 43).status_code == 404
    assert app.test_client().get("/invitation/x").status_code == 404


def test_the_same_form_twice_is_one_invitation(
    app: Flask, world: World, enter: Enter, guest: tuple[int, str]
) -> None:
    admin = enter(world.organ["admin"])
    statuses = [
        admin.post(f"/accounts/people/{guest[0]}/invite", data={"form_key": "one-and-the-same"}).status_code
        for _ in range(2)
    ]
    assert statuses == [303, 409]
    with app.app_context(), tenant(world.organ.tenant_id):
        open_ones = db.session.scalar(
            select(func.count()).where(Token.person_id == guest[0], Token.revoked_at.is_(None))
        )
        db.session.remove()
    assert open_ones == 1


@pytest.mark.parametrize("who", ["officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member"])
def test_only_administrators_invite(world: World, enter: Enter, who: str) -> None:
    client = enter(world.organ[who])
    person = world.organ["member"].person_id
    for address in (
        f"/accounts/people/{person}/invite",
        f"/accounts/people/{person}/slip",
        "/accounts/invite",
        "/accounts/slips",
        f"/accounts/people/{person}/withdraw",
        f"/accounts/people/{person}/password",
    ):
        assert client.post(address, data={"form_key": "a-form-of-some-kind"}).status_code == 403


def test_a_neighbours_person_is_not_there(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    person = world.union["member"].person_id
    for act in ("invite", "slip", "withdraw", "password", "roles"):
        data = {"form_key": "a-form-of-some-kind", "role": "leader", "since": "2026-01-01"}
        assert client.post(f"/accounts/people/{person}/{act}", data=data).status_code == 404
    assert client.get(f"/accounts/invite?unit_id={world.union.branch}").status_code == 404


def test_in_bulk_by_mail_reaches_exactly_the_filter(
    app: Flask, world: World, enter: Enter, letters: Letters, work: Callable[[int], int]
) -> None:
    n = world.organ.tenant_id
    for index in range(3):
        newcomer(app, world.organ, f"甲{index}", f"in-{n}-{index}@example.test")
    newcomer(app, world.organ, "无邮箱")
    newcomer(app, world.organ, "乙", f"out-{n}@example.test", unit_id=world.organ.other_branch)
    newcomer(app, world.union, "邻居", f"next-{n}@example.test")
    admin = enter(world.organ["admin"])
    address = f"/accounts/invite?unit_id={world.organ.branch}&state=none"
    assert "3" in admin.get(address).text
    data = {"unit_id": str(world.organ.branch), "state": "none", "form_key": "bulk-form-key"}
    assert admin.post("/accounts/invite", data=data).status_code == 303
    assert admin.post("/accounts/invite", data=data).status_code == 409
    assert work(world.organ.tenant_id) == 1
    assert [len(letters(f"in-{n}-{index}@example.test")) for index in range(3)] == [1, 1, 1]
    assert letters(f"out-{n}@example.test") == []
    assert letters(f"next-{n}@example.test") == []
    # Those who have a place were not in it.
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(Token)) == 3
        result = db.session.execute(db.text("select result from job")).scalar()
        db.session.remove()
    assert result == {"invited": 3, "mailed": 3, "without_mail": 1}
    page = admin.get(f"/accounts?unit_id={world.organ.branch}&state=invited").text
    assert page.count("/accounts/people/") == 3


def test_slips_are_shown_once_and_work(app: Flask, world: World, enter: Enter) -> None:
    person_id = newcomer(app, world.organ, "无邮箱")
    admin = enter(world.organ["admin"])
    data = {"unit_id": str(world.organ.branch), "form_key": "slip-form-key"}
    sheet = admin.post("/accounts/slips", data=data)
    assert sheet.status_code == 200
    assert sheet.headers["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in sheet.text
    secrets = LINK.findall(sheet.text)
    number = re.findall(r"jc-\d{8}", sheet.text)
    assert len(set(secrets)) == len(number) == 1
    # Sent again: refused, and the sheet in hand stays good.
    assert admin.post("/accounts/slips", data=data).status_code == 409
    client = app.test_client()
    assert number[0] in client.get(f"/invitation/{secrets[0]}").text
    assert take(client, secrets[0]) == 303
    assert [state for _, state in seats(app, world.organ, person_id)] == ["active"]
    assert (
        app.test_client().post("/login", data={"identifier": number[0], "password": GOOD}).status_code == 303
    )


def test_a_new_slip_ends_the_old_place_and_leaves_the_old_login_alone(
    app: Flask, world: World, enter: Enter
) -> None:
    cast = world.organ["member"]
    old = enter(cast)
    sheet = enter(world.organ["admin"]).post(
        f"/accounts/people/{cast.person_id}/slip", data={"form_key": "new-slip-key"}
    )
    secret = LINK.findall(sheet.text)[0]
    # Until it is taken the old one works.
    assert old.get("/settings").status_code == 200
    assert take(app.test_client(), secret) == 303
    assert old.get("/settings").status_code == 303
    found = seats(app, world.organ, cast.person_id or 0)
    assert [state for _, state in found] == ["ended", "active"]
    assert found[0][0] == cast.login_id != found[1][0]
    with app.app_context(), as_login(login_id=cast.login_id):
        login = db.session.scalars(select(Login).where(Login.id == cast.login_id)).one()
        assert (login.epoch, login.identifier) == (1, cast.identifier)
        db.session.remove()


def test_whoever_has_left_cannot_take_the_place(
    app: Flask, world: World, enter: Enter, letters: Letters, guest: tuple[int, str]
) -> None:
    secret = mailed(world, enter, letters, *guest)
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        db.session.execute(update(Person).where(Person.id == guest[0]).values(state="left"))
    assert app.test_client().get(f"/invitation/{secret}").status_code == 404
    assert take(app.test_client(), secret) == 404
