"""The operator: opens, suspends, reopens; each act noted; sees sizes only. The same from the command line."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.web.commands import jiceng
from shared.accounts.models import RoleGrant
from shared.db import db
from shared.duties.models import Rule
from shared.tenancy import platform, tenant
from shared.tenants.models import OperatorAudit, Tenant, Usage
from tests.web.links import LINK, Letters
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
GOOD = "jade lantern over the river"


def opened(client: FlaskClient, name: str, **changes: str) -> tuple[int, str]:
    data = {
        "name": name,
        "kind": "bureau",
        "admin_name": "安然",
        "admin_mail": f"{name}@example.test",
    } | changes
    answer = client.post("/platform/new", data=data)
    return answer.status_code, answer.headers.get("Location", "")


def test_from_opening_to_the_first_administrator_at_work(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int]
) -> None:
    operator = enter(world.operator)
    status, location = opened(operator, f"bureau-x{world.operator.login_id}")
    assert status == 303
    page = operator.get(location).text
    (secret,) = LINK.findall(page)
    # Shown once.
    assert LINK.findall(operator.get(location).text) == []
    tenant_id = int(location.rsplit("/", 1)[1])
    client = app.test_client()
    assert "安然" in client.get(f"/invitation/{secret}").text
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 303
    assert client.get("/accounts").status_code == 200
    assert client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).status_code == 404
    assert work(tenant_id) >= 1
    with app.app_context(), tenant(tenant_id):
        assert db.session.scalars(select(RoleGrant.role)).all() == ["admin"]
        assert db.session.scalars(select(Usage.people).where(Usage.tenant_id == tenant_id)).one() == 1
        db.session.remove()
        assert isinstance(db.session.scalars(select(Rule.id)).all(), list)
        db.session.remove()
    # The operator sees the size, and stays outside.
    assert operator.get(location).status_code == 200
    assert operator.get("/accounts").status_code == 403
    with app.app_context(), platform():
        verbs = db.session.scalars(
            select(OperatorAudit.verb).where(OperatorAudit.tenant_id == tenant_id)
        ).all()
        db.session.remove()
    assert list(verbs) == ["tenant.open"]


def test_the_mailed_and_the_shown_link_are_one_invitation(
    app: Flask, world: World, enter: Enter, letters: Letters
) -> None:
    operator = enter(world.operator)
    address = f"first{world.operator.login_id}@example.test"
    _, location = opened(operator, f"bureau-y{world.operator.login_id}", admin_mail=address)
    (shown,) = LINK.findall(operator.get(location).text)
    (by_mail,) = letters(address)
    assert (
        app.test_client().post(f"/invitation/{by_mail}", data={"new": GOOD, "again": GOOD}).status_code == 303
    )
    assert app.test_client().get(f"/invitation/{shown}").status_code == 404


def test_what_is_wrong_is_said_at_its_field(world: World, enter: Enter) -> None:
    operator = enter(world.operator)
    assert opened(operator, "")[0] == 422
    assert opened(operator, "有名", kind="party")[0] == 422
    assert opened(operator, "有名", admin_mail="nowhere")[0] == 422
    name = f"twice-{world.operator.login_id}"
    assert opened(operator, name)[0] == 303
    assert opened(operator, name)[0] == 409


def test_suspending_needs_a_reason_and_is_noted(app: Flask, world: World, enter: Enter) -> None:
    operator = enter(world.operator)
    address = f"/platform/{world.union.tenant_id}"
    assert operator.post(f"{address}/suspend", data={"reason": " "}).status_code == 422
    assert operator.post(f"{address}/suspend", data={"reason": "未续约"}).status_code == 303
    assert operator.post(f"{address}/suspend", data={"reason": "未续约"}).status_code == 409
    assert "未续约" in operator.get(address).text
    assert operator.post(f"{address}/reopen").status_code == 303
    assert operator.post(f"{address}/reopen").status_code == 409
    with app.app_context(), platform():
        acts = db.session.execute(
            select(OperatorAudit.verb, OperatorAudit.login_id)
            .where(OperatorAudit.tenant_id == world.union.tenant_id)
            .order_by(OperatorAudit.id)
        ).all()
        db.session.remove()
    assert [tuple(row) for row in acts] == [
        ("tenant.suspend", world.operator.login_id),
        ("tenant.reopen", world.operator.login_id),
    ]


def test_the_operator_sizes_a_tenants_room(app: Flask, world: World, enter: Enter) -> None:
    operator = enter(world.operator)
    address = f"/platform/{world.organ.tenant_id}"
    for wrong in ("", "abc", "-1", "0", "1e30", "NaN"):
        assert operator.post(f"{address}/room", data={"gigabytes": wrong}).status_code == 422, wrong
    assert operator.post(f"{address}/room", data={"gigabytes": "0.5"}).status_code == 303
    with app.app_context(), platform():
        sizes = {row.id: row.quota_bytes for row in db.session.scalars(select(Tenant))}
        db.session.remove()
    assert sizes[world.organ.tenant_id] == 1024**3 // 2
    assert sizes[world.union.tenant_id] == 5 * 1024**3


def test_no_tenant_role_operates(world: World, enter: Enter) -> None:
    for cast in world.organ.cast.values():
        client = enter(cast)
        assert client.get("/platform").status_code == 403
        assert opened(client, "mine")[0] == 403
        assert (
            client.post(f"/platform/{world.union.tenant_id}/suspend", data={"reason": "x"}).status_code == 403
        )


def test_the_command_line_does_the_same_with_the_same_rights(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    name = f"cli-{world.operator.login_id}"
    arguments = [
        "tenant",
        "create",
        name,
        "--kind",
        "union",
        "--admin-name",
        "安然",
        "--admin-mail",
        "cli@example.test",
    ]
    refused = runner.invoke(jiceng, [*arguments, "--as", world.organ["admin"].identifier])
    assert refused.exit_code == 1
    assert runner.invoke(jiceng, [*arguments, "--as", "nobody@example.test"]).exit_code == 1
    assert runner.invoke(jiceng, arguments).exit_code == 2
    done = runner.invoke(jiceng, [*arguments, "--as", world.operator.identifier])
    assert done.exit_code == 0, done.output
    (secret,) = LINK.findall(done.output)
    assert app.test_client().get(f"/invitation/{secret}").status_code == 200
    with app.app_context(), platform():
        assert db.session.scalars(select(Tenant.kind).where(Tenant.name == name)).one() == "union"
        db.session.remove()


def test_an_operator_is_invited_from_the_machine(app: Flask) -> None:
    done = app.test_cli_runner().invoke(jiceng, ["operator", "invite", "ops@example.test"])
    (secret,) = LINK.findall(done.output)
    client = app.test_client()
    assert (
        client.post(f"/invitation/{secret}", data={"new": GOOD, "again": GOOD}).headers["Location"]
        == "/platform"
    )
    assert client.get("/platform").status_code == 200
