"""A meeting from the secretary's plan to the member's answer on a phone (J6), and the file of a record."""

import io
import secrets

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.visit import Enter

pytestmark = pytest.mark.browser


def test_j6_a_member_on_a_phone_sees_the_next_event_and_answers_it(enter: Enter) -> None:
    secretary = enter("secretary")
    secretary.open("/meetings")
    secretary.page.get_by_role("main").get_by_role("link", name="安排活动").first.click()
    secretary.page.locator("main .jc-tap").get_by_role("link", name="支部党员大会").click()
    title = f"季度大会 {secrets.randbelow(10**6)}"
    secretary.page.get_by_label("标题").fill(title)
    secretary.button("安排并通知").click()
    expect(secretary.page.get_by_role("heading", level=1)).to_contain_text(title)

    member = enter("member", width=390)
    member.begin()
    card = member.page.locator(".jc-next")
    expect(card).to_contain_text("参加")
    member.click(card.get_by_role("button", name="参加", exact=True))
    expect(member.page.locator(".jc-next")).to_contain_text("参加")
    expect(member.page.get_by_role("main")).to_contain_text("已答复：参加")
    assert member.clicks <= 2
    assert member.width() <= 390
    member.page.locator(".jc-next summary", has_text="请假").click()
    member.page.locator(".jc-next").get_by_role("button", name="公差").click()
    expect(member.page.locator(".jc-next")).to_contain_text("公差")

    secretary.page.reload()
    assert secretary.complaints + member.complaints == []


def test_a_photo_is_added_to_a_record_and_seen_again(enter: Enter) -> None:
    visit = enter("secretary")
    visit.open("/ledger")
    visit.open("/")
    visit.page.get_by_role("link", name="去记录").first.click()
    written = io.BytesIO()
    Image.new("RGB", (2600, 900), (30, 90, 60)).save(written, "JPEG")
    visit.page.locator("input[type=file]").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}
    )
    expect(visit.page.locator(".jc-upload")).to_contain_text("现场.jpg")
    for field in visit.page.locator("form#record [required]").all():
        if not field.input_value():
            field.fill("照片一张，材料齐备")
    visit.button("提交记录").click()
    expect(visit.page.locator("#files").locator("xpath=ancestor::section")).to_contain_text("现场.jpg")
    assert visit.complaints == []
