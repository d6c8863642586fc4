"""Circulars as the tests write and send them, through the pages."""

import io
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Rows = Callable[..., list[Any]]


def draft(client: FlaskClient, unit_id: int, *, key: str = "c1", **more: Any) -> TestResponse:
    data = {
        "form_key": key,
        "unit_id": unit_id,
        "title": "关于报送材料的通知",
        "body": "请按时报送。",
        **more,
    }
    return client.post("/circulars/new", data=data, content_type="multipart/form-data")


def drafted(client: FlaskClient, unit_id: int, **more: Any) -> int:
    answer = draft(client, unit_id, **more)
    assert answer.status_code == 303, answer.text
    found = re.search(r"/circulars/(\d+)/", answer.location)
    assert found, answer.location
    return int(found[1])


def shown(client: FlaskClient, circular_id: int, query: str = "") -> int:
    """How many the page says that the choice reaches."""
    page = client.get(f"/circulars/{circular_id}/send?{query}")
    assert page.status_code == 200, page.text
    found = re.search(r'jc-big"><b>(\d+)</b>', page.text)
    assert found
    return int(found[1])


def send(client: FlaskClient, circular_id: int, *, seen: int | None = None, **choice: Any) -> TestResponse:
    query = "&".join(f"{key}={value}" for key, value in choice.items())
    return client.post(
        f"/circulars/{circular_id}/send",
        data={"seen": shown(client, circular_id, query) if seen is None else seen, **choice},
    )


def out(client: FlaskClient, unit_id: int, *, choice: dict[str, Any] | None = None, **more: Any) -> int:
    """A circular that has been sent; its key."""
    circular_id = drafted(client, unit_id, **more)
    answer = send(client, circular_id, **(choice or {}))
    assert answer.status_code == 303, answer.text
    return circular_id


def paper(name: str = "附件.pdf", text: str = "%PDF-1.4 list") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name
