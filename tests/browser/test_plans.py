"""J5: an officer turns a 工作要点 document into tasks assigned to units."""

import io
from pathlib import Path

import docx
import pytest
from playwright.sync_api import expect

from shared.clock import today
from tests.browser.visit import Enter

pytestmark = pytest.mark.browser

THEMES = ("学", "议", "选", "训", "查", "改", "评", "访", "帮", "管", "联", "创", "护", "建", "办")


def paper(path: Path, year: int) -> Path:
    """A paper of invented work points: three sections, fifteen items."""
    document = docx.Document()
    document.add_paragraph(f"某局{year}年党建工作要点")
    for place, section in enumerate(("抓实学习", "建强组织", "服务群众")):
        document.add_paragraph(f"{'一二三'[place]}、{section}")
        for number in range(5 * place, 5 * place + 5):
            label = "一二三四五六七八九十"[number] if number < 10 else "十" + "一二三四五"[number - 10]
            document.add_paragraph(
                f"（{label}）办好{THEMES[number]}事。党支部每季度开展一次{THEMES[number]}事活动。"
            )
    stream = io.BytesIO()
    document.save(stream)
    path.write_bytes(stream.getvalue())
    return path


def test_j5_an_officer_turns_work_points_into_tasks(enter: Enter, tmp_path: Path) -> None:
    visit = enter("officer")
    visit.begin()
    visit.click(visit.page.locator("aside").get_by_role("link", name="计划"))
    visit.click(visit.link("导入文件"))
    # Choosing the file counts as a click.
    visit.clicks += 1
    visit.page.locator("input[type=file]").set_input_files(paper(tmp_path / "要点.docx", today().year))
    visit.click(visit.button("读取"))
    expect(visit.page.get_by_role("main")).to_contain_text("15 条建议待您决定")
    visit.click(visit.button("全部采纳"))
    visit.click(visit.link("分派任务"))
    units = visit.page.locator(".jc-pick").get_by_text("党支部", exact=True)
    expect(visit.page.get_by_role("button", name="并印发")).to_be_visible()
    visit.click(units)
    count = visit.page.get_by_text("15 条，")
    expect(count).to_be_visible()
    visit.click(visit.page.get_by_role("button", name="并印发"))
    expect(visit.page.get_by_role("main")).to_contain_text("已印发")
    assert (visit.clicks <= 8, visit.typed) == (True, 0), (visit.clicks, visit.typed)
    secretary = enter("secretary", width=390)
    secretary.open("/tasks")
    row = secretary.page.get_by_role("link", name="党支部每季度开展一次学事活动")
    expect(row).to_be_visible()
    row.click()
    secretary.page.get_by_label("进度").fill("30")
    secretary.button("记录进展").click()
    expect(secretary.page.get_by_role("main")).to_contain_text("进展 30%")
