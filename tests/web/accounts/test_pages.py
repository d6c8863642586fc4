"""Every page of accounts, settings and the platform opens for those who may, and for nobody else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
PAGES = {
    "/accounts": {"admin", "auditor"},
    "/accounts?state=all&post=any": {"admin", "auditor"},
    "/accounts/invite": {"admin"},
    "/settings": {"admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member"},
    "/settings/roles": {"admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member"},
    "/settings/tenant": {"admin"},
    "/settings/lend": {"secretary"},
    "/account": {"admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member"},
    "/platform": set(),
    "/platform/new": set(),
}


@pytest.mark.parametrize("address", PAGES)
def test_pages_open_by_right(world: World, enter: Enter, address: str) -> None:
    opened = {role for role, cast in world.organ.cast.items() if enter(cast).get(address).status_code == 200}
    assert opened == PAGES[address]


def test_the_operators_pages_are_the_operators(world: World, enter: Enter) -> None:
    client = enter(world.operator)
    assert client.get("/platform").status_code == 200
    assert client.get("/platform/new").status_code == 200
    assert client.get(f"/platform/{world.organ.tenant_id}").status_code == 200
    assert client.get("/platform/999999999").status_code == 404
    assert client.get("/accounts").status_code == 403
    assert client.get("/").status_code in (302, 303, 403)


def test_a_person_is_shown_to_the_own_administrator_only(world: World, enter: Enter) -> None:
    address = f"/accounts/people/{world.organ['member'].person_id}"
    page = enter(world.organ["admin"]).get(address)
    assert page.status_code == 200
    # Nothing of how the member signs in.
    assert world.organ["member"].identifier not in page.text
    assert enter(world.union["admin"]).get(address).status_code == 404
    assert enter(world.organ["secretary"]).get(address).status_code == 403
