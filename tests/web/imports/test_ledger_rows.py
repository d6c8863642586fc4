"""What the rows and sheets of an old ledger mean: names, rolls, years, kinds, units, and what a person decides."""

import io

import openpyxl

from tests.factories.imports import said
from tests.factories.ledgers import ledger, orderly
from tests.factories.past import BRANCH, LedgerImporter, events, people, row


def test_names_become_attendance_where_they_agree_with_the_roll(past: LedgerImporter) -> None:
    who = people(past, "甲一", "甲二", "甲三")
    address = past.upload(
        orderly(
            # Names and numbers agree with the roll of that day: everybody's part is known.
            row("2026-03-15", due=3, present=2, absent="甲二（病假）", chair="甲一"),
            # The old ledger counted one more than the roll: the absent by name, the others by number.
            row("2026-04-15", due=4, present=3, absent="甲三：出差"),
            row("2026-05-15", due=3, present=3, absent=""),
            row("2026-06-15", due="", present="", absent="无"),
        )
    )
    assert past.verdicts(address) == {"new": 4}
    past.commit(address)
    assert [one[3:] for one in events(past)] == [(3, 2), (4, 3), (3, 3), (3, 3)]
    found = past.rows(
        "select e.held_on::text, a.person_id, a.present, a.reason, a.note from attendance a"
        " join event e on e.id = a.event_id order by 1, 2"
    )
    assert found == [
        ("2026-03-15", who["甲一"], True, None, None),
        ("2026-03-15", who["甲二"], False, "sick", "病假"),
        ("2026-03-15", who["甲三"], True, None, None),
        ("2026-04-15", who["甲三"], False, "duty", "出差"),
        *(("2026-06-15", key, True, None, None) for key in sorted(who.values())),
    ]
    assert past.rows("select chair_id from event where held_on = '2026-03-15'") == [(who["甲一"],)]


def test_the_roll_is_that_of_the_day(past: LedgerImporter) -> None:
    people(past, "甲一", since="2026-04-01")
    address = past.upload(orderly(row("2026-03-15", chair="甲一"), row("2026-04-15", chair="甲一")))
    assert past.verdicts(address) == {"question": 1, "new": 1}
    one = past.row_id(address, 2)
    # Taken all the same, the name stands in the text: nothing is lost and nothing invented.
    past.commit(address, **{f"do-{one}": "take"})
    assert past.rows("select chair_id is null, content from event where held_on = '2026-03-15'") == [
        (True, "主持人：甲一")
    ]


def test_a_talk_is_known_by_its_two_people(past: LedgerImporter) -> None:
    who = people(past, "甲一", "甲二", "甲三")
    head = ("日期", "党支部", "类型", "谈话人", "谈话对象")
    data = ledger(
        (
            "谈心谈话",
            [
                head,
                ("2026-03-15", BRANCH, "谈心谈话", "甲一", "甲二"),
                ("2026-03-15", BRANCH, "谈心谈话", "甲一", "甲三"),
                ("2026-03-15", BRANCH, "谈心谈话", "甲一", ""),
            ],
        )
    )
    address = past.upload(data)
    assert past.verdicts(address) == {"new": 2, "question": 1}
    past.commit(address)
    assert past.rows("select chair_id, fields ->> 'partner', present_count from event order by id") == [
        (who["甲一"], str(who["甲二"]), 2),
        (who["甲一"], str(who["甲三"]), 2),
    ]
    assert past.verdicts(past.upload(data)) == {"same": 2, "question": 1}


def test_questions_are_decided_on_the_page(past: LedgerImporter) -> None:
    address = past.upload(
        orderly(
            row("5月", title="甲"),
            row("2026-06-15", kind="三会一课", title="乙"),
            row("2026-07-15", unit="城东支部委员会", title="丙"),
            row("2026-08-15", title="丁"),
            row("2026-08-15", title="戊"),
        )
    )
    assert past.verdicts(address) == {"bad": 1, "question": 3, "new": 1}
    ids = {number: past.row_id(address, number) for number in (2, 3, 4, 6)}
    assert 'value="use:kind:branch_assembly"' in past.page(address)
    past.commit(
        address,
        **{
            f"cell-{ids[2]}-date": "2026-05-20",
            f"do-{ids[2]}": "",
            f"do-{ids[3]}": "use:kind:branch_assembly",
            f"do-{ids[4]}": f"use:unit:u:{past.side.branch}",
            f"do-{ids[6]}": "take",
        },
    )
    # Two of one day are written in one statement: which comes first is not said.
    assert sorted((one[:3] for one in events(past)), key=lambda one: one[1:]) == [
        ("theme_day", "2026-05-20", "甲"),
        ("branch_assembly", "2026-06-15", "乙"),
        ("theme_day", "2026-07-15", "丙"),
        ("theme_day", "2026-08-15", "丁"),
        ("theme_day", "2026-08-15", "戊"),
    ]
    # Both of that day stand; the file brings neither again.
    again = past.upload(orderly(row("2026-08-15", title="丁"), row("2026-08-15", title="戊")))
    assert past.verdicts(again) == {"same": 2}


def test_two_rows_that_become_one_by_a_correction_are_not_doubled(past: LedgerImporter) -> None:
    address = past.upload(orderly(row("2026-05-20", title="甲"), row("5月", title="乙")))
    one = past.row_id(address, 3)
    past.commit(address, **{f"cell-{one}-date": "2026-05-20", f"do-{one}": ""})
    assert [title for _kind, _day, title, *_rest in events(past)] == ["甲"]
    assert "刚刚已有记录" in said(past.page(address))
    past.commit(address, **{f"do-{one}": "take"})
    assert len(events(past)) == 2


def test_a_record_entered_by_hand_meanwhile_is_not_doubled(past: LedgerImporter) -> None:
    address = past.upload(orderly(row("2026-05-20")))
    past.run(
        "insert into event (unit_id, kind, title, held_on, form_key)"
        " values (:unit, 'theme_day', 'by hand', '2026-05-20', 'hand')",
        unit=past.side.branch,
    )
    past.commit(address)
    assert past.count("event") == 1
    assert past.verdicts(address) == {"same": 1}


def test_sheets_by_month_and_by_kind_say_what_their_rows_leave_out(past: LedgerImporter) -> None:
    head = ("日期", "支部", "会议类型", "主题", "实到")
    address = past.upload(
        ledger(
            ("3月", [head, (15, BRANCH, "主题党日", "甲", 20), ("16日", BRANCH, "党课", "乙", 20)]),
            ("支委会", [("日期", "支部", "议题", "实到"), ("4.11", BRANCH, "丙", 3)]),
            ("城西党支部", [("日期", "类型", "主题", "实到"), ("2026-05-03", "主题党日", "丁", 9)]),
            ("说明", [("本台账由组织委员登记",)]),
        ),
        "2026年台账.xlsx",
    )
    past.commit(address)
    assert past.rows(
        "select unit_id, kind, held_on::text, coalesce(fields ->> 'agenda', title) from event order by held_on"
    ) == [
        (past.side.branch, "theme_day", "2026-03-15", "甲"),
        (past.side.branch, "party_lecture", "2026-03-16", "乙"),
        (past.side.branch, "branch_committee_meeting", "2026-04-11", "丙"),
        (past.side.other_branch, "theme_day", "2026-05-03", "丁"),
    ]


def test_a_year_that_nobody_wrote_is_asked_once(past: LedgerImporter) -> None:
    data = ledger(("台账", [("日期", "支部", "会议类型", "主题"), ("3月15日", BRANCH, "主题党日", "植树")]))
    address = past.upload(data)
    assert "日期没有年份" in said(past.page(f"{address}/columns"))
    fields = {"layout-0": "events", "label-0": "台账", "kind-0": "", "unit-0": "", "month-0": ""}
    fields |= {f"column-0-{at}": key for at, key in enumerate(("date", "unit", "kind", "title"))}
    assert past.client.post(f"{address}/columns", data=fields | {"year-0": "去年"}).status_code == 422
    assert past.client.post(f"{address}/columns", data=fields | {"year-0": "2025"}).status_code == 303
    past.work(past.side.tenant_id)
    past.commit(address)
    assert [day for _kind, day, *_rest in events(past)] == ["2025-03-15"]


def test_columns_once_named_are_known_the_next_time(past: LedgerImporter) -> None:
    data = ledger(("台账", [("何日", "哪个支部", "干啥", "人头"), ("2026-03-15", BRANCH, "主题党日", 20)]))
    address = past.upload(data)
    fields = {"layout-0": "events", "label-0": "我的台账"}
    fields |= {f"column-0-{at}": key for at, key in enumerate(("date", "unit", "kind", "present"))}
    assert past.client.post(f"{address}/columns", data=fields).status_code == 303
    past.work(past.side.tenant_id)
    assert past.verdicts(address) == {"new": 1}
    again = past.upload(data)
    assert past.verdicts(again) == {"new": 1}
    assert "我的台账" in past.page(again)


def test_the_template_is_read_back_as_it_stands(past: LedgerImporter) -> None:
    sent = past.client.get("/imports/ledger/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sent.data))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    sheet.cell(2, titles.index("单位") + 1).value = BRANCH
    sheet.cell(2, titles.index("缺席人员及原因") + 1).value = None
    kinds = [one for (one,) in book.worksheets[1].iter_rows(values_only=True)]
    assert "主题党日" in kinds
    assert "职工代表大会" not in kinds
    stream = io.BytesIO()
    book.save(stream)
    assert past.verdicts(past.upload(stream.getvalue())) == {"new": 1}
