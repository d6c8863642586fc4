"""The journeys of the product and their budgets: clicks and typed fields from the home page, signed in."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from shared.clock import today
from tests.browser.roster import roster
from tests.browser.stack import Stack
from tests.browser.visit import Enter, Visit

pytestmark = pytest.mark.browser

#: Long work of the real worker, in ms.
PATIENCE = 180_000


def to_do(visit: Visit, title: str) -> Locator:
    """The button of one line of the to-do list."""
    line = visit.page.get_by_role("listitem").filter(has_text=title)
    return line.get_by_role("link", name="去记录")


def within(visit: Visit, *, clicks: int, typed: int = 0) -> None:
    """Say the count where the budget is broken."""
    assert (visit.clicks <= clicks, visit.typed <= typed) == (True, True), (visit.clicks, visit.typed)


def test_j1_a_secretary_records_this_months_theme_day(enter: Enter) -> None:
    visit = enter("secretary")
    visit.begin()
    title = f"{today().month} 月主题党日"
    visit.click(to_do(visit, title))
    expect(visit.page.get_by_label("地点", exact=False).first).not_to_have_value("")
    four = visit.page.locator(".jc-four .form-control")
    expect(four).to_have_count(4)
    texts = ("桥下空间，谁来照看", "书记", "三组分看三座桥，回来各讲一处最不放心的地方。", "认领桥孔三处。")
    for field, text in zip(four.all(), texts, strict=True):
        visit.fill(field, text)
    visit.click(visit.button("提交记录"))
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("桥下空间，谁来照看")
    within(visit, clicks=4, typed=6)
    visit.open("/")
    expect(to_do(visit, title)).to_have_count(0)


def missing_units(visit: Visit) -> set[str]:
    """The units of the matrix with a number in the column of what is overdue."""
    rows = visit.page.locator(".jc-matrix tbody tr")
    expect(rows.first).to_be_visible()
    return {
        row.get_by_role("rowheader").inner_text()
        for row in rows.all()
        if row.locator("td.sum").inner_text().strip()
    }


def test_j2_an_officer_reminds_exactly_those_who_have_not(enter: Enter) -> None:
    visit = enter("officer")
    visit.begin()
    visit.click(visit.page.locator("aside").get_by_role("link", name="台账"))
    owing = missing_units(visit)
    assert 0 < len(owing) < 24
    visit.click(visit.page.locator(".jc-remind").get_by_role("button", name=f"提醒 {len(owing)} 个单位"))
    expect(visit.page.get_by_role("main")).to_contain_text(f"已提醒 {len(owing)} 个单位")
    within(visit, clicks=3)
    visit.page.locator(".jc-flashes").get_by_role("link").click()
    visit.open(re.sub(r"^https?://[^/]+", "", visit.page.url).split("&outcome")[0] + "&outcome=all")
    reminded = set()
    while True:
        cells = visit.page.locator("main table tbody tr td:nth-of-type(1)")
        reminded |= {text.split("\n")[0] for text in cells.all_inner_texts()}
        more = visit.page.get_by_role("link", name="下一页")
        if not more.count():
            break
        more.click()
    assert reminded == owing


def test_j3_a_leader_sees_why_each_lost_point_is_lost(enter: Enter) -> None:
    visit = enter("leader")
    visit.begin()
    visit.click(visit.page.locator("aside").get_by_role("link", name="考核"))
    board = visit.page.locator("main table tbody tr").filter(has_text="−")
    expect(board.nth(3)).to_be_visible()
    # The one that has lost at most headings.
    names = [row.locator("td").last.inner_text() for row in board.all()]
    most = max(range(len(names)), key=lambda number: names[number].count("−"))
    visit.click(board.nth(most).get_by_role("link").first)
    losses = visit.page.locator("table.jc-sheet > tbody > tr:has(> th):has(> td.num b.t-late)")
    expect(losses.first).to_be_visible()
    for row in losses.all():
        # Heading, full marks, marks, loss, why.
        expect(row.locator("> td").nth(3)).to_contain_text(re.compile("缺|补记|届满|空缺|无人|任期|未达到"))
    rows = visit.page.locator("table.jc-rows:visible")
    expect(rows.first).to_contain_text(re.compile("缺|补记|届满|任期|未达到"))
    within(visit, clicks=3)


def test_j4_an_admin_imports_a_roster_with_bad_rows_and_can_undo(enter: Enter, downloads: Path) -> None:
    visit = enter("admin")
    visit.begin()
    visit.click(visit.page.locator("aside").get_by_role("link", name="设置"))
    visit.click(visit.page.locator("main").get_by_role("link", name="导入名册"))
    with visit.page.expect_file_chooser() as chooser:
        visit.click(visit.page.get_by_text("选择文件", exact=False).first)
    chooser.value.set_files(roster(downloads))
    commit = visit.page.get_by_role("button", name=re.compile(r"^提交 [\d,]+ 行$"))
    expect(commit).to_be_visible(timeout=PATIENCE)
    # What is wrong stands there row by row, with its reason.
    bad = visit.page.locator("table.jc-decide tbody tr").filter(has=visit.page.locator("select"))
    expect(bad.nth(1)).to_be_visible()
    visit.click(commit)
    undo = visit.page.locator("main").get_by_role("link", name="撤销", exact=True)
    expect(undo).to_be_visible(timeout=PATIENCE)
    visit.click(undo)
    within(visit, clicks=5)
    last = visit.page.get_by_role("button", name=re.compile(r"^撤销 \d+ 个单位、\d+ 人$"))
    assert not re.search(r"撤销 0 个单位、0 人", last.inner_text())
    last.click()
    expect(visit.page.get_by_role("main")).to_contain_text("已撤销", timeout=PATIENCE)


def test_j7_the_ledgers_of_all_branches_as_one_zip(enter: Enter, stack: Stack, downloads: Path) -> None:
    visit = enter("officer")
    visit.begin()
    visit.click(visit.page.locator("aside").get_by_role("link", name="文书"))
    visit.click(visit.button("打印 24 个单位的台账").first)
    expect(visit.page.get_by_role("progressbar").first).to_be_visible()
    # Other papers may have been made before.
    printed = visit.page.locator("main .jc-row", has_text="台账与考核表")
    download = printed.get_by_role("link", name="下载", exact=True).first
    expect(download).to_be_visible(timeout=PATIENCE)
    with visit.page.expect_download() as arriving:
        visit.click(download)
    within(visit, clicks=3)
    target = downloads / "ledgers.zip"
    arriving.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        papers = [name for name in archive.namelist() if name.endswith(".pdf")]
        assert len(papers) == 24
        assert all(archive.read(name).startswith(b"%PDF-") for name in papers)


def test_a_record_is_filed_without_any_script(enter: Enter) -> None:
    visit = enter("secretary", script=False)
    visit.begin()
    visit.click(to_do(visit, f"{today().month} 月党费收缴"))
    visit.fill(visit.page.get_by_label("金额（元）", exact=False), "1286.50")
    visit.fill(visit.page.get_by_label("交纳人数", exact=False), "20")
    visit.click(visit.button("提交记录"))
    expect(visit.page.get_by_role("main")).to_contain_text("1286.50")
    expect(visit.page).to_have_url(re.compile(r"/events/\d+$"))
