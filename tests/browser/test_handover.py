"""J8: after an election the new secretary takes over everything the old one had open, in two clicks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Enter, Visit

pytestmark = pytest.mark.browser

OFFICE = "主席"


def own_unit(visit: Visit) -> str:
    """The key of the one unit that the person answers for."""
    visit.open("/organisations")
    found = re.search(r"/organisations/(\d+)", visit.page.content())
    assert found is not None
    return found[1]


def name_of(visit: Visit) -> str:
    visit.open("/me")
    return visit.page.locator(".jc-head h1 small").inner_text().strip()


def gives_office(officer: Visit, unit: str, to: str) -> None:
    """The officer records that somebody else holds the office now."""
    officer.open(f"/terms/units/{unit}/by-election")
    officer.page.locator("[name=code]").select_option("union_chair")
    officer.page.locator("[name=name]").fill(to)
    officer.page.locator("[name=document]").fill("工会委员会决议")
    officer.button("保存任职").click()
    expect(officer.page.locator(".jc-flashes")).to_contain_text(OFFICE)


@pytest.fixture
def passed(enter: Enter) -> Iterator[tuple[str, str]]:
    """The union's chair passes to its member; afterwards back again, for the tests that follow."""
    chair = enter("secretary", "union")
    unit, old = own_unit(chair), name_of(chair)
    new = name_of(enter("member", "union"))
    officer = enter("officer", "union")
    gives_office(officer, unit, new)
    yield unit, old
    gives_office(officer, unit, old)
    chair.open("/")
    chair.link("查看未了事项").click()
    chair.button("全部接手").click()
    expect(chair.page.locator(".jc-flashes")).to_contain_text("已接手")


@pytest.mark.parametrize("width", [1440, 390])
def test_j8_the_new_holder_takes_over_in_two_clicks(
    passed: tuple[str, str], enter: Enter, width: int
) -> None:
    unit, old = passed
    visit = enter("member", "union", width=width)
    visit.begin()
    card = visit.page.get_by_role("region", name=f"接任：{OFFICE}")
    expect(card).to_contain_text(old)
    visit.click(card.get_by_role("link"))
    expect(visit.page.get_by_role("main")).to_contain_text("未办事项")
    assert visit.width() <= width
    visit.click(visit.button("全部接手"))
    expect(visit.page.locator(".jc-flashes")).to_contain_text("已接手")
    assert (visit.clicks, visit.typed) == (2, 0)
    # The ledger is the new holder's, and no longer the old one's.
    assert visit.open(f"/ledger/{unit}") == 200
    assert enter("secretary", "union").open(f"/ledger/{unit}") == 403


def test_nobody_else_finds_the_hand_over(passed: tuple[str, str], enter: Enter) -> None:
    stranger = enter("member", "organ")
    stranger.begin()
    expect(stranger.page.get_by_text("接任：")).to_have_count(0)
    visit = enter("member", "union")
    visit.begin()
    visit.click(visit.link("查看未了事项"))
    path = re.sub(r"^https?://[^/]+", "", visit.page.url)
    assert stranger.open(path) == 404
    assert enter("officer", "union").open(path) == 403
    visit.click(visit.button("全部接手"))
    expect(visit.page.locator(".jc-flashes")).to_contain_text("已接手")
