"""补录: an office's own Excel ledger comes in, once, marked, and goes out again without a trace."""

import re
from datetime import date

import pytest
from flask import Flask

from tests.factories.due_items import due_item
from tests.factories.imports import said
from tests.factories.ledgers import Cell, messy, orderly
from tests.factories.past import BRANCH, LedgerImporter, events, row


def test_a_messy_ledger_is_read_as_the_office_means_it(past: LedgerImporter) -> None:
    address = past.upload(messy(BRANCH))
    assert past.verdicts(address) == {"new": 3, "bad": 2, "skip": 2}
    text = said(past.page(address))
    assert "这里要写到日" in text
    assert "没有这一天" in text
    past.commit(address)
    assert events(past) == [
        ("branch_assembly", "2026-03-15", "年度计划", 21, 20),
        ("party_lecture", "2026-03-15", "学习准则", 21, 20),
        ("theme_day", "2026-04-10", "植树", 21, 21),
    ]
    [(unit, place, starts, fields, content)] = past.rows(
        "select unit_id, place, starts_at::text, fields, content from event where kind = 'party_lecture'"
    )
    assert (unit, place, starts) == (past.side.branch, "三楼会议室", "14:30:00")
    # What the old ledger does not say is missing, not invented.
    assert fields == {"subject": "学习准则"}
    assert content == ""
    assert "已补录 3 条" in said(past.page(address))


def test_the_same_file_again_brings_nothing(past: LedgerImporter) -> None:
    past.commit(past.upload(messy(BRANCH)))
    before = events(past)
    address = past.upload(messy(BRANCH))
    assert past.verdicts(address) == {"same": 3, "bad": 2, "skip": 2}
    refused = past.client.post(f"{address}/commit", data={"form_key": "again"})
    assert refused.status_code == 409
    assert events(past) == before
    # The list of what is recorded already leads to the records.
    shown = past.page(f"{address}?show=same")
    assert len(re.findall(r'href="/events/\d+"', shown)) == 3


def test_records_fulfil_the_duties_of_their_windows_and_undo_opens_them(
    past: LedgerImporter, app: Flask
) -> None:
    side = past.side
    inside = due_item(app, side, side.branch, date(2026, 3, 31), opens_on=date(2026, 3, 1))
    outside = due_item(app, side, side.branch, date(2026, 5, 31), opens_on=date(2026, 5, 1))
    untouched = past.rows("select * from due_item where id = :id", id=inside)
    address = past.upload(orderly(row()))
    past.commit(address)
    assert past.rows(
        "select state, held_on::text, made_up, recorded_at > now() - interval '1 hour',"
        " event_id = (select id from event) from due_item where id = :id",
        id=inside,
    ) == [("done", "2026-03-15", False, True, True)]
    assert past.rows("select state from due_item where id = :id", id=outside) == [("open",)]
    past.undo(address)
    assert past.count("event") == past.count("attendance") == 0
    assert past.rows("select * from due_item where id = :id", id=inside) == untouched
    assert "已撤销" in said(past.page(address))
    # Undone, the same file comes in again.
    again = past.upload(orderly(row()))
    assert past.verdicts(again) == {"new": 1}


def test_undone_what_lies_in_an_exempt_period_is_spared(past: LedgerImporter, app: Flask) -> None:
    side = past.side
    item = due_item(app, side, side.branch, date(2026, 3, 31), opens_on=date(2026, 3, 1))
    address = past.upload(orderly(row()))
    past.commit(address)
    past.run(
        "insert into exemption (unit_id, since, until, spares_until, reason, document, form_key)"
        f" values ({side.branch}, '2026-03-01', '2026-04-30', '2026-04-30', '防汛抢险', '', 'one')"
    )
    past.undo(address)
    state = "select state, reason, exemption_id = (select id from exemption) from due_item where id = :id"
    assert past.rows(state, id=item) == [("exempt", "防汛抢险", True)]


def test_what_was_touched_since_stays_and_is_named(past: LedgerImporter) -> None:
    address = past.upload(orderly(row("2026-03-15"), row("2026-04-15"), row("2026-05-15"), row("2026-06-15")))
    past.commit(address)
    past.run("update event set version = 2 where held_on = '2026-03-15'")
    past.run("update event set review = 'accepted', reviewed_at = now() where held_on = '2026-04-15'")
    past.run("update event set signed_on = '2026-05-16', signed_how = 'paper' where held_on = '2026-05-15'")
    text = said(past.page(f"{address}/undo"))
    for word in ("之后改过", "上级已查看", "已签字"):
        assert word in text
    past.undo(address)
    assert [day for _kind, day, *_rest in events(past)] == ["2026-03-15", "2026-04-15", "2026-05-15"]
    assert "之后改过" in said(past.page(address))


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (row("2199-03-15"), "日期"),
        (row("2009-03-15"), "2010-01-01 才成立"),
        (row("2026.02.30"), "没有这一天"),
        (row("3月"), "这里要写到日"),
        (row(""), "没有写日期"),
        (row(kind="三会一课"), "没有这种活动"),
        (row(kind=""), "没有写活动类型"),
        (row(kind="职代会"), "这个单位不开展这类活动"),
        (row(kind="换届选举"), "换届在换届页面记录"),
        (row(unit="不知何处"), "没有这个单位"),
        (row(unit="城东支部委员会"), "建议：城东党支部"),
        (row(due=10, present=12), "实到多于应到"),
        (row(present=""), "只写了应到"),
        (row(absent="张无此人（病假）"), "当天不在这个单位"),
        (row(chair="张无此人"), "当天这个单位没有叫这个名字的人"),
        (row("2026-03-15至16日"), "写了几天"),
        (row(absent="2人"), "这里是人数"),
    ],
)
def test_each_fault_is_said_and_nothing_is_written(
    past: LedgerImporter, cells: list[Cell], sentence: str
) -> None:
    address = past.upload(orderly(cells))
    assert sentence in said(past.page(address))
    assert past.client.post(f"{address}/commit", data={"form_key": "c"}).status_code == 409
    assert past.count("event") == 0
