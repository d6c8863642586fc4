"""Every route × every role × own, colleague's and neighbour's object, generated from the URL map.

What is expected stands in tests/isolation/matrix.py, by hand, apart from the code: a route without a row fails.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from services.web.app import create_app
from shared.settings import settings
from tests.factories.objects import make
from tests.isolation.matrix import REACH, RIGHTS, ROUTES, Route
from tests.world import ROLES, Cast, World, build

REFUSED = {403, 404}


def rules() -> list[Rule]:
    """The URL map. The app is made once more at collection, where the environment already stands."""
    try:
        app = create_app(settings())
    except ValueError:
        return []
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


RULES = rules()
ENDPOINTS = sorted({rule.endpoint for rule in RULES})
#: One world for what changes nothing: GET, and requests that never pass the guard.


@pytest.fixture(scope="module")
def still(app: Flask) -> World:
    return build(app)


CASES = [
    (rule.endpoint, method)
    for rule in RULES
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(ROUTES) == ENDPOINTS


def test_every_guard_says_what_the_row_says(app: Flask) -> None:
    for endpoint, route in ROUTES.items():
        guard = getattr(app.view_functions[endpoint], "permission", "unguarded")
        assert guard == (route.right or None), endpoint


def knock(client: FlaskClient, app: Flask, endpoint: str, method: str, key: int | str | None) -> int:
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
    arguments: dict[str, object] = dict.fromkeys(rule.arguments, key if key is not None else 1)
    route = ROUTES[endpoint]
    if route.query and route.object:
        arguments[route.object] = key
    with app.test_request_context():
        address = rule.build(arguments)
    assert address is not None
    return client.open(address[1], method=method).status_code


def allowed(route: Route, cast: Cast) -> bool:
    return not route.right or any(route.right in RIGHTS[role] for role in {cast.role, "member"})


@pytest.mark.parametrize(("endpoint", "method"), CASES)
def test_the_matrix(
    endpoint: str, method: str, app: Flask, still: World, enter: Callable[[Cast], FlaskClient]
) -> None:
    route = ROUTES[endpoint]
    world = still if method == "GET" else build(app)
    side = world.organ
    colleague = side.colleague
    assert colleague is not None
    for role in ROLES:
        me = side[role]
        client = enter(me)
        if route.object is None:
            status = knock(client, app, endpoint, method, None)
            assert status != 500, (role, status)
            assert (status not in REFUSED) == (allowed(route, me) and not route.missing), (role, status)
            continue
        # Whose own object it is; where the request ends a seat, somebody's who does not knock afterwards.
        personal = route.personal or route.object == "delivery_id"
        mine = me if personal else side[ROLES[0] if route.destroys else "member"]
        targets = [("own", side, side.branch, mine)]
        if allowed(route, me):
            targets += [
                ("colleague", side, side.other_branch, colleague),
                ("neighbour", world.union, world.union.branch, world.union["member"]),
            ]
        # Whoever lacks the right is refused before any object is looked up: the own one shows it best.
        for whose, owner_side, unit_id, owner in targets:
            key = make(app, route.object, owner_side, unit_id, owner)
            status = knock(enter(me), app, endpoint, method, key)
            assert status != 500, (role, whose, status)
            if not allowed(route, me):
                expected = 403
            elif whose == "neighbour":
                expected = 404
            elif route.reach == "tenant":
                expected = 200 if REACH[role] == "tenant" or route.open_to_tenant else 403
            elif whose == "own":
                expected = 200 if REACH[role] != "self" or personal else 403
            else:
                expected = 200 if REACH[role] == "tenant" and not personal else 403
            if expected == 200:
                assert status not in REFUSED, (role, whose, status)
            else:
                assert status == expected, (role, whose, status)


CLOSED = [case for case in CASES if case[0] in ROUTES and (ROUTES[case[0]].right or ROUTES[case[0]].login)]
TENANTS = [case for case in CASES if case[0] in ROUTES and ROUTES[case[0]].right]


@pytest.mark.parametrize(("endpoint", "method"), CLOSED)
def test_nobody_is_let_in_without_signing_in(endpoint: str, method: str, app: Flask, still: World) -> None:
    route = ROUTES[endpoint]
    key = (
        make(app, route.object, still.organ, still.organ.branch, still.organ["member"])
        if route.object
        else None
    )
    client = app.test_client()
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if method in (rule.methods or set()))
    with app.test_request_context():
        address = rule.build(dict.fromkeys(rule.arguments, key or 1))
    assert address is not None
    answer = client.open(address[1], method=method)
    assert answer.status_code == 303
    assert answer.location.startswith("/login")


@pytest.mark.parametrize(("endpoint", "method"), TENANTS)
def test_the_operator_sees_no_tenants_page(
    endpoint: str, method: str, app: Flask, still: World, enter: Callable[[Cast], FlaskClient]
) -> None:
    route = ROUTES[endpoint]
    key = (
        make(app, route.object, still.organ, still.organ.branch, still.organ["member"])
        if route.object
        else None
    )
    status = knock(enter(still.operator), app, endpoint, method, key)
    assert status != 500
    assert (status == 403) == (route.right != "tenant:manage"), status
