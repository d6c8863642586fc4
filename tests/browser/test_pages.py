"""Every page the menu offers, for every role: no complaint, no untranslated word, no sideways scroll."""

import re

import pytest
from opencc import OpenCC

from tests.browser.visit import Enter, Visit

pytestmark = pytest.mark.browser

ROLES = ("admin", "officer", "leader", "secretary", "reviewer", "auditor", "member")
#: Latin words that stand in Chinese pages: names of formats, parts of addresses, the language switch.
LATIN = {
    "PDF",
    "PNG",
    "Excel",
    "xlsx",
    "xls",
    "csv",
    "CSV",
    "zip",
    "ZIP",
    "English",
    "example",
    "demo",
    "http",
    "https",
}
LATIN |= {"ods", "Enter", "Ctrl", "Tab", "KB", "MB"}
#: Codes that the audit trail shows as they are: the command line's session, keys of sheets and packs.
LATIN |= {"command", "line", "organ", "branch", "bureau", "basic", "union"}
LATIN |= {"institution", "state", "enterprise", "private", "social"}
#: A language is named in itself.
LATIN |= {"English"}


def pages(visit: Visit) -> list[str]:
    visit.open("/")
    return ["/", *visit.menu()]


def said(visit: Visit) -> str:
    """The page's text without what people typed: names of files, mail addresses, identifiers, credit codes."""
    text = visit.page.locator("body").inner_text()
    return re.sub(
        r"\S+@\S+|https?://\S+|[\w.-]+\.(?:xlsx|pdf|zip|demo)|\b[0-9a-f]{16}\b|\b[0-9A-HJ-NPQRTUWXY]{18}\b",
        " ",
        text,
    )


@pytest.mark.parametrize(
    ("role", "tenant"), [*((role, "organ") for role in ROLES), ("admin", "union"), ("secretary", "union")]
)
def test_the_menus_pages_are_whole(enter: Enter, role: str, tenant: str) -> None:
    """Each opens, says nothing in English, and fits on a phone."""
    visit = enter(role, tenant)
    odd = []
    for address in pages(visit):
        visit.page.set_viewport_size({"width": 1440, "height": 900})
        status = visit.open(address)
        words = set(re.findall(r"[A-Za-z]{3,}", said(visit))) - LATIN
        visit.page.set_viewport_size({"width": 390, "height": 844})
        width = visit.width()
        if status != 200 or words or width > 390:
            odd.append((address, status, width, sorted(words)))
    assert odd == [], "\n".join(map(str, odd))


def navigation(visit: Visit) -> str:
    return " ".join(visit.page.locator("aside nav").all_inner_texts())


def choose(visit: Visit, word: str) -> None:
    visit.page.locator("header details summary").click()
    visit.page.locator("header").get_by_role("button", name=word).click()
    visit.page.wait_for_load_state()


def test_the_language_is_switched_and_leaves_nothing_behind(enter: Enter) -> None:
    visit = enter("reviewer", "union")
    visit.open("/")
    assert not re.search(r"[A-Za-z]{2,}", navigation(visit))
    choose(visit, "繁體")
    traditional = navigation(visit)
    assert OpenCC("s2t").convert(traditional) == traditional
    assert "設置" in traditional or "設定" in traditional
    choose(visit, "English")
    assert not re.search(r"[\u4e00-\u9fff]", navigation(visit))
    assert "Settings" in navigation(visit)
    choose(visit, "简体")
    assert "设置" in navigation(visit)
