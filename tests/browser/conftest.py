"""A stack, a browser, and windows in which somebody has signed in."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.stack import Stack, running_stack
from tests.browser.visit import Anonymous, Enter, Visit

STRICT = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
#: No sandbox: the tests run as root in containers. The rest keeps Chromium from speaking to anybody but us.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHT = 900


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        if STRICT:
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """What the browser keeps of each signed-in role: nobody has to sign in twice."""
    return {}


def _window(chromium: Browser, state: Any, *, width: int, script: bool) -> BrowserContext:
    return chromium.new_context(
        storage_state=state,
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=script,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
    )


def sign_in(visit: Visit, identifier: str, password: str) -> None:
    """Through the door, as everybody."""
    visit.open("/login")
    visit.page.locator("[name=identifier]").fill(identifier)
    visit.page.locator("[name=password]").fill(password)
    visit.page.locator("main form button[type=submit], form .btn-primary").first.click()
    visit.page.wait_for_url(re.compile(r"/(?!login).*$"))


@pytest.fixture
def windows(request: pytest.FixtureRequest, stack: Stack) -> Iterator[list[Visit]]:
    """The windows of one test: each must end without a complaint; a failed test leaves pictures of them."""
    opened: list[Visit] = []
    yield opened
    complaints = [complaint for visit in opened for complaint in visit.complaints]
    for number, visit in enumerate(opened):
        if complaints or getattr(request.node, "went_wrong", False):
            folder = stack.data_dir.parent / "browser"
            folder.mkdir(exist_ok=True)
            name = re.sub(r"\W+", "-", request.node.name)
            visit.page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)
        visit.page.context.close()
    assert complaints == [], "\n".join(complaints)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if call.when == "call" and report.failed:
        item.went_wrong = True  # type: ignore[attr-defined]
    return report


@pytest.fixture
def enter(chromium: Browser, stack: Stack, cookies: dict[str, Any], windows: list[Visit]) -> Enter:
    def opened(role: str, tenant: str = "organ", *, width: int = 1440, script: bool = True) -> Visit:
        identifier = f"{role}@{tenant}.demo"
        if identifier not in cookies:
            door = _window(chromium, None, width=1440, script=True)
            sign_in(Visit(door.new_page(), stack.base_url), identifier, stack.password)
            cookies[identifier] = door.storage_state()
            door.close()
        context = _window(chromium, cookies[identifier], width=width, script=script)
        visit = Visit(context.new_page(), stack.base_url)
        windows.append(visit)
        return visit

    return opened


@pytest.fixture
def stranger(chromium: Browser, stack: Stack, windows: list[Visit]) -> Anonymous:
    """A window in which nobody has signed in."""

    def opened() -> Visit:
        visit = Visit(_window(chromium, None, width=1440, script=True).new_page(), stack.base_url)
        windows.append(visit)
        return visit

    return opened


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")
