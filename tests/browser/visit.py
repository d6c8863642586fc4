"""One person at one browser window: what they clicked and typed is counted, what the browser complained of is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Response


@dataclass
class Visit:
    """Clicks and typed fields are counted from `begin` on; `complaints` are the browser's, and answers of 5xx."""

    page: Page
    base_url: str
    clicks: int = 0
    typed: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._broke)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # An answer that is not 2xx is no complaint by itself; _answered looks at them.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.complaints.append(f"{self.page.url}: {error}")

    def _answered(self, response: Response) -> None:
        expected = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not expected):
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, path: str) -> int:
        """Go to an address of the product; returns the status."""
        response = self.page.goto(self.base_url + path)
        assert response is not None
        return response.status

    def begin(self) -> None:
        """Stand on the home page and count from here."""
        self.open("/")
        self.clicks = self.typed = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def fill(self, what: Locator, text: str) -> None:
        self.typed += 1
        what.fill(text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def link(self, name: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_role("link", name=name, exact=exact)

    def menu(self) -> list[str]:
        """The addresses of everything the navigation and the settings page offer."""
        found = dict.fromkeys(self._addresses("aside nav a, .jc-tabs a"))
        self.open("/settings")
        found |= dict.fromkeys(self._addresses("main a"))
        return [address for address in found if address.startswith("/") and "/sign-out" not in address]

    def _addresses(self, selector: str) -> list[str]:
        return [
            (link.get_attribute("href") or "").split("#")[0] for link in self.page.locator(selector).all()
        ]

    def width(self) -> int:
        """How wide the page wants to be, in px."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


class Enter(Protocol):
    """Open a window in which a role of the demo is signed in."""

    def __call__(
        self, role: str, tenant: str = "organ", *, width: int = 1440, script: bool = True
    ) -> Visit: ...


Anonymous = Callable[[], Visit]
