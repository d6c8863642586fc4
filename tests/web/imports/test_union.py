"""A union's real-name register comes in whole; and columns that somebody has named once are known the next time."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.imports import Importer, said
from tests.factories.rosters import credit_code, union_people, union_tree, unions, workbook
from tests.world import Cast, World


@pytest.fixture
def union(
    app: Flask, world: World, enter: Callable[[Cast], FlaskClient], work: Callable[[int], int]
) -> Importer:
    return Importer(app, world.union, enter, work)


def register(count: int, units: int) -> bytes:
    return workbook([("会员名册", union_people(count, unions(units))), ("工会组织", union_tree(units))])


def test_the_register_comes_in_with_all_its_columns(union: Importer) -> None:
    before = union.counts()
    address = union.upload(register(30, 3))
    assert union.verdicts(address) == {"new": 34}
    union.commit(address)
    assert union.rows(
        "select u.credit_code, u.legal_number, u.staff_count from unit u where u.name = '某市总工会第2基层工会'"
    ) == [(credit_code(2), "工法证字第000003号", 102)]
    [row] = union.rows(
        "select p.education, p.political, p.household, p.employment, p.job_title, m.card_number, m.relation, m.status,"
        " m.kind, length(p.phone_tail), x.code from person p join membership m on m.person_id = p.id"
        " left join post x on x.person_id = p.id where m.card_number = 'H00000000'"
    )
    assert row[0] in {"bachelor", "college", "secondary", "master"}
    assert row[1] in {"none", "party", "league"}
    assert row[2] in {"rural", "urban"}
    assert row[3] in {"contract", "dispatched", "new_form"}
    assert row[4] in {"装配工", "会计", "驾驶员"}
    assert row[5:] == ("H00000000", "registered", "member", "union", 16, "union_chair")
    # The same file again changes nothing; undone, nothing is left.
    assert union.verdicts(union.upload(register(30, 3))) == {"same": 34}
    union.undo(address)
    assert union.counts() == before


def test_a_change_of_the_register_is_written_and_taken_back(union: Importer) -> None:
    union.commit(union.upload(register(6, 2)))
    held = union.rows(
        "select education, employment from person where employment is not null order by id limit 1"
    )
    changed = [list(row) for row in union_people(6, unions(2))]
    changed[1][6], changed[1][9], changed[1][11], changed[1][15] = "博士", "退休", "Z1", "流出"
    tree = [list(row) for row in union_tree(2)]
    tree[2][8] = "1,500人"
    address = union.upload(workbook([("会员名册", changed), ("工会组织", tree)]))
    assert union.verdicts(address) == {"change": 2, "same": 7}
    text = said(union.page(f"{address}?show=change"))
    for word in ("学历", "就业形态", "会员证号", "关系状态", "职工人数"):
        assert word in text
    union.commit(address)
    now = (
        "select p.education, p.employment, m.card_number, m.relation from person p"
        " join membership m on m.person_id = p.id where p.employment is not null order by p.id limit 1"
    )
    assert union.rows(now) == [("doctor", "retired", "Z1", "out")]
    assert union.rows("select staff_count from unit where staff_count = 1500") == [(1500,)]
    union.undo(address)
    assert union.rows(now) == [(*held[0], "H00000000", "registered")]
    assert union.rows("select count(*) from unit where staff_count = 1500") == [(0,)]


def test_who_is_away_stays_away_unless_somebody_says_so(union: Importer) -> None:
    """A stay or a transfer has its own page; a file that says otherwise is asked about."""
    union.commit(union.upload(register(3, 1)))
    union.run("update membership set relation = 'out' where card_number = 'H00000001'")
    rows = [list(row) for row in union_people(3, unions(1))]
    rows[2][15] = "在册"
    address = union.upload(workbook([("会员名册", rows)]))
    assert union.verdicts(address)["question"] == 1
    assert "关系状态不同：" in said(union.page(address))
    row = union.row_id(address, 3)
    union.client.post(f"{address}/decide", data={f"do-{row}": "take"})
    refused = union.client.post(
        f"{address}/commit", data={"form_key": union.key(), "counts_from": "2026-01-01"}
    )
    assert refused.status_code in {303, 409}
    union.work(union.side.tenant_id)
    assert union.rows("select relation from membership where card_number = 'H00000001'") == [("out",)]


def test_who_has_left_is_a_question(union: Importer) -> None:
    rows = [list(row) for row in union_people(4, unions(1))]
    rows[1][15], rows[2][15], rows[3][6] = "退会", "转出", "不知道"
    address = union.upload(workbook([("会员名册", rows), ("工会组织", union_tree(1))]))
    assert union.verdicts(address) == {"new": 3, "question": 3}
    text = said(union.page(address))
    assert "人员类别写的是已离开或正在转接" in text
    assert "这一列不认识这个词" in text


HEADER = ("称呼", "编制支部", "干啥的")


def odd_file(name: str = "甲某") -> bytes:
    return workbook([("表一", [HEADER, (name, "某市总工会第1基层工会", "会计")])])


def said_columns(union: Importer, address: str, label: str) -> None:
    sent = union.client.post(
        f"{address}/columns",
        data={
            "layout-0": "people",
            "label-0": label,
            "column-0-0": "name",
            "column-0-1": "unit",
            "column-0-2": "job_title",
        },
    )
    assert sent.status_code == 303
    union.work(union.side.tenant_id)


def test_columns_named_once_are_known_by_their_name_and_can_be_forgotten(
    union: Importer, importer: Importer
) -> None:
    union.commit(union.upload(workbook([("工会组织", union_tree(1))])))
    address = union.upload(odd_file())
    assert "/columns" in str(union.client.get(address).location)
    said_columns(union, address, "企业工会的表")
    assert union.verdicts(address) == {"new": 1}
    # The next file with these titles, in another order and with other blanks, asks nothing.
    again = union.upload(
        workbook(
            [
                (
                    "别的名",
                    [("编制 支部", "称呼*", "干啥的（必填）"), ("某市总工会第1基层工会", "乙某", "司机")],
                )
            ]
        )
    )
    assert union.verdicts(again) == {"new": 1}
    assert "“企业工会的表”" in said(union.page(again))
    assert 'value="企业工会的表"' in union.page(f"{again}/columns")
    assert union.rows("select titles ->> '干啥的' from import_mapping") == [("job_title",)]
    # Another tenant knows nothing of it.
    assert importer.count("import_mapping") == 0
    assert "/columns" in str(importer.client.get(importer.upload(odd_file())).location)
    # Said otherwise it replaces the former word; deleted it is asked again.
    said_columns(union, again, "新名字")
    assert union.rows("select name from import_mapping") == [("新名字",)]
    assert "新名字" in union.page("/imports")
    [(mapping_id,)] = union.rows("select id from import_mapping")
    assert importer.client.post(f"/imports/mappings/{mapping_id}/delete").status_code == 404
    assert union.client.post(f"/imports/mappings/{mapping_id}/delete").status_code == 303
    assert union.count("import_mapping") == 0
    assert "/columns" in str(union.client.get(union.upload(odd_file("丙某"))).location)


def test_one_title_of_a_kept_header_helps_with_another_header(union: Importer) -> None:
    union.commit(union.upload(workbook([("工会组织", union_tree(1))])))
    said_columns(union, union.upload(odd_file()), "一")
    more = workbook(
        [("表", [("称呼", "编制支部", "手机"), ("丁某", "某市总工会第1基层工会", "13900000000")])]
    )
    assert union.verdicts(union.upload(more)) == {"new": 1}


def test_a_card_number_that_is_a_number_stays_readable(union: Importer) -> None:
    union.commit(union.upload(workbook([("工会组织", union_tree(1))])))
    book = workbook(
        [("表", [("姓名", "所在工会", "会员卡号"), ("戊某", "某市总工会第1基层工会", 1234567890123.0)])]
    )
    address = union.upload(book)
    union.commit(address)
    assert union.rows("select card_number from membership where card_number is not null") == [
        ("1234567890123",)
    ]
