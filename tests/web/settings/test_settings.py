"""Settings: entries by right, the tenant's own choices, the table of roles."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.access.roles import ROLES
from shared.db import db
from shared.i18n import use_locale
from shared.tenancy import tenant
from shared.tenants.queries import all_settings, setting
from shared.tenants.settings import SETTINGS
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def chosen(app: Flask, side: Side, key: str) -> object:
    with app.app_context(), tenant(side.tenant_id):
        found = setting(key)
        assert all_settings()[key] == found
        db.session.remove()
    return found


def everything(**changes: object) -> dict[str, str]:
    values = {key: spec.default for key, spec in SETTINGS.items() if spec.kind != "kept"} | changes
    return {key: str(value) for key, value in values.items()}


def test_entries_follow_the_rights(world: World, enter: Enter) -> None:
    admin = enter(world.organ["admin"]).get("/settings").text
    member = enter(world.organ["member"]).get("/settings").text
    assert 'href="/accounts"' in admin
    assert 'href="/settings/tenant"' in admin
    assert 'href="/accounts"' not in member
    assert 'href="/account"' in member
    assert 'href="/settings/lend"' in enter(world.organ["secretary"]).get("/settings").text


def test_a_choice_is_the_tenants_own(app: Flask, world: World, enter: Enter) -> None:
    assert chosen(app, world.organ, "remind_coming_days") == 7
    client = enter(world.organ["admin"])
    assert client.post("/settings/tenant", data=everything(remind_coming_days=10)).status_code == 303
    assert chosen(app, world.organ, "remind_coming_days") == 10
    assert chosen(app, world.union, "remind_coming_days") == 7
    assert 'value="10"' in client.get("/settings/tenant").text


@pytest.mark.parametrize("value", ["-1", "61", "seven", "", "7.5"])
def test_what_is_out_of_bounds_changes_nothing(app: Flask, world: World, enter: Enter, value: str) -> None:
    answer = enter(world.organ["admin"]).post(
        "/settings/tenant", data=everything(remind_coming_days=value, digest_hour=9)
    )
    assert answer.status_code == 422
    assert chosen(app, world.organ, "digest_hour") == 8


@pytest.mark.parametrize("who", ["officer", "secretary", "auditor", "member"])
def test_only_the_administrator_chooses(world: World, enter: Enter, who: str) -> None:
    assert enter(world.organ[who]).post("/settings/tenant", data=everything()).status_code == 403


def test_the_table_of_roles_is_the_programs(world: World, enter: Enter) -> None:
    page = enter(world.organ["member"]).get("/settings/roles").text
    with use_locale("zh_Hans"):
        assert [role for role, spec in ROLES.items() if str(spec.name) not in page] == []
