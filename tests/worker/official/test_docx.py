"""The editable file of an official document: read back as a word processor reads it."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from services.worker.docx import write
from shared.dispatches.layout import LAYOUTS, Annex, Paper

BODY = """根据年度计划，现就有关事项通知如下。
一、总体要求
（一）把握重点。各单位要结合实际。
1. 细化分工
（1）明确时限
|序号|事项|
|1|组织学习|
请认真落实。"""


def paper(form: str = "downward", **values: Any) -> Paper:
    given: dict[str, Any] = {
        "form": form,
        "offices": ("青岚市城市建设局机关党委",),
        "title": "关于做好年度组织生活工作的通知",
        "body": BODY,
        "number": "青建党〔2026〕12号",
        "addressees": "各党支部",
        "signed_on": date(2026, 11, 9),
        "annotation": "联系人：沈渊朗",
        "annexes": (Annex("任务分解表", "一、任务"), Annex("时间安排", "一、时间")),
        "copies": "市直机关工委。",
        "printed_by": "机关党委办公室",
        "printed_on": date(2026, 11, 10),
    }
    return Paper(**{**given, **values})


def faces(runs: list[Any]) -> dict[str, str]:
    return {one.text: one._element.rPr.rFonts.get(qn("w:eastAsia")) for one in runs if one.text.strip()}


def all_faces(data: bytes) -> dict[str, str]:
    return faces([one for paragraph in Document(io.BytesIO(data)).paragraphs for one in paragraph.runs])


def test_paper_margins_and_grid_are_those_of_the_standard() -> None:
    document = Document(io.BytesIO(write(paper())))
    section = document.sections[0]
    assert [round(each.mm) for each in (section.page_width, section.page_height)] == [210, 297]  # type: ignore[union-attr]
    sides = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(each.mm) for each in sides] == [37, 28, 26, 35]  # type: ignore[union-attr]
    grid = section._sectPr.find(qn("w:docGrid"))
    # 22 lines fill 225 mm, and 28 characters 156 mm, but no 29th.
    assert 22 * int(grid.get(qn("w:linePitch"))) / 20 == pytest.approx(Mm(225).pt, abs=1)
    closer = document.styles["Normal"].element.rPr.find(qn("w:spacing")).get(qn("w:val"))
    character = 16 + int(closer) / 20
    assert 28 * character <= Mm(156).pt < 29 * character
    assert 28 * character == pytest.approx(Mm(156).pt, abs=2)


def test_each_level_has_its_official_face() -> None:
    found = all_faces(write(paper()))
    assert found["一、总体要求"] == "黑体"
    assert found["（一）把握重点。"] == "楷体_GB2312"
    assert found["各单位要结合实际。"] == "仿宋_GB2312"
    assert found["1. 细化分工"] == "仿宋_GB2312"
    assert found["关于做好年度组织生活工作的通知"] == "方正小标宋简体"
    assert found["附件1"] == "黑体"


@pytest.mark.parametrize("form", LAYOUTS)
def test_everything_of_the_paper_is_in_the_file(form: str) -> None:
    data = write(paper(form, signers=("欧阳屹",), present="沈渊朗", guests="蒋清筠"))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        text = "".join(
            file.read(name).decode()
            for name in file.namelist()
            if name.startswith("word/") and name.endswith(".xml")
        )
    wanted = [
        "青岚市城市建设局机关党委",
        "青建党〔2026〕12号",
        "各党支部：",
        "组织学习",
        "任务分解表",
        "PAGE",
    ]
    if form != "letter":
        wanted += ["抄送：市直机关工委。", "2026年11月10日印发"]
    if form != "minutes":
        wanted += ["2026年11月9日"]
    if form == "upward":
        wanted += ["签发人：", "欧阳屹"]
    missing = [each for each in wanted if each not in text]
    assert missing == []
    assert ("文件" in text) == (form not in ("letter", "minutes"))
    assert ("纪要" in text) == (form == "minutes")


def test_markup_in_a_title_stays_text() -> None:
    data = write(paper(title="<w:b/>&关于𠮷的通知\x0b", body="一、</w:p>"))
    texts = [paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs]
    assert any("<w:b/>&关于𠮷的通知" in text for text in texts)
    assert "一、</w:p>" in texts


def test_page_numbers_stand_outside() -> None:
    document = Document(io.BytesIO(write(paper())))
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    assert section.footer.paragraphs[0].alignment is not None
    assert section.even_page_footer.paragraphs[0].alignment is None
    assert not section.different_first_page_header_footer
    assert Document(io.BytesIO(write(paper("letter")))).sections[0].different_first_page_header_footer
