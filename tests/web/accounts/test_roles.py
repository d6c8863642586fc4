"""Giving, lending and ending roles by unit and date; the last administrator stays."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.accounts.models import RoleGrant
from shared.audit import AuditEntry
from shared.clock import now, today
from shared.db import db
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def grants(app: Flask, side: Side, cast: Cast) -> list[RoleGrant]:
    with app.app_context(), tenant(side.tenant_id):
        found = list(
            db.session.scalars(
                select(RoleGrant).where(RoleGrant.person_id == cast.person_id).order_by(RoleGrant.id)
            )
        )
        db.session.remove()
    return found


def give(
    client: FlaskClient, cast: Cast, role: str, unit: int | None, since: date, until: date | None = None
) -> int:
    data = {
        "role": role,
        "unit_id": unit or "",
        "since": since.isoformat(),
        "until": until.isoformat() if until else "",
    }
    return client.post(f"/accounts/people/{cast.person_id}/roles", data=data).status_code


def end(client: FlaskClient, grant_id: int, on: date) -> int:
    return client.post(f"/accounts/roles/{grant_id}/end", data={"on": on.isoformat()}).status_code


def test_a_role_holds_from_its_first_to_its_last_day(app: Flask, world: World, enter: Enter) -> None:
    cast, on = world.organ["member"], today()
    first, last = on + timedelta(days=2), on + timedelta(days=5)
    assert give(enter(world.organ["admin"]), cast, "auditor", None, first, last) == 303
    for days, status in ((0, 403), (1, 403), (2, 200), (5, 200), (6, 403)):
        with time_machine.travel(now() + timedelta(days=days), tick=False):
            assert enter(cast).get("/accounts").status_code == status, days


@pytest.mark.parametrize(
    ("role", "where", "since", "until", "status"),
    [
        ("leader", "middle", "2026-01-01", None, 303),
        ("leader", None, "2026-01-01", None, 422),
        ("nobody", "middle", "2026-01-01", None, 422),
        ("member", "middle", "2026-01-01", None, 422),
        ("secretary", "branch", "2026-05-01", "2026-04-01", 422),
        ("admin", None, "2026-01-01", None, 303),
    ],
)
def test_what_can_be_given(
    app: Flask,
    world: World,
    enter: Enter,
    role: str,
    where: str | None,
    since: str,
    until: str | None,
    status: int,
) -> None:
    cast = world.organ["member"]
    unit = getattr(world.organ, where) if where else None
    begins, ends = date.fromisoformat(since), date.fromisoformat(until) if until else None
    assert give(enter(world.organ["admin"]), cast, role, unit, begins, ends) == status
    assert len(grants(app, world.organ, cast)) == (status == 303)


def test_a_unit_of_another_tenant_is_not_there(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["member"]
    assert give(enter(world.organ["admin"]), cast, "leader", world.union.middle, today()) == 404
    assert grants(app, world.organ, cast) == []


def test_the_same_role_twice_is_refused(app: Flask, world: World, enter: Enter) -> None:
    cast, admin = world.organ["member"], enter(world.organ["admin"])
    assert give(admin, cast, "leader", world.organ.middle, today()) == 303
    assert give(admin, cast, "leader", world.organ.middle, today()) == 409
    assert give(admin, cast, "leader", world.organ.branch, today()) == 303
    assert len(grants(app, world.organ, cast)) == 2


def test_two_administrators_at_once_give_it_once(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["member"]
    clients = [enter(world.organ["admin"]) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        seen = list(
            pool.map(lambda client: give(client, cast, "leader", world.organ.middle, today()), clients)
        )
    assert sorted(seen) == [303, 409, 409, 409]
    assert len(grants(app, world.organ, cast)) == 1


def test_ending_works_at_the_next_click_and_is_in_the_trail(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["auditor"]
    client = enter(cast)
    assert client.get("/accounts").status_code == 200
    (grant,) = grants(app, world.organ, cast)
    admin = enter(world.organ["admin"])
    assert end(admin, grant.id, today()) == 303
    assert client.get("/accounts").status_code == 403
    assert end(admin, grant.id, today()) == 409
    with app.app_context(), tenant(world.organ.tenant_id):
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "role.end")).one()
        db.session.remove()
    assert (entry.person_id, entry.object_id) == (world.organ["admin"].person_id, cast.person_id)


def test_a_later_last_day_lets_it_run_until_then(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["auditor"]
    (grant,) = grants(app, world.organ, cast)
    assert end(enter(world.organ["admin"]), grant.id, today() + timedelta(days=3)) == 303
    assert enter(cast).get("/accounts").status_code == 200
    with time_machine.travel(now() + timedelta(days=4), tick=False):
        assert enter(cast).get("/accounts").status_code == 403


def test_a_neighbours_grant_is_not_there(app: Flask, world: World, enter: Enter) -> None:
    (grant,) = grants(app, world.union, world.union["auditor"])
    assert end(enter(world.organ["admin"]), grant.id, today()) == 404
    assert grants(app, world.union, world.union["auditor"])[0].ended_at is None


def test_the_last_administrator_stays(app: Flask, world: World, enter: Enter) -> None:
    cast, other = world.organ["admin"], world.organ["leader"]
    admin = enter(cast)
    (grant,) = grants(app, world.organ, cast)
    assert end(admin, grant.id, today()) == 409
    assert end(admin, grant.id, today() + timedelta(days=30)) == 409
    assert admin.post(f"/accounts/people/{cast.person_id}/withdraw").status_code == 409
    # One who leaves office by a date is not one who stays.
    assert give(admin, other, "admin", None, today(), today() + timedelta(days=9)) == 303
    assert end(admin, grant.id, today()) == 409
    assert end(admin, grants(app, world.organ, other)[-1].id, today()) == 303
    assert give(admin, other, "admin", None, today()) == 303
    assert end(admin, grant.id, today()) == 303
    assert admin.get("/accounts").status_code == 403


def test_withdrawing_ends_the_place_at_the_next_click(app: Flask, world: World, enter: Enter) -> None:
    cast = world.organ["member"]
    client = enter(cast)
    assert client.get("/settings").status_code == 200
    assert enter(world.organ["admin"]).post(f"/accounts/people/{cast.person_id}/withdraw").status_code == 303
    assert client.get("/settings").status_code == 303


def lendable(client: FlaskClient) -> dict[str, str]:
    page = client.get("/settings/lend").text
    return {name: value for value, name in re.findall(r'<option value="(\d+-\d+)">([^<]+)</option>', page)}


def test_a_secretary_lends_the_ledger_to_a_member_until_a_day(app: Flask, world: World, enter: Enter) -> None:
    cast, secretary = world.organ["member"], enter(world.organ["secretary"])
    places = lendable(secretary)
    assert f"{world.organ.branch}-{cast.person_id}" in places.values()
    assert (
        f"{world.organ.other_branch}-{world.organ.colleague.person_id if world.organ.colleague else 0}"
        not in places.values()
    )
    until = today() + timedelta(days=20)
    data = {"place": f"{world.organ.branch}-{cast.person_id}", "until": until.isoformat()}
    assert secretary.post("/settings/lend", data=data).status_code == 303
    (grant,) = grants(app, world.organ, cast)
    assert (grant.role, grant.unit_id, grant.until, grant.granted_by) == (
        "keeper",
        world.organ.branch,
        until,
        world.organ["secretary"].person_id,
    )
    assert secretary.post("/settings/lend", data=data).status_code == 409
    # Lent rights do not lend on.
    assert enter(cast).get("/settings/lend").status_code == 403
    assert secretary.post(f"/settings/lend/{grant.id}/end").status_code == 303
    assert grants(app, world.organ, cast)[0].ended_at is not None


def test_lending_reaches_no_further_than_the_own_unit(app: Flask, world: World, enter: Enter) -> None:
    secretary, colleague = enter(world.organ["secretary"]), world.organ.colleague
    assert colleague is not None
    until = (today() + timedelta(days=5)).isoformat()
    for place in (
        f"{world.organ.other_branch}-{colleague.person_id}",
        f"{world.organ.branch}-{colleague.person_id}",
        f"{world.union.branch}-{world.union['member'].person_id}",
        f"{world.organ.middle}-{world.organ['member'].person_id}",
        "x",
    ):
        assert secretary.post("/settings/lend", data={"place": place, "until": until}).status_code == 422
    own = f"{world.organ.branch}-{world.organ['member'].person_id}"
    for day in ((today() - timedelta(days=1)), (today() + timedelta(days=400))):
        assert (
            secretary.post("/settings/lend", data={"place": own, "until": day.isoformat()}).status_code == 422
        )
    (keeper,) = grants(app, world.organ, world.organ["keeper"])
    (officer,) = grants(app, world.organ, world.organ["officer"])
    (neighbour,) = grants(app, world.union, world.union["keeper"])
    assert enter(colleague).post(f"/settings/lend/{keeper.id}/end").status_code == 403
    assert secretary.post(f"/settings/lend/{officer.id}/end").status_code == 403
    assert secretary.post(f"/settings/lend/{neighbour.id}/end").status_code == 404
