"""Links and sessions: what is forged, spent, revoked, over, or meant for somebody else opens nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.accounts.actions.links import LIFE, add_link
from shared.accounts.models import Login, Token
from shared.clock import now, today
from shared.db import db, transaction
from shared.members.models import Membership, Person
from shared.tenancy import as_login, platform, tenant
from shared.tenants.models import Tenant
from tests.isolation.leaks import print_of
from tests.world import PASSWORD, Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
Rows = Callable[..., list[tuple[Any, ...]]]
GOOD = "jade lantern over the river"


def link(app: Flask, purpose: str, **values: Any) -> str:
    with app.app_context(), platform():
        with transaction():
            _token, secret = add_link(purpose=purpose, **values)
        db.session.remove()
    return secret


def spoil(app: Flask, tenant_id: int, **values: Any) -> None:
    """Change the links of a tenant behind its back."""
    with app.app_context(), platform():
        with transaction():
            db.session.execute(update(Token).where(Token.tenant_id == tenant_id).values(**values))
        db.session.remove()


def state(app: Flask, side: Side, state: str) -> None:
    with app.app_context(), platform():
        with transaction():
            db.session.execute(update(Tenant).where(Tenant.id == side.tenant_id).values(state=state))
        db.session.remove()


def newcomer(app: Flask, side: Side) -> int:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            person = Person(name="来人", name_key="lai ren")
            db.session.add(person)
            db.session.flush()
            kind, status = ("party", "full") if side.kind == "bureau" else ("union", "member")
            db.session.add(
                Membership(
                    person_id=person.id, unit_id=side.branch, kind=kind, status=status, since=now().date()
                )
            )
            key = person.id
        db.session.remove()
    return key


@pytest.fixture
def secret(app: Flask, world: World) -> str:
    """An invitation to a place in the organ, unspent."""
    person_id = newcomer(app, world.organ)
    number = f"jc-{world.organ.tenant_id:08d}"
    return link(app, "seat", tenant_id=world.organ.tenant_id, person_id=person_id, identifier=number)


def doors(client: FlaskClient, secret: str) -> set[int]:
    """Every way of using a link."""
    new = {"new": GOOD, "again": GOOD}
    return {
        client.get(f"/invitation/{secret}").status_code,
        client.post(f"/invitation/{secret}", data=new).status_code,
        client.post(f"/invitation/{secret}/accept", data={}).status_code,
    }


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "later", "suspended", "wrong", "cut"])
def test_a_link_that_is_over_opens_nothing(
    how: str, app: Flask, world: World, secret: str, enter: Enter
) -> None:
    organ = world.organ
    if how == "used":
        spoil(app, organ.tenant_id, used_at=now())
    elif how == "revoked":
        spoil(app, organ.tenant_id, revoked_at=now())
    elif how == "expired":
        spoil(app, organ.tenant_id, expires_at=now() - timedelta(seconds=1))
    elif how == "suspended":
        state(app, organ, "suspended")
    elif how == "wrong":
        secret = ("A" if secret[0] != "A" else "B") + secret[1:]
    elif how == "cut":
        secret = secret[:-1]
    before = print_of(app, organ.tenant_id)
    with time_machine.travel(now() + (LIFE["seat"] if how == "later" else timedelta())):
        assert doors(app.test_client(), secret) == {404}
        assert doors(enter(world.union["member"]), secret) == {404}
    assert print_of(app, organ.tenant_id) == before


def test_a_link_opens_its_own_tenant_whoever_is_signed_in_elsewhere(
    app: Flask, world: World, secret: str, enter: Enter
) -> None:
    """The neighbour's admin holds the link: they may take the place, and see nothing of it before or beside it."""
    client = enter(world.union["admin"])
    before = print_of(app, world.union.tenant_id)
    page = client.get(f"/invitation/{secret}").text
    for cast in world.organ.cast.values():
        assert cast.identifier not in page
    assert client.post(f"/invitation/{secret}/accept", data={}).status_code == 303
    with client.session_transaction() as session:
        assert session["tenant_id"] == world.organ.tenant_id
    # In the new place they are a member and no more; the place they had is as it was.
    assert client.get("/members").status_code == 403
    assert client.get("/accounts").status_code == 403
    assert print_of(app, world.union.tenant_id) == before


@pytest.mark.parametrize("purpose", ["password", "address"])
def test_a_link_of_another_purpose_gives_no_place(purpose: str, app: Flask, world: World) -> None:
    member = world.organ["member"]
    address = f"elsewhere-{member.login_id}@example.test"
    secret = link(app, purpose, login_id=member.login_id, identifier=address)
    before = print_of(app, world.organ.tenant_id)
    client = app.test_client()
    assert client.post(f"/invitation/{secret}/accept", data={}).status_code == 404
    assert print_of(app, world.organ.tenant_id) == before
    # Using it for what it is for signs nobody in.
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 303
    assert client.get("/members").location.startswith("/login")


def test_a_seat_link_changes_no_password(app: Flask, world: World, secret: str) -> None:
    member = world.organ["member"]
    with app.app_context(), platform():
        with transaction():
            aimed = update(Token).where(Token.tenant_id == world.organ.tenant_id)
            db.session.execute(aimed.values(identifier=member.identifier))
        db.session.remove()
    client = app.test_client()
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code in {
        303,
        409,
        422,
    }
    sent = {"identifier": member.identifier, "password": GOOD}
    assert app.test_client().post("/login", data=sent).status_code == 422
    sent["password"] = PASSWORD
    assert app.test_client().post("/login", data=sent).status_code == 303


def signed_out(client: FlaskClient) -> bool:
    answer = client.get("/settings")
    return answer.status_code == 303 and answer.location.startswith("/login")


def test_a_cookie_that_was_changed_by_hand_is_no_session(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    assert client.get("/settings").status_code == 200
    cookie = client.get_cookie("jiceng")
    assert cookie is not None
    payload, stamp, mark = cookie.value.rsplit(".", 2)
    for forged in (
        f"{payload}x.{stamp}.{mark}",
        f"{payload}.{stamp}.{mark[::-1]}",
        f"{payload}.{stamp}.",
        "x" * 4000,
        "",
    ):
        client.set_cookie("jiceng", forged)
        assert signed_out(client), forged[:40]


@pytest.mark.parametrize("where", ["neighbour", "nowhere", "nonsense"])
def test_a_session_in_a_tenant_without_a_seat_is_over(where: str, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    with client.session_transaction() as session:
        session["tenant_id"] = {"neighbour": world.union.tenant_id, "nowhere": 10**12, "nonsense": 0}[where]
    assert signed_out(client)
    with client.session_transaction() as session:
        assert "login_id" not in session


def test_a_session_with_somebody_elses_key_is_over(world: World, enter: Enter) -> None:
    """Tenant and login must fit: a neighbour's login in my tenant, and my epoch under a colleague's login."""
    client = enter(world.organ["admin"])
    with client.session_transaction() as session:
        session["login_id"] = world.union["admin"].login_id
    assert signed_out(client)
    client = enter(world.organ["member"])
    with client.session_transaction() as session:
        session["epoch"] = 2
    assert signed_out(client)


def test_signing_out_everywhere_reaches_every_device(app: Flask, world: World, enter: Enter) -> None:
    mine, other, neighbour = (
        enter(cast) for cast in (world.organ["officer"], world.organ["officer"], world.union["officer"])
    )
    assert other.get("/settings").status_code == 200
    assert mine.post("/sign-out-everywhere").status_code == 303
    assert signed_out(mine)
    assert signed_out(other)
    assert neighbour.get("/settings").status_code == 200
    with app.app_context(), as_login(login_id=world.organ["officer"].login_id):
        assert db.session.get_one(Login, world.organ["officer"].login_id).epoch == 2
        db.session.remove()


def test_a_seat_that_ended_and_a_tenant_that_is_suspended_end_the_session(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    client = enter(world.organ["officer"])
    assert client.get("/members").status_code == 200
    ended = "update platform.seat set state = 'ended', ended_at = now() where id = :seat"
    change(world.organ, ended, seat=world.organ["officer"].seat_id)
    assert signed_out(client)
    client = enter(world.organ["admin"])
    assert client.get("/members").status_code == 200
    state(app, world.organ, "suspended")
    assert signed_out(client)
    assert enter(world.union["admin"]).get("/members").status_code == 200


@pytest.mark.parametrize(
    ("since", "until", "ended", "holds"),
    [
        (-10, None, False, True),
        (0, 0, False, True),
        (-10, 0, False, True),
        (-10, -1, False, False),
        (1, None, False, False),
        (-10, None, True, False),
    ],
)
def test_a_role_holds_from_its_first_day_to_its_last(
    since: int, until: int | None, ended: bool, holds: bool, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    change(
        organ,
        "update role_grant set since = :since, until = :until, ended_at = case when :ended then now() end"
        " where person_id = :person",
        since=today() + timedelta(days=since),
        until=None if until is None else today() + timedelta(days=until),
        ended=ended,
        person=organ["officer"].person_id,
    )
    client = enter(organ["officer"])
    for page in (
        "/members",
        f"/members/{organ['member'].person_id}",
        f"/ledger/{organ.branch}",
        "/reminders",
    ):
        assert client.get(page).status_code == (200 if holds else 403), page
    # Their own page stays theirs.
    assert client.get("/me").status_code == 200
