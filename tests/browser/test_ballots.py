"""A member finds the vote on the page of today, casts the ballot, and holds the receipt; nothing is kept on the way."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Enter

pytestmark = pytest.mark.browser


def test_a_member_votes_in_secret(enter: Enter) -> None:
    visit = enter("member")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open("/")
    visit.click(visit.page.locator("a[href$='/vote']"))
    groups = visit.page.locator("fieldset.jc-ballot")
    count = groups.count()
    assert count > 3
    # One line is left out: the ballot is refused before it is cast, and what was chosen stays.
    for place in range(count - 1):
        groups.nth(place).get_by_label("合格", exact=True).check()
    visit.click(visit.button("投票"))
    expect(visit.page.get_by_role("main")).to_contain_text("还有没填的行")
    expect(visit.page.locator("fieldset.jc-ballot input:checked")).to_have_count(count - 1)
    groups.nth(count - 1).get_by_label("合格", exact=True).check()
    visit.click(visit.button("投票"))
    expect(visit.page.get_by_role("main")).to_contain_text(re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4"))
    assert visit.width() <= 390
    visit.open("/")
    expect(visit.page.locator("a[href$='/vote']")).to_have_count(0)
