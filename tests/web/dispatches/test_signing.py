"""From a draft to a number: review, countersignature, signature; sent back, taken back, void."""

from threading import Barrier, Thread
from typing import Any

from flask import Flask

from shared.clock import today
from shared.db import db
from shared.tenancy import tenant
from tests.web.dispatches.stage import (
    Enter,
    Rows,
    decide,
    draft,
    drafted,
    hand_over,
    series,
    signed,
)
from tests.world import World

YEAR = today().year


def state(rows: Rows, side: Any, dispatch_id: int) -> tuple[Any, ...]:
    row: tuple[Any, ...] = rows(
        side, "select state, number_year, number from dispatch where id = :d", d=dispatch_id
    )[0]
    return tuple(row)


def test_from_a_draft_to_a_number(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    keeper, officer, secretary = (enter(side[role]) for role in ("keeper", "officer", "secretary"))
    assert series(officer, side.branch, before=11).status_code == 303
    dispatch_id = drafted(keeper, side.branch)
    page = keeper.get(f"/dispatches/{dispatch_id}/hand-over").text
    assert "云发" in page
    answer = hand_over(
        keeper, rows, side, dispatch_id, to="secretary", countersigner_ids=[side["leader"].person_id]
    )
    assert answer.status_code == 303
    # It is at hand for the reviewer alone.
    assert "关于做好年终总结的通知" in officer.get("/").text
    assert "关于做好年终总结的通知" not in secretary.get("/").text
    # Nobody else's turn.
    assert decide(secretary, rows, side, dispatch_id).status_code == 303
    assert state(rows, side, dispatch_id)[0] == "review"
    decide(officer, rows, side, dispatch_id, words="同意。")
    assert state(rows, side, dispatch_id)[0] == "countersign"
    decide(enter(side["leader"]), rows, side, dispatch_id)
    assert state(rows, side, dispatch_id)[0] == "signing"
    assert "关于做好年终总结的通知" in secretary.get("/").text
    decide(secretary, rows, side, dispatch_id)
    assert state(rows, side, dispatch_id) == ("signed", YEAR, 12)
    page = secretary.get(f"/dispatches/{dispatch_id}").text
    assert f"云发〔{YEAR}〕12号" in page
    assert "同意。" in page
    # Pressed again nothing happens.
    decide(secretary, rows, side, dispatch_id)
    assert state(rows, side, dispatch_id) == ("signed", YEAR, 12)


def test_nobody_signs_what_they_alone_wrote(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    secretary = enter(side["secretary"])
    series(secretary, side.branch)
    dispatch_id = drafted(secretary, side.branch)
    own = hand_over(secretary, rows, side, dispatch_id, by="secretary", to="leader")
    assert own.status_code == 422
    assert "起草人不核稿" in own.text
    same = hand_over(secretary, rows, side, dispatch_id, by="leader", to="leader")
    assert same.status_code == 422
    # One who may not sign is no signer, a stranger no reviewer.
    assert hand_over(secretary, rows, side, dispatch_id, by="leader", to="officer").status_code == 422
    stranger = world.union["officer"].person_id
    assert hand_over(secretary, rows, side, dispatch_id, reviewer_id=stranger).status_code == 422
    assert hand_over(secretary, rows, side, dispatch_id, countersigner_ids=[stranger]).status_code == 422
    assert state(rows, side, dispatch_id)[0] == "draft"
    assert hand_over(secretary, rows, side, dispatch_id, by="leader", to="secretary").status_code == 303


def test_sent_back_with_words_and_again(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    keeper, officer = enter(side["keeper"]), enter(side["officer"])
    series(officer, side.branch)
    dispatch_id = drafted(keeper, side.branch)
    hand_over(keeper, rows, side, dispatch_id)
    empty = decide(officer, rows, side, dispatch_id, "return")
    assert empty.status_code == 422
    assert decide(officer, rows, side, dispatch_id, "return", words="时间不对").status_code == 303
    assert state(rows, side, dispatch_id)[0] == "draft"
    assert "时间不对" in keeper.get(f"/dispatches/{dispatch_id}").text
    changed = keeper.post(
        f"/dispatches/{dispatch_id}/edit",
        data={
            "revision": revision_of(rows, side, dispatch_id),
            "kind": "notice",
            "title": "关于做好年终总结的通知",
            "body": "明年一月以前。",
        },
        content_type="multipart/form-data",
    )
    assert changed.status_code == 303, changed.text
    hand_over(keeper, rows, side, dispatch_id)
    kept = rows(side, "select number from dispatch_version where dispatch_id = :d order by 1", d=dispatch_id)
    assert [row[0] for row in kept] == [1, 2]
    page = keeper.get(f"/dispatches/{dispatch_id}/versions").text
    assert "<del" in page
    assert "<ins>" in page
    # The reviewer changes the wording; whoever drafted it cannot any more.
    data = {
        "revision": revision_of(rows, side, dispatch_id),
        "kind": "notice",
        "title": "关于做好年终总结的通知",
        "body": "二月以前。",
    }
    address = f"/dispatches/{dispatch_id}/edit"
    keeper.post(address, data=data, content_type="multipart/form-data")
    assert rows(side, "select body from dispatch where id = :d", d=dispatch_id) == [("明年一月以前。",)]
    officer.post(address, data=data, content_type="multipart/form-data")
    assert rows(side, "select body from dispatch where id = :d", d=dispatch_id) == [("二月以前。",)]
    back = keeper.post(
        f"/dispatches/{dispatch_id}/take-back", data={"revision": revision_of(rows, side, dispatch_id)}
    )
    assert back.status_code == 303
    assert state(rows, side, dispatch_id)[0] == "draft"


def revision_of(rows: Rows, side: Any, dispatch_id: int) -> int:
    return int(rows(side, "select revision from dispatch where id = :d", d=dispatch_id)[0][0])


def test_two_at_once_the_second_is_told(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    keeper, officer = enter(side["keeper"]), enter(side["officer"])
    series(officer, side.branch)
    dispatch_id = drafted(keeper, side.branch)
    seen = revision_of(rows, side, dispatch_id)
    hand_over(keeper, rows, side, dispatch_id)
    late = officer.post(f"/dispatches/{dispatch_id}/decide", data={"act": "agree", "revision": seen})
    assert late.status_code == 303
    assert state(rows, side, dispatch_id)[0] == "review"
    assert "别人先操作了" in officer.get(f"/dispatches/{dispatch_id}").text


def test_numbers_have_no_gap_and_no_double(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    """Eight documents, signed at the same moment by the same signer in eight browsers."""
    side = world.organ
    keeper, officer = enter(side["keeper"]), enter(side["officer"])
    series(officer, side.branch)
    keys = []
    for number in range(8):
        dispatch_id = drafted(keeper, side.branch, key=f"many {number}")
        hand_over(keeper, rows, side, dispatch_id, to="secretary")
        decide(officer, rows, side, dispatch_id)
        keys.append((dispatch_id, revision_of(rows, side, dispatch_id)))
    start = Barrier(len(keys))
    clients = [enter(side["secretary"]) for _key in keys]

    def press(client: Any, dispatch_id: int, shown: int) -> None:
        start.wait()
        client.post(f"/dispatches/{dispatch_id}/decide", data={"act": "agree", "revision": shown})

    threads = [Thread(target=press, args=(client, *key)) for client, key in zip(clients, keys, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = rows(side, "select number from dispatch where number is not null order by number")
    assert [row[0] for row in numbers] == list(range(1, 9))
    assert rows(side, "select last from number_year") == [(8,)]


def test_a_void_number_stays_with_its_reason(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    side = world.organ
    first = signed(enter, rows, side, key="first")
    secretary, keeper = enter(side["secretary"]), enter(side["keeper"])
    data = {"revision": revision_of(rows, side, first), "reason": "附件有误"}
    assert keeper.post(f"/dispatches/{first}/void", data=data).status_code == 303
    assert state(rows, side, first)[0] == "signed"
    assert secretary.post(f"/dispatches/{first}/void", data={**data, "reason": ""}).status_code == 422
    assert secretary.post(f"/dispatches/{first}/void", data=data).status_code == 303
    assert state(rows, side, first) == ("void", YEAR, 1)
    second = signed(enter, rows, side, key="second")
    assert state(rows, side, second) == ("signed", YEAR, 2)
    page = secretary.get("/dispatches/numbers").text
    assert page.index(f"云发〔{YEAR}〕1号") < page.index("附件有误") < page.index(f"云发〔{YEAR}〕2号")
    book = secretary.post(f"/exports/dispatches/numbers?year={YEAR}")
    assert book.status_code == 200


def test_a_request_goes_to_one_and_no_secret_gets_in(app: Flask, world: World, enter: Enter) -> None:
    keeper, branch = enter(world.organ["keeper"]), world.organ.branch
    many = draft(keeper, branch, kind="request", addressees="县委、县政府")
    assert many.status_code == 422
    assert "只有一个主送机关" in many.text
    assert draft(keeper, branch, kind="request", form="downward", addressees="县委").status_code == 422
    assert draft(keeper, branch, kind="gossip").status_code == 422
    marked = draft(keeper, branch, body="机密★十年\n内容")
    assert marked.status_code == 422
    assert "密级" in marked.text
    assert draft(keeper, branch, title="").status_code == 422
    assert draft(keeper, branch, title="长" * 201).status_code == 422
    assert draft(keeper, world.organ.other_branch).status_code == 403
    assert draft(keeper, world.union.branch).status_code == 404


def test_the_same_form_twice_is_one_draft(app: Flask, world: World, enter: Enter, rows: Rows) -> None:
    keeper, side = enter(world.organ["keeper"]), world.organ
    assert drafted(keeper, side.branch) == drafted(keeper, side.branch)
    dispatch_id = drafted(keeper, side.branch)
    assert keeper.post(f"/dispatches/{dispatch_id}/delete").status_code == 303
    assert rows(side, "select count(*) from dispatch") == [(0,)]


def test_whose_turn_it_is_is_told_without_the_text(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    side = world.organ
    keeper, officer, secretary = (enter(side[role]) for role in ("keeper", "officer", "secretary"))
    series(officer, side.branch)
    dispatch_id = drafted(keeper, side.branch)
    hand_over(keeper, rows, side, dispatch_id, to="secretary")
    sent(app, side.tenant_id)
    assert "待核稿：关于做好年终总结的通知" in officer.get("/notices").text
    assert "年终总结" not in secretary.get("/notices").text
    decide(officer, rows, side, dispatch_id)
    decide(secretary, rows, side, dispatch_id)
    sent(app, side.tenant_id)
    # Signed before the message left: nobody is asked for what is done.
    assert "待签发" not in secretary.get("/notices").text
    shown = keeper.get("/notices").text
    assert "已签发编号：关于做好年终总结的通知" in shown
    assert "年底以前" not in shown


def sent(app: Flask, tenant_id: int) -> None:
    from services.worker.messages import send_waiting  # noqa: PLC0415 - the environment must stand first

    with app.app_context(), tenant(tenant_id):
        send_waiting()
        db.session.remove()
