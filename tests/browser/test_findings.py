"""From an inspection's list to a finding closed off by two people, and its report."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from shared.clock import today
from tests.browser.visit import Enter

pytestmark = pytest.mark.browser


def test_a_finding_goes_from_the_list_to_closed(enter: Enter, tmp_path: Path) -> None:
    officer = enter("officer")
    secretary = enter("secretary", width=390)
    secretary.open("/organisations")
    unit = secretary.page.locator("main h1").inner_text().strip()
    officer.open("/findings/inspections/new")
    officer.page.get_by_label("标题").fill("浏览器里的专项督查")
    officer.page.get_by_label("反馈日期").fill(str(today()))
    officer.page.get_by_label("集中整改截止").fill("2199-12-31")
    officer.button("保存").click()
    main = officer.page.get_by_role("main")
    expect(main).to_contain_text("浏览器里的专项督查")
    officer.page.get_by_label("问题类别").fill("组织生活")
    officer.page.locator("[name=lines]").fill(f"组织生活\t党小组会记录不全\t{unit}\t2199-12-31")
    officer.button("登记问题").click()
    expect(main).to_contain_text("党小组会记录不全")
    # The secretary begins on the telephone, and applies with a photo.
    secretary.open("/findings?view=all")
    secretary.link("党小组会记录不全").first.click()
    secretary.button("开始整改").click()
    page = secretary.page
    expect(page.get_by_role("main")).to_contain_text("整改中")
    proof = tmp_path / "整改.pdf"
    proof.write_bytes(b"%PDF-1.4 rectified")
    page.locator("#act").wait_for()
    page.locator("input[type=file]").set_input_files(proof)
    secretary.button("申请销号").click()
    expect(page.get_by_role("main")).to_contain_text("申请销号")
    assert secretary.width() <= 390
    address = page.url.removeprefix(secretary.base_url)
    # Two people agree; the same one twice is not asked again.
    officer.open(address)
    officer.button("审核通过").click()
    expect(main).to_contain_text("您已审核同意，须由另一人复核销号")
    leader = enter("leader")
    leader.open(address)
    leader.button("审核通过").click()
    expect(leader.page.get_by_role("main")).to_contain_text("已销号")
    # The report is set in the background and read as a file.
    officer.link("浏览器里的专项督查").first.click()
    officer.button("整改进展报告").click()
    expect(main).to_contain_text("浏览器里的专项督查 整改台账")
    download = officer.page.get_by_role("link", name="下载")
    for _again in range(30):
        if download.count():
            break
        officer.page.wait_for_timeout(1000)
        officer.page.reload()
    with officer.page.expect_download() as got:
        download.first.click()
    assert got.value.path().read_bytes().startswith(b"%PDF")


def test_the_watch_list_is_read_from_the_ledger_and_worked_on(enter: Enter) -> None:
    officer = enter("officer")
    secretary = enter("secretary", width=390)
    secretary.open("/organisations")
    number = secretary.page.locator("a[href^='/ledger/']").first.get_attribute("href") or ""
    unit_id = number.split("?")[0].rsplit("/", 1)[1]
    officer.open("/watchlist/candidates")
    expect(officer.page.get_by_role("main")).to_contain_text("认定情形的出处")
    officer.open(f"/watchlist/units/{unit_id}/new")
    officer.page.locator("[name=chosen][value=satisfaction]").check()
    officer.page.locator("details", has=officer.page.locator("[name=basis-satisfaction]")).locator(
        "summary"
    ).click()
    officer.page.locator("[name=basis-satisfaction]").fill("民主测评满意率 52%")
    officer.button("列入名单").click()
    main = officer.page.get_by_role("main")
    expect(main).to_contain_text("整顿中")
    secretary.open("/")
    secretary.page.get_by_role("link", name="已列入软弱涣散整顿名单").first.click()
    page = secretary.page
    page.locator("[name=problem]").fill("群众意见集中")
    page.locator("[name=content]").fill("开门听意见，逐条答复")
    page.locator("form[action$='/measures'] button").click()
    expect(page.get_by_role("main")).to_contain_text("开门听意见")
    page.locator("[name=progress]").fill("已召开座谈会两次")
    secretary.button("保存当月进展").click()
    expect(page.get_by_role("main")).to_contain_text("已召开座谈会两次")
    assert secretary.width() <= 390
