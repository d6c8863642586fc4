"""In and out through the door, with the keyboard too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.browser.stack import Stack
from tests.browser.visit import Anonymous, Enter

pytestmark = pytest.mark.browser


def test_in_and_out_again(stranger: Anonymous, stack: Stack) -> None:
    visit = stranger()
    sign_in(visit, "auditor@organ.demo", stack.password)
    expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
    visit.page.locator("header details summary").click()
    visit.button("退出").first.click()
    visit.open("/")
    expect(visit.page).to_have_url(re.compile("/login"))


def test_a_wrong_password_says_so_and_keeps_the_account(stranger: Anonymous, stack: Stack) -> None:
    visit = stranger()
    visit.open("/login")
    visit.page.locator("[name=identifier]").fill("leader@organ.demo")
    visit.page.locator("[name=password]").fill("not the password at all")
    visit.page.locator("[name=password]").press("Enter")
    expect(visit.page.get_by_role("alert").first).to_be_visible()
    expect(visit.page.locator("[name=identifier]")).to_have_value("leader@organ.demo")


def test_the_first_tab_offers_the_content(enter: Enter) -> None:
    visit = enter("leader")
    visit.open("/")
    visit.page.keyboard.press("Tab")
    skip = visit.page.locator(":focus")
    expect(skip).to_have_text("跳到正文")
    expect(skip).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#main")).to_be_focused()


def test_the_account_menu_opens_and_closes_by_keyboard(enter: Enter) -> None:
    visit = enter("leader")
    visit.open("/")
    menu = visit.page.locator("header details")
    menu.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    visit.page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
