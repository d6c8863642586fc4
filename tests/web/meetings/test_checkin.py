"""Check-in by a code: offered on the day, one press, bound to one meeting and one minute, never required."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.web.events.stage import NOON, fields, item_id, plan
from tests.web.meetings.test_meetings import planned
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
HERE = "select checked_in_at is not null from invitation where person_id = :id"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def opened(app: Flask, side: Side, enter: Enter, rows: Rows) -> tuple[FlaskClient, int]:
    """A theme day of today, 15:00 to 16:30, with its check-in open."""
    secretary = enter(side["secretary"])
    kind = "theme_day" if side.kind == "bureau" else "union_assembly"
    assert planned(secretary, side.branch, on_date="2026-11-20", kind=kind).status_code == 303
    [(key,)] = rows(side, "select id from meeting")
    assert secretary.post(f"/meetings/{key}/check-in/open").status_code == 303
    return secretary, key


def codes(client: FlaskClient, key: int, app: Flask, side: Side) -> tuple[str, str]:
    """Address and digits, as the screen shows them."""
    page = client.get(f"/meetings/{key}/check-in/code")
    assert page.status_code == 200
    digits = re.search(r'class="jc-big">(\d{3}) (\d{3})<', page.text)
    assert digits is not None
    from shared.events.actions.checkin import code_of  # noqa: PLC0415 - the environment must stand first
    from shared.events.models import Meeting  # noqa: PLC0415
    from tests.web.events.stage import inside  # noqa: PLC0415

    with inside(app, side):
        from sqlalchemy import select  # noqa: PLC0415

        from shared.db import db  # noqa: PLC0415

        code = code_of(db.session.execute(select(Meeting).where(Meeting.id == key)).scalar_one())
    assert code.digits == "".join(digits.groups())
    return f"/meetings/check-in/{code.token}", code.digits


def test_one_press_on_the_phone_and_the_record_comes_with_words(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Any
) -> None:
    plan(app, world.organ)
    item = item_id(app, world.organ, "theme_day", "2026-11")
    secretary, key = opened(app, world.organ, enter, rows)
    screen = secretary.get(f"/meetings/{key}/check-in").text
    assert 'src="data:image/svg+xml' in screen
    assert "已签到 0 人" in screen
    address, _digits = codes(secretary, key, app, world.organ)
    member, leader = world.organ["member"], world.organ["leader"]
    phone = enter(member)
    assert "我已到场" in phone.get(address).text
    assert rows(world.organ, HERE, id=member.person_id) == [(False,)]
    assert "已签到" in phone.post(address, follow_redirects=True).text
    assert "您已签过到" in phone.post(address, follow_redirects=True).text
    assert rows(world.organ, HERE, id=member.person_id) == [(True,)]
    # Who had asked for leave and came after all counts as present.
    other = enter(leader)
    other.post(f"/meetings/{key}/answer", data={"answer": "leave", "reason": "duty"})
    other.post(address)
    enter(world.organ["keeper"]).post(f"/meetings/{key}/answer", data={"answer": "leave", "reason": "sick"})
    assert "已签到 2 人" in secretary.get(f"/meetings/{key}/check-in/code").text
    clock.move_to("2026-11-20T10:00:00Z")
    secretary = enter(world.organ["secretary"])
    page = secretary.get(f"/duties/{item}/record").text
    sent = fields(page)
    # Absent is only who asked for leave and did not come; nobody for not having checked in.
    assert sent["absent"] == str(world.organ["keeper"].person_id)
    assert page.count("<small>已签到</small>") == 2
    assert page.count("<small>未签到</small>") == 5


def test_without_check_in_no_name_bears_a_word(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    plan(app, world.organ)
    item = item_id(app, world.organ, "theme_day", "2026-11")
    secretary, _key = opened(app, world.organ, enter, rows)
    assert "未签到" not in secretary.get(f"/duties/{item}/record").text


def test_the_digits_do_without_a_camera(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Any
) -> None:
    secretary, key = opened(app, world.organ, enter, rows)
    _address, digits = codes(secretary, key, app, world.organ)
    member = enter(world.organ["member"])
    for wrong in ("", "000", "abcdef", "12345678901234567890"):
        answer = member.post("/meetings/check-in", data={"digits": wrong})
        assert answer.status_code == 422
        assert "没有这组数字" in answer.text
    assert (
        member.post("/meetings/check-in", data={"digits": f" {digits[:3]} {digits[3:]} "}).status_code == 303
    )
    assert rows(world.organ, HERE, id=world.organ["member"].person_id) == [(True,)]
    # The colleague of another branch finds no such number; later nobody does.
    colleague = world.organ.colleague
    assert colleague is not None
    assert enter(colleague).post("/meetings/check-in", data={"digits": digits}).status_code == 422
    clock.shift(181)
    leader = enter(world.organ["leader"])
    assert leader.post("/meetings/check-in", data={"digits": digits}).status_code == 422


def test_a_code_is_short_lived_and_of_one_meeting(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Any
) -> None:
    secretary, key = opened(app, world.organ, enter, rows)
    address, _digits = codes(secretary, key, app, world.organ)
    member = enter(world.organ["member"])
    # Another meeting with the same token, another minute, another key: nothing of them holds.
    assert planned(secretary, world.organ.branch, on_date="2026-11-20", title="另一场").status_code == 303
    other = max(row[0] for row in rows(world.organ, "select id from meeting"))
    secretary.post(f"/meetings/{other}/check-in/open")
    token = address.rsplit("/", 1)[1]
    meeting, window, mac = token.split("-")
    for forged in (
        f"{other}-{window}-{mac}",
        f"{meeting}-{int(window) + 1}-{mac}",
        f"{meeting}-{window}-{mac[:-1]}x",
        f"{meeting}-{window}",
        "x",
        f"{'9' * 30}-{window}-{mac}",
    ):
        assert member.get(f"/meetings/check-in/{forged}").status_code == 404
        assert member.post(f"/meetings/check-in/{forged}").status_code == 404
    clock.shift(120)
    assert member.get(address).status_code == 200
    clock.shift(60)
    assert member.get(address).status_code == 409
    # Opened in time, pressed a little later: a phone may have had to sign in first.
    assert member.post(address).status_code == 303
    clock.shift(8 * 60)
    late = enter(world.organ["leader"]).post(address)
    assert late.status_code == 409
    assert "签到码已更新" in late.text


def test_a_stranger_next_door_and_somebody_not_on_the_roll_are_told(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Any
) -> None:
    secretary, key = opened(app, world.organ, enter, rows)
    address, _digits = codes(secretary, key, app, world.organ)
    # The neighbour has a meeting of the same number or not: its own key makes another code.
    opened(app, world.union, enter, rows)
    stranger = enter(world.union["member"])
    assert stranger.get(address).status_code == 404
    assert stranger.post(address).status_code == 404
    colleague = world.organ.colleague
    assert colleague is not None
    refused = enter(colleague).post(address)
    assert refused.status_code == 403
    assert "不在本次应到名单内" in refused.text
    assert rows(world.organ, "select count(*) from invitation where checked_in_at is not null") == [(0,)]
    # On the roll without an invitation: noted all the same.
    member = world.organ["member"]
    change(world.organ, "delete from invitation where person_id = :id", id=member.person_id)
    assert enter(member).post(address).status_code == 303
    assert rows(world.organ, HERE, id=member.person_id) == [(True,)]


def test_check_in_opens_on_the_day_and_ends(
    app: Flask, world: World, enter: Enter, rows: Rows, clock: Any
) -> None:
    secretary = enter(world.organ["secretary"])
    planned(secretary, world.organ.branch, on_date="2026-11-24")
    [(later,)] = rows(world.organ, "select id from meeting")
    assert secretary.post(f"/meetings/{later}/check-in/open").status_code == 409
    assert "2026-11-24" in secretary.get(f"/meetings/{later}/check-in").text
    planned(secretary, world.organ.branch, on_date="2026-11-20")
    key = max(row[0] for row in rows(world.organ, "select id from meeting"))
    secretary.post(f"/meetings/{key}/check-in/open")
    address, _digits = codes(secretary, key, app, world.organ)
    assert secretary.post(f"/meetings/{key}/check-in/close").status_code == 303
    member = enter(world.organ["member"])
    assert "签到已结束" in member.post(address).text
    assert "签到未开启" in secretary.get(f"/meetings/{key}/check-in").text
    # Opened again it has another key: the former code is worth nothing.
    secretary.post(f"/meetings/{key}/check-in/open")
    assert member.post(address).status_code == 404
    address, _digits = codes(secretary, key, app, world.organ)
    assert (
        secretary.post(f"/meetings/{key}/cancel", data={"reason": "停电", "version": "1"}).status_code == 303
    )
    called_off = member.post(address)
    assert called_off.status_code == 409
    assert "停电" in called_off.text
    assert secretary.post(f"/meetings/{key}/check-in/open").status_code == 409
