"""Rows in question: what is asked, what may be decided, what comes of it."""

import io
import re
from datetime import date

import pytest

from tests.factories.imports import Importer, people_file, said, tree_file
from tests.factories.rosters import Cell, identity, workbook
from tests.world import World

BORN = date(1980, 1, 1)
ONE, TWO = identity(1, BORN, "男"), identity(2, BORN, "男")


def row(**more: Cell) -> dict[str, Cell]:
    return {"姓名": "柳叙", "所在党支部": "", "身份证号码": ONE, "性别": "男"} | more


@pytest.fixture
def branch(importer: Importer) -> str:
    [(name,)] = importer.rows("select name from unit where id = :id", id=importer.side.branch)
    importer.run("update unit set name = '云桥快运有限公司党支部' where id = :id", id=importer.side.branch)
    importer.run("update unit set name = '城东支部' where id = :id", id=importer.side.other_branch)
    assert name
    return "云桥快运有限公司党支部"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"姓名": "=cmd|' /C calc'!A0"}, "姓名以公式符号开头"),
        ({"姓名": "<script>alert(1)</script>"}, "姓名里有代码字符"),
        ({"出生年月": "1875-01-01", "身份证号码": ""}, "日期过早"),
        ({"入党时间": "2199-01-01"}, "日期过晚"),
        ({"出生年月": "1981-01"}, "出生日期与身份证号不符"),
        ({"性别": "女"}, "性别与身份证号不符"),
        ({"入党时间": "1979"}, "加入时间早于出生日期"),
        ({"联系电话": "1865 0442"}, "不是手机号，也不是座机号"),
        ({"所在党支部": "不知何处"}, "没有这个单位"),
        ({"所在党支部": "云桥快运支部"}, "没有这个单位，建议：云桥快运有限公司党支部"),
        ({"所在党支部": ""}, "没有填单位"),
        ({"党内职务": "总督"}, "没有这个职务"),
        ({"备注": "已调出"}, "备注说这个人已离开或正在转出"),
    ],
)
def test_each_fault_is_said_beside_its_cell(
    importer: Importer, branch: str, cells: dict[str, Cell], sentence: str
) -> None:
    before = importer.counts()
    address = importer.upload(people_file(row(**({"所在党支部": branch} | cells))))
    page = importer.page(address)
    assert sentence in said(page)
    assert "<script>alert" not in page
    refused = importer.client.post(f"{address}/commit", data={"form_key": "c"})
    assert refused.status_code == 409
    assert importer.counts() == before


def test_a_row_may_be_taken_left_out_corrected_or_given_its_unit(importer: Importer, branch: str) -> None:
    address = importer.upload(
        people_file(
            row(姓名="甲一", 身份证号码=9.9e17, 所在党支部=branch),
            row(姓名="甲二", 身份证号码=ONE, 性别="女", 所在党支部=branch),
            row(姓名="甲三", 身份证号码=TWO[:-1], 所在党支部=branch),
            row(姓名="甲四", 身份证号码="", 所在党支部="云桥快运支部"),
        )
    )
    ids = {number: importer.row_id(address, number) for number in (2, 3, 4, 5)}
    page = importer.page(address)
    # The refused number must be corrected or left out: there is no choice to take it.
    assert 'value="take"' not in re.split(f'name="do-{ids[4]}"', page)[1].split("</select>")[0]
    importer.commit(
        address,
        **{
            f"do-{ids[2]}": "take",
            f"do-{ids[3]}": "leave",
            f"do-{ids[4]}": "",
            f"cell-{ids[4]}-identity": TWO,
            f"do-{ids[5]}": f"use:unit:u:{importer.side.branch}",
        },
    )
    found = importer.rows(
        "select p.name, p.identity_hash is not null, m.unit_id from person p join membership m on m.person_id = p.id"
        " where p.name like '甲%' order by p.name collate \"C\""
    )
    branch_id = importer.side.branch
    assert sorted(found) == sorted(
        [("甲一", False, branch_id), ("甲三", True, branch_id), ("甲四", False, branch_id)]
    )
    # The one left out stays, and may still be taken; what was committed is not committed twice.
    importer.commit(address, **{f"do-{ids[3]}": "take"})
    assert importer.rows("select count(*) from person where name like '甲%'") == [(4,)]
    importer.undo(address)
    assert importer.rows("select count(*) from person where name like '甲%'") == [(0,)]


def test_one_button_settles_all_rows_that_name_a_unit_alike(importer: Importer, branch: str) -> None:
    rows = [row(姓名=f"乙{name}", 身份证号码="", 所在党支部="云桥快运支部") for name in "一二三"]
    address = importer.upload(people_file(*rows))
    page = importer.page(address)
    assert "3 行都这样改" in said(page)
    found = re.search(r'name="alike" value="([^"]+)"', page)
    assert found is not None
    importer.client.post(f"{address}/decide", data={"alike": found[1]})
    assert "提交 3 行" in said(importer.page(address))
    importer.commit(address)
    assert importer.rows(
        "select count(*) from membership where unit_id = :id and joined is null and since = '2026-01-01'",
        id=importer.side.branch,
    ) == [(3,)]


def test_people_already_on_the_roster(importer: Importer, branch: str) -> None:
    importer.commit(importer.upload(people_file(row(所在党支部=branch, 联系电话="13800000001"))))
    changed = importer.upload(people_file(row(所在党支部=branch, 联系电话="13800000002", 民族="汉")))
    assert importer.verdicts(changed) == {"change": 1}
    other_name = importer.upload(people_file(row(姓名="鄢朗", 所在党支部=branch)))
    assert "名册里已有这个身份证号，姓名不同：柳叙" in said(importer.page(other_name))
    other_unit = importer.upload(people_file(row(所在党支部="城东支部")))
    assert "已在别的单位：云桥快运有限公司党支部" in said(importer.page(other_unit))
    importer.commit(other_unit, **{f"do-{importer.row_id(other_unit, 2)}": "take"})
    memberships = (
        "select unit_id, until is null from membership m join person p on p.id = m.person_id"
        " where p.name = '柳叙' order by m.id"
    )
    assert importer.rows(memberships) == [(importer.side.branch, False), (importer.side.other_branch, True)]
    importer.undo(other_unit)
    assert importer.rows(memberships) == [(importer.side.branch, True)]
    # A less exact date than the roster's changes nothing, nor does an empty cell.
    assert importer.verdicts(importer.upload(people_file(row(所在党支部=branch, 性别="")))) == {"same": 1}


def test_a_number_twice_in_one_file(importer: Importer, branch: str) -> None:
    address = importer.upload(people_file(row(所在党支部=branch), row(姓名="鄢朗", 所在党支部=branch)))
    assert importer.verdicts(address) == {"new": 1, "question": 1}
    assert "与第 2 行身份证号相同" in said(importer.page(address))
    # Letting it through is no choice; corrected into another doubled number it still waits.
    second = importer.row_id(address, 3)
    importer.commit(address, **{f"do-{second}": "take"})
    assert importer.rows("select count(*) from person where name = '鄢朗'") == [(0,)]


def test_the_trees_rows(importer: Importer, branch: str) -> None:
    address = importer.upload(
        tree_file(
            {"组织全称": "新总支", "组织类别": "党总支", "上级组织": "", "成立时间": "2010-03-01"},
            {"组织全称": "新一支部", "组织类别": "党支部", "上级组织": "新总支", "领域": "国企"},
            {"组织全称": "新二支部", "组织类别": "俱乐部", "上级组织": "新总支"},
            {"组织全称": "新三支部", "组织类别": "党支部", "上级组织": "不知何处"},
            {"组织全称": "新四支部", "组织类别": "党支部", "上级组织": "新五支部"},
            {"组织全称": "新五支部", "组织类别": "党支部", "上级组织": "新四支部"},
            {"组织全称": "新六支部", "组织类别": "党支部", "上级组织": "新总支", "成立时间": "2010年3月"},
            {"组织全称": "新一支部", "组织类别": "党支部", "上级组织": "新总支"},
        )
    )
    text = said(importer.page(address))
    for sentence in (
        "没有这个组织类别",
        "没有这个上级组织",
        "单位成了自己的上级",
        "这里要到日",
        "与第 3 行是同一个单位",
    ):
        assert sentence in text
    assert importer.verdicts(address)["new"] == 2
    importer.commit(address)
    assert importer.rows(
        "select name, sector, parent_id is null from unit where name like '新%' order by id"
    ) == [
        ("新总支", "organ", True),
        ("新一支部", "state_enterprise", False),
    ]


def test_unknown_columns_are_asked_for_and_remembered(importer: Importer, branch: str) -> None:
    def file(name: str) -> bytes:
        return workbook([("表", [["姓名", "归属", "证件"], [name, branch, ""]])])

    address = importer.upload(file("丙一"))
    shown = importer.client.get(address)
    assert shown.status_code == 303
    assert shown.location == f"{address}/columns"
    missing = importer.client.post(f"{address}/columns", data={"layout-0": "people", "column-0-0": "name"})
    assert missing.status_code == 422
    assert "指明哪一列是单位" in missing.text
    sent = importer.client.post(
        f"{address}/columns", data={"layout-0": "people", "column-0-0": "name", "column-0-1": "unit"}
    )
    assert sent.status_code == 303
    importer.work(importer.side.tenant_id)
    assert importer.verdicts(address) == {"new": 1}
    assert importer.verdicts(importer.upload(file("丙二"))) == {"new": 1}


def test_totals_repeated_headers_and_blank_rows_are_no_people(importer: Importer, branch: str) -> None:
    titles = ["序号", "姓  名", "所在党支部", "备注"]
    address = importer.upload(
        workbook(
            [
                (
                    "表",
                    [
                        ["二〇二六年名册"],
                        titles,
                        [1, "丁一", branch, ""],
                        [2, "", "", ""],
                        [],
                        ["小 计", "", "1人", ""],
                        titles,
                        ["", "合计", "1人", ""],
                        [3, "丁二", branch, ""],
                    ],
                )
            ]
        )
    )
    assert importer.verdicts(address) == {"new": 2, "skip": 3}


def test_material_with_a_mark_of_secrecy_is_refused_and_deleted(importer: Importer, branch: str) -> None:
    address = importer.upload(people_file(row(所在党支部=branch), row(备注="机密★10年")))
    assert "带密级标志" in said(importer.page(address))
    assert importer.count("import_row") == 0
    assert importer.rows("select deleted_at is not null from file") == [(True,)]
    assert importer.client.post(f"{address}/commit", data={}).status_code == 409


def test_after_its_time_everything_staged_is_gone(importer: Importer, branch: str) -> None:
    from services.worker.imports import purge_imports  # noqa: PLC0415 - the environment must stand first
    from shared.db import db  # noqa: PLC0415
    from shared.tenancy import tenant  # noqa: PLC0415

    address = importer.upload(people_file(row(所在党支部=branch), row(姓名="戊", 所在党支部=branch)))
    importer.commit(address)
    importer.run("update import_batch set purge_at = now() - interval '1 minute'")
    with importer.app.app_context(), tenant(importer.side.tenant_id):
        purge_imports()
        db.session.remove()
    assert (importer.count("import_row"), importer.count("import_effect")) == (0, 0)
    assert importer.rows("select deleted_at is not null from file") == [(True,)]
    assert importer.rows("select count(*) from person where name = '柳叙'") == [(1,)]
    assert importer.client.get(address).status_code == 200
    assert importer.client.post(f"{address}/undo", data={}).status_code == 409


def test_forms_sent_twice_do_nothing_twice(importer: Importer, branch: str) -> None:
    data = people_file(row(所在党支部=branch))
    sent = [
        importer.client.post(
            "/imports", data={"file": (io.BytesIO(data), "a.xlsx"), "form_key": "one"}
        ).location
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    importer.work(importer.side.tenant_id)
    for _ in range(2):
        assert importer.client.post(f"{sent[0]}/commit", data={"form_key": "c"}).status_code == 303
    importer.work(importer.side.tenant_id)
    assert importer.client.post(f"{sent[0]}/commit", data={"form_key": "c"}).status_code in (303, 409)
    importer.work(importer.side.tenant_id)
    assert importer.rows("select count(*) from person where name = '柳叙'") == [(1,)]
    assert importer.rows("select count(*) from job where kind = 'imports.commit'") == [(1,)]


def test_too_large_an_upload_is_refused(importer: Importer) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    sent = importer.client.post(
        "/imports",
        data=head + b"x" * (50 * 1024 * 1024) + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
    )
    assert sent.status_code == 413
    assert importer.count("file") == 0


def test_strangers_and_colleagues(importer: Importer, branch: str, world: World, enter: object) -> None:
    address = importer.upload(people_file(row(所在党支部=branch)))
    neighbour = enter(world.union["admin"])  # type: ignore[operator]
    for path in ("", "/columns", "/rejected.xlsx", "/undo", "/progress"):
        assert neighbour.get(address + path).status_code == 404
    for path in ("/commit", "/decide", "/columns", "/undo"):
        assert neighbour.post(address + path, data={"form_key": "n"}).status_code == 404
    for role in ("officer", "secretary", "auditor", "member"):
        assert enter(world.organ[role]).get(address).status_code == 403  # type: ignore[operator]


def test_a_post_without_its_token_is_refused(importer: Importer) -> None:
    importer.app.config["WTF_CSRF_ENABLED"] = True
    try:
        sent = importer.client.post("/imports", data={"file": (io.BytesIO(b"x"), "a.xlsx")})
    finally:
        importer.app.config["WTF_CSRF_ENABLED"] = False
    assert sent.status_code == 400
    assert importer.count("import_batch") == 0


def test_the_list_page_asks_a_constant_number_of_questions(
    importer: Importer, branch: str, count_queries: object
) -> None:
    address = importer.upload(people_file(row(所在党支部="不知何处")))
    with count_queries() as few:  # type: ignore[operator]
        importer.page(address)
    more = [row(姓名=f"己{n}", 身份证号码="", 所在党支部="不知何处") for n in "甲乙丙丁"]
    many_address = importer.upload(people_file(*more))
    with count_queries() as many:  # type: ignore[operator]
        importer.page(many_address)
    assert len(many) == len(few)
    assert len(few) <= 14
