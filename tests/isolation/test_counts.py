"""Every number is the same whether or not a neighbour and a colleague have rows."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.members.queries import roster
from tests.factories.due_items import due_item, due_items
from tests.factories.objects import make
from tests.isolation.leaks import COLLEAGUE, NEIGHBOUR, OWN, fill
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
LATE = date(2026, 6, 20)
#: Keys of forms, instants and what differs from one drawing of a page to the next.
DRAWN = re.compile(r"<code>[0-9a-f]{8}</code>|[0-9a-f]{24}|[A-Za-z0-9_.-]{60,}|\d\d:\d\d(:\d\d)?")
PAGES = (
    "/",
    "/members",
    "/members?total=1&show=all",
    "/organisations",
    "/organisations/{branch}",
    "/organisations/{middle}",
    "/ledger?view=missing",
    "/ledger?view=tree",
    "/ledger/overview",
    "/ledger/{branch}",
    "/duties?show=all",
    "/assessments",
    "/assessments/{branch}",
    "/documents",
    "/reminders?outcome=all",
    "/reminders/press",
    "/reminders/block",
    "/reminders/call-list",
    "/reminders/proof",
    "/reminders/messages",
    "/notices",
    "/jobs",
    "/imports",
    "/accounts?state=all",
    "/accounts/invite?state=all",
    "/audit",
    "/audit/export",
    "/settings/lend",
    "/settings/texts",
)


def numbers(client: FlaskClient, side: Side) -> dict[str, str]:
    """What the pages say, without what is drawn anew each time."""
    said = {}
    for page in PAGES:
        answer = client.get(page.format(branch=side.branch, middle=side.middle))
        assert answer.status_code in {200, 303, 403}, page
        said[page] = DRAWN.sub("", answer.get_data(as_text=True))
    return said


def crowd(app: Flask, side: Side, unit_id: int, owner: Cast, mark: str, enter: Enter) -> None:
    """Everything that is counted anywhere: people, items, events, papers, jobs, reminders."""
    due_item(app, side, unit_id, LATE)
    for _time in range(3):
        fill(app, side, unit_id, owner, mark)
    client = enter(side["admin"])
    sent = client.post(
        "/reminders/press", data={"form_key": f"{mark} {unit_id} {side.tenant_id}", "unit_id": unit_id}
    )
    assert sent.status_code == 303
    form = {"unit_id": unit_id, "status": "full" if side.kind == "bureau" else "member", "name": "新人"}
    assert client.post("/members/add", data=form).status_code == 303


@pytest.mark.parametrize("role", ["officer", "secretary", "member"])
def test_a_colleagues_rows_and_a_neighbours_change_no_number(
    role: str, app: Flask, world: World, enter: Enter
) -> None:
    organ, union = world.organ, world.union
    assert organ.colleague is not None
    due_item(app, organ, organ.branch, LATE)
    fill(app, organ, organ.branch, organ["keeper"], OWN)
    me = enter(organ[role])
    before = numbers(me, organ)
    crowd(app, union, union.branch, union["secretary"], NEIGHBOUR, enter)
    crowd(app, organ, organ.other_branch, organ.colleague, COLLEAGUE, enter)
    after = numbers(me, organ)
    # What holds for the tenant as a whole may be seen by all: its rules.
    for page in PAGES:
        assert after[page] == before[page], page
    crowd(app, organ, organ.branch, organ["keeper"], OWN, enter)
    changed = {page for page, said in numbers(me, organ).items() if said != before[page]}
    assert changed >= (set() if role == "member" else {"/", "/members", "/duties?show=all", "/documents"})


def test_a_neighbours_rows_change_no_number_of_an_admins(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    organ, union = world.organ, world.union
    due_item(app, organ, organ.branch, LATE)
    me = enter(organ["admin"])
    me.get("/audit/export")
    pages = [page for page in PAGES if page != "/audit/export"]
    before = numbers(me, organ)
    crowd(app, union, union.branch, union["secretary"], NEIGHBOUR, enter)
    after = numbers(me, organ)
    for page in pages:
        if page != "/audit":
            assert after[page] == before[page], page
    # Its trail grew by the one row that the export itself leaves.
    assert len(after["/audit/export"].splitlines()) == len(before["/audit/export"].splitlines()) + 1
    assert NEIGHBOUR not in after["/audit"] + after["/audit/export"]


def test_sizes_are_each_tenants_own(app: Flask, world: World, enter: Enter) -> None:
    """What the operator sees of a tenant is counted by the tenant itself."""
    from services.worker.sweep import housekeeping_tenant  # noqa: PLC0415 - the environment must stand first

    organ, union = world.organ, world.union
    assert union.colleague is not None

    def size(side: Side) -> str:
        housekeeping_tenant(tenant_id=side.tenant_id)
        page = enter(world.operator).get(f"/platform/{side.tenant_id}").get_data(as_text=True)
        return DRAWN.sub("", page)

    before, theirs = size(organ), size(union)
    for _time in range(3):
        make(app, "event_id", union, union.branch, union["secretary"])
    make(app, "file_id", union, union.branch, union["secretary"])
    assert size(organ) == before
    assert size(union) != theirs


def test_a_total_that_is_cut_is_cut_within_ones_reach(
    app: Flask, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The officer's eight people are eight, though the tenant has more than the total counts to."""
    from services.web.members.views import listing  # noqa: PLC0415 - the environment must stand first

    for module in (roster, listing):
        monkeypatch.setattr(module, "CAP", 8)
    organ = world.organ
    officer, admin = (
        enter(organ[role]).get("/members?show=all").get_data(as_text=True) for role in ("officer", "admin")
    )
    assert "8+" not in officer
    assert "8+" in admin


def test_the_bell_and_the_badge_are_ones_own(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    due_items(app, organ, [organ.branch], LATE)

    def badge(role: str) -> str:
        page = enter(organ[role]).get("/settings").get_data(as_text=True)
        return " ".join(re.findall(r'<b(?: class="calm")?(?: title="[^"]*")?>(\d+)</b>', page))

    before = {role: badge(role) for role in ("officer", "secretary", "member")}
    assert any(before.values())
    due_items(app, organ, [organ.other_branch], LATE)
    due_items(app, world.union, [world.union.branch], LATE)
    assert {role: badge(role) for role in before} == before
    due_items(app, organ, [organ.branch], LATE)
    assert badge("secretary") != before["secretary"]
