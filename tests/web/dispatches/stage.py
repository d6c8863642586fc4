"""Official documents as the tests draft, review and sign them, through the pages."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import Cast, Side

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Work = Callable[[int], int]

TEXT = "各党支部：\n一、总体要求\n按期完成。\n（一）时间\n年底以前。"


def series(client: FlaskClient, unit_id: int, prefix: str = "云发", **more: Any) -> TestResponse:
    data = {"form_key": f"series {prefix}", "unit_id": unit_id, "prefix": prefix, "before": 0, **more}
    return client.post("/dispatches/series", data=data)


def draft(client: FlaskClient, unit_id: int, *, key: str = "d1", **more: Any) -> TestResponse:
    data = {
        "form_key": key,
        "unit_id": unit_id,
        "kind": "notice",
        "title": "关于做好年终总结的通知",
        "addressees": "各党支部、各部门",
        "body": TEXT,
        **more,
    }
    return client.post("/dispatches/new", data=data, content_type="multipart/form-data")


def drafted(client: FlaskClient, unit_id: int, **more: Any) -> int:
    answer = draft(client, unit_id, **more)
    assert answer.status_code == 303, answer.text
    found = re.search(r"/dispatches/(\d+)", answer.location)
    assert found, answer.location
    return int(found[1])


def hand_over(
    client: FlaskClient,
    rows: Rows,
    side: Side,
    dispatch_id: int,
    *,
    by: str = "officer",
    to: str = "leader",
    **more: Any,
) -> TestResponse:
    """Reviewed by `by`, signed by `to`, under the unit's first prefix."""
    unit_id = rows(side, "select unit_id from dispatch where id = :d", d=dispatch_id)[0][0]
    ((series_id,),) = rows(
        side, "select min(id) from number_series where unit_id = :u and state = 'active'", u=unit_id
    )
    ((shown,),) = rows(side, "select revision from dispatch where id = :d", d=dispatch_id)
    data = {
        "revision": shown,
        "series_id": series_id or "",
        "reviewer_id": side[by].person_id,
        "signer_id": side[to].person_id,
        **more,
    }
    return client.post(f"/dispatches/{dispatch_id}/hand-over", data=data)


def decide(
    client: FlaskClient, rows: Rows, side: Side, dispatch_id: int, act: str = "agree", **more: Any
) -> TestResponse:
    ((shown,),) = rows(side, "select revision from dispatch where id = :d", d=dispatch_id)
    return client.post(f"/dispatches/{dispatch_id}/decide", data={"act": act, "revision": shown, **more})


def signed(
    enter: Enter, rows: Rows, side: Side, *, key: str = "d1", prefix: str = "云发", **more: Any
) -> int:
    """A document of the branch: drafted by its keeper, reviewed by the officer, signed by the secretary."""
    unit_id = more.pop("unit_id", side.branch)
    series(enter(side["officer"]), unit_id, prefix)
    dispatch_id = drafted(enter(side["keeper"]), unit_id, key=key, **more)
    answer = hand_over(enter(side["keeper"]), rows, side, dispatch_id, by="officer", to="secretary")
    assert answer.status_code == 303, answer.text
    assert decide(enter(side["officer"]), rows, side, dispatch_id).status_code == 303
    assert decide(enter(side["secretary"]), rows, side, dispatch_id).status_code == 303
    return dispatch_id
