"""Minutes in the browser: the draft saves itself, a lost connection loses nothing and doubles nothing."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Enter, Visit

pytestmark = pytest.mark.browser


def assembly(visit: Visit) -> str:
    """The form of a meeting that no duty asked for, so that it may be recorded again and again."""
    visit.open("/")
    address = visit.page.evaluate(
        "fetch('/ledger').then(r => r.url).then(u => new URL(u).pathname.match(/\\d+/)?.[0] || '')"
    )
    return f"/events/new?unit_id={address}&kind=branch_assembly"


def test_a_lost_connection_loses_nothing_and_doubles_nothing(enter: Enter) -> None:
    visit = enter("secretary")
    page, said = visit.page, str(secrets.randbelow(10**8))
    visit.open(assembly(visit))
    page.get_by_label("标题").fill(f"断网大会 {said}")
    page.get_by_label("议题").fill("一、断网时写的议题")
    page.get_by_text("列席", exact=True).click()
    page.get_by_role("group").filter(has_text="列席").get_by_role("button", name="加一行").click()
    page.locator("[data-rows=guests] [data-rows-line] input").first.fill("来宾甲")
    page.context.set_offline(True)
    visit.button("提交记录").click()
    expect(page.locator(".jc-actionbar [role=status]")).to_contain_text("没有网络")
    expect(page.get_by_label("议题")).to_have_value("一、断网时写的议题")
    # The window dies; another one opens the form again and finds everything.
    page.context.set_offline(False)
    address = page.url
    page.close(run_before_unload=False)
    visit.page = page.context.new_page()
    visit.__post_init__()
    page = visit.page
    page.goto(address)
    expect(page.get_by_label("标题")).to_have_value(f"断网大会 {said}")
    expect(page.locator("[data-rows=guests] [data-rows-line] input").first).to_have_value("来宾甲")
    visit.button("提交记录").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"断网大会 {said}")
    expect(page.get_by_role("main")).to_contain_text("来宾甲")
    visit.open("/ledger")
    page.wait_for_load_state()
    assert page.get_by_role("link", name=f"断网大会 {said}").count() <= 1
    assert visit.complaints == []


def test_a_draft_saves_itself_and_is_found_in_the_list(enter: Enter) -> None:
    visit = enter("secretary")
    page, said = visit.page, str(secrets.randbelow(10**8))
    page.clock.install()
    visit.open(assembly(visit))
    page.get_by_label("标题").fill(f"自存大会 {said}")
    page.clock.run_for(25_000)
    expect(page.locator(".jc-actionbar [role=status]")).to_contain_text("草稿已上传")
    visit.open("/minutes")
    expect(page.get_by_role("main")).to_contain_text(f"自存大会 {said}")
    phone = enter("secretary", width=390)
    phone.open("/minutes")
    assert phone.width() <= 390
    phone.page.get_by_role("link", name=f"自存大会 {said}").click()
    phone.link("继续写").click()
    expect(phone.page.get_by_label("标题")).to_have_value(f"自存大会 {said}")
    assert phone.width() <= 390
    assert visit.complaints + phone.complaints == []
