"""A change of a rule as a browser makes it: the form, then what its preview offers to confirm."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def confirmed(client: FlaskClient, address: str, sent: dict[str, Any]) -> TestResponse:
    """Send a form, and what its preview offers to confirm."""
    shown = client.post(address, data=sent)
    assert shown.status_code == 200, shown.text[:400]
    return client.post(address, data={**sent, "seen": seen(shown.text)})


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)
