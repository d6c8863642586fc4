"""The real roster of a bureau, from the upload to the undo."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.factories.imports import Importer, said

SAMPLE = Path(__file__).resolve().parents[3].parent / "shared/samples/roster-party.xlsx"
pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason="the sample lies beside the repository")


@pytest.fixture
def sample() -> bytes:
    return SAMPLE.read_bytes()


def test_the_preview_lists_what_needs_a_decision_and_nothing_else(importer: Importer, sample: bytes) -> None:
    before = importer.counts()
    address = importer.upload(sample)
    assert importer.verdicts(address) == {"new": 635, "question": 8, "bad": 5, "skip": 4}
    page = importer.page(address)
    assert page.count('name="do-') == 13
    text = said(page)
    for sentence in (
        "存成了数字，末几位已丢失",
        "身份证号不是 18 位",
        "没有姓名",
        "没有这一天",
        "与第 522 行身份证号相同",
        "没有这个单位，建议：经审办支部",
        "备注说这个人已离开或正在转出",
        "提交 635 行",
    ):
        assert sentence in text
    # Nothing is written before the commit, and no identity number is shown in full.
    assert importer.counts() == before
    assert "992737195508087384" not in page
    assert "9****************4" in page


def test_commit_writes_all_good_rows_with_what_they_mean(importer: Importer, sample: bytes) -> None:
    before = importer.counts()
    address = importer.upload(sample)
    importer.commit(address)
    after = importer.counts()
    assert after["unit"] - before["unit"] == 28
    assert after["person"] - before["person"] == after["membership"] - before["membership"] == 607
    assert "已导入 607 人、28 个单位" in said(importer.page(address))
    # 王  帆 became 王帆; a month stays a month; 汉 and 汉族 are one; the number is ciphertext.
    [row] = importer.rows(
        "select p.name, p.ethnic, p.born, m.status, m.joined, length(p.identity_sealed), p.identity_hash is not null"
        " from person p join membership m on m.person_id = p.id where p.name = '王帆' and p.born = '1988-10-02'"
    )
    assert row == ("王帆", "汉族", "1988-10-02", "probationary", "2026-10-13", 46, True)
    assert importer.rows(
        "select born, joined, confirmed from person p join membership m on m.person_id = p.id"
        " where name = '谢璐'"
    ) == [("1960-06", "1997-02", "1998-02")]
    assert importer.rows("select count(*) from person where name like '% %' and name not like '% of %'") == [
        (0,)
    ]
    # The tree stands as the second sheet says, and the year's duties with it.
    [(path, parent)] = importer.rows(
        "select u.path, p.name from unit u join unit p on p.id = u.parent_id where u.name = '组织部支部'"
    )
    assert parent == "办公室党总支"
    assert path.count(".") == 3
    assert importer.rows("select min(due_on) >= '2026-01-01', count(*) > 500 from due_item") == [(True, True)]
    # Found by the initials of the surname's own reading.
    assert importer.rows(
        "select distinct p.name from person p join person_term t on t.person_id = p.id"
        " where p.name = '曾想' and t.term = 'zx'"
    ) == [("曾想",)]


def test_the_same_file_again_changes_nothing(importer: Importer, sample: bytes) -> None:
    importer.commit(importer.upload(sample))
    before = importer.counts()
    address = importer.upload(sample)
    assert importer.verdicts(address) == {"same": 635, "question": 8, "bad": 5, "skip": 4}
    refused = importer.client.post(f"{address}/commit", data={"form_key": "again"})
    assert refused.status_code == 409
    assert importer.counts() == before


def test_undo_of_a_fresh_import_leaves_no_trace_of_a_person(importer: Importer, sample: bytes) -> None:
    before = importer.counts()
    address = importer.upload(sample)
    importer.commit(address)
    text = said(importer.page(f"{address}/undo"))
    assert "28 个单位，607 人" in text
    importer.undo(address)
    assert importer.counts() == before
    assert importer.rows("select count(*) from due_item") == [(0,)]
    assert "已撤销" in said(importer.page(address))
    # The trail holds the acts, with numbers and without names.
    verbs = [
        verb
        for (verb,) in importer.rows("select verb from audit_entry where verb like 'import.%' order by id")
    ]
    assert verbs == ["import.upload", "import.commit", "import.committed", "import.undo", "import.undone"]


def test_the_rejected_rows_come_back_as_a_workbook_with_reasons(importer: Importer, sample: bytes) -> None:
    address = importer.upload(sample)
    sent = importer.client.get(f"{address}/rejected.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sent.data))
    sheet = book["党员花名册"]
    found = list(sheet.iter_rows(values_only=True))
    assert len(found) == 14
    assert found[0][-2:] == ("行", "原因")
    assert {row[-2]: row[-1] for row in found[1:]}[233] == "没有姓名"
    # What was staged and what lies on the disk is sealed.
    stored = importer.rows("select sealed from import_row limit 50")
    assert not any("党员".encode() in bytes(sealed) for (sealed,) in stored)


def test_a_corrected_file_changes_only_what_differs(importer: Importer, sample: bytes) -> None:
    importer.commit(importer.upload(sample))
    book = openpyxl.load_workbook(io.BytesIO(sample))
    sheet = book["党员花名册"]
    # One telephone number changed, one missing name filled in, one wrong date put right.
    sheet.cell(5, 11).value = "13900000001"
    sheet.cell(233, 2).value = "新名"
    sheet.cell(374, 5).value = "1975.12"
    stream = io.BytesIO()
    book.save(stream)
    address = importer.upload(stream.getvalue())
    found = importer.verdicts(address)
    # The date put right disagrees with the identity number, so it is still a question.
    assert (found["new"], found["change"], found["same"]) == (1, 1, 634)
    assert "电话" in said(importer.page(f"{address}?show=change"))
    importer.commit(address)
    assert importer.rows("select count(*) from person where name = '新名'") == [(1,)]
    importer.undo(address)
    assert importer.rows("select count(*) from person where name = '新名'") == [(0,)]
    assert importer.verdicts(importer.upload(sample))["same"] == 635


def test_a_zip_that_is_no_workbook_is_refused_on_the_page(importer: Importer) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    sent = importer.client.post(
        "/imports", data={"file": (io.BytesIO(stream.getvalue()), "a.xlsx"), "form_key": "z"}
    )
    assert sent.status_code == 422
    assert "另存为 Excel 工作簿" in sent.text
    assert importer.count("import_batch") == 0
