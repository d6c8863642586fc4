"""The own notices: unread first, opened once, nobody else's."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.clock import now
from shared.db import db, transaction
from shared.messages.models import Delivery, Occasion
from shared.settings import settings
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def notices(app: Flask, side: Side, person_id: int | None, count: int, *, state: str = "sent") -> list[int]:
    assert person_id is not None
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            found = []
            for number in range(count):
                occasion = Occasion(kind="digest", key=f"{person_id}-{number}-{state}")
                db.session.add(occasion)
                db.session.flush()
                row = Delivery(
                    occasion_id=occasion.id,
                    person_id=person_id,
                    channel="in_app",
                    state=state,
                    subject=f"notice {number:03d}",
                    body="heading\n- a line <b>",
                    sent_at=now(),
                )
                db.session.add(row)
                db.session.flush()
                found.append(row.id)
        db.session.remove()
    return found


def unread(app: Flask, side: Side) -> int:
    with app.app_context(), tenant(side.tenant_id):
        count = db.session.execute(text("select count(*) from delivery where read_at is null")).scalar_one()
        db.session.remove()
    return int(count)


def test_opening_a_notice_marks_it_read_and_unread_ones_stay_first(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    keys = notices(app, side, side["member"].person_id, 3)
    client = enter(side["member"])
    page = client.get(f"/notices/{keys[2]}").get_data(as_text=True)
    assert "a line &lt;b&gt;" in page
    assert unread(app, side) == 2
    listed = client.get("/notices").get_data(as_text=True)
    assert listed.index("notice 001") < listed.index("notice 000") < listed.index("notice 002")
    assert client.post("/notices/read").status_code == 303
    assert unread(app, side) == 0


def test_all_pages_together_show_each_notice_once(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = world.organ
    keys = notices(app, side, side["member"].person_id, 65)
    client = enter(side["member"])
    for key in keys[10:20]:
        client.get(f"/notices/{key}")
    seen: list[str] = []
    address: str | None = "/notices"
    while address:
        with count_queries() as queries:
            page = client.get(address).get_data(as_text=True)
        assert len(queries) <= 5
        seen += [f"notice {number:03d}" for number in range(65) if f"notice {number:03d}" in page]
        address = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else None
    assert sorted(seen) == [f"notice {number:03d}" for number in range(65)]


def test_nobody_elses_notice_opens_and_what_is_not_sent_is_not_there(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    [mine] = notices(app, side, side["member"].person_id, 1)
    [waiting] = notices(app, side, side["member"].person_id, 1, state="pending")
    assert enter(side["admin"]).get(f"/notices/{mine}").status_code == 403
    assert enter(world.union["member"]).get(f"/notices/{mine}").status_code == 404
    assert enter(side["member"]).get(f"/notices/{waiting}").status_code == 404
    assert unread(app, side) == 2


def test_a_notice_opens_what_it_is_about_and_its_text_has_no_bare_address(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    [key] = notices(app, side, side["member"].person_id, 1)
    base = settings().base_url
    body = (
        f"逾期 (2)\n第一支部：主题党日\n第二支部：党课\n打开页面：{base}/tasks?view=late&whose=own\n\n"
        f"只此一句\n\n打开页面：{base}//evil.test/x\n\n题为 {base}/x 的事"
    )
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(
                text("update delivery set body = :body, page = '/circulars/7' where id = :id"),
                {"body": body, "id": key},
            )
        db.session.remove()
    page = enter(side["member"]).get(f"/notices/{key}").get_data(as_text=True).split("<main", 1)[1]
    assert page.count("逾期 (2)") == 1
    assert 'href="/circulars/7"' in page
    assert 'href="/tasks?view=late&amp;whose=own"' in page
    assert f"打开页面：{base}/tasks" not in page
    # An address that leads elsewhere, and one inside somebody's words, stay text.
    assert 'href="//evil' not in page
    assert f"打开页面：{base}//evil.test/x" in page
    assert f"题为 {base}/x 的事" in page
    assert "<p>只此一句</p>" in page
