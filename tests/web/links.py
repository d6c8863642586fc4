"""One-time links in the mail that left: what the tests of accounts and of tenants share."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

from flask import Flask

from shared.settings import settings

Letters = Callable[[str], list[str]]
LINK = re.compile(r"/invitation/([A-Za-z0-9_-]{43})")


def reader(app: Flask) -> Letters:
    """Mail what waits, as the worker would, then give the secrets mailed to an address, oldest first."""
    from services.worker.accounts import post_waiting  # noqa: PLC0415 - the environment must stand first

    def read(address: str) -> list[str]:
        with app.app_context():
            post_waiting()
        found = []
        folder = settings().mail_dir
        for path in sorted(folder.glob("link-*.eml"), key=lambda path: int(path.name.split("-")[1])):
            mail = message_from_bytes(path.read_bytes(), policy=default)
            if mail["To"] == address:
                found += LINK.findall(mail.get_content())
        return found

    return read
