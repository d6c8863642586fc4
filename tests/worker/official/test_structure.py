"""What makes the PDF readable aloud and fit for the archive, asserted by its structure; conformance is not claimed."""

import io
from typing import Any

from pypdf import PdfReader

from shared.dispatches.layout import Annex
from tests.worker.official.papers import Printed, paper

BODY = "现就有关事项通知如下。\n一、总体要求\n（一）把握重点\n各单位要结合实际。\n单位\t人数\n甲支部\t23"


def tags(node: Any, found: list[str]) -> list[str]:
    """Structure types in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            tags(each, found)
    elif isinstance(node, dict) and "/S" in node:
        found.append(str(node["/S"]))
    if isinstance(node, dict) and "/K" in node:
        kids = node["/K"].get_object()
        for each in kids if isinstance(kids, list) else [kids]:
            if hasattr(each.get_object(), "keys"):
                tags(each, found)
    return found


def test_a_document_has_its_structure_language_and_title(press: Printed) -> None:
    _pages, pdf, _warnings = press(paper(body=BODY, annexes=(Annex("任务分解表", "一、任务"),)))
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "pdfaid:part" in xmp
    assert reader.metadata is not None
    assert reader.metadata.title == "关于做好年度组织生活工作的通知"
    found = tags(root["/StructTreeRoot"], [])
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TR", "/TH", "/TD"} <= set(found)
    assert found.index("/H1") < found.index("/H2") < found.index("/H3") < found.index("/Table")


def test_every_face_is_embedded_and_every_word_can_be_found(press: Printed) -> None:
    _pages, pdf, _warnings = press(paper(body=f"由祎喆😀负责。\n{BODY}"))
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.get_object())
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "")
    for words in (
        "关于做好年度组织生活工作的通知",
        "祎喆",
        "甲支部",
        "青建党〔2026〕12号",
        "各党支部：",
        "抄送：市直机关工委。",
    ):
        assert words in text


def test_the_code_is_drawn_and_nothing_is_fetched(press: Printed) -> None:
    code = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><script>alert(1)</script>'
        '<image href="file:///etc/passwd" width="1" height="1"/><path d="M0 0h2v2h-2z"/></svg>'
    )
    pages, pdf, _warnings = press(paper(body="短文。", code=code))
    plain, same, _none = press(paper(body="短文。"))
    assert len(pages) == len(plain) == 2
    assert len(PdfReader(io.BytesIO(pdf)).pages[-1].get_contents().get_data()) > len(  # type: ignore[union-attr]
        PdfReader(io.BytesIO(same)).pages[-1].get_contents().get_data()  # type: ignore[union-attr]
    )
    assert b"root:" not in pdf


def test_the_same_document_gives_the_same_file(press: Printed) -> None:
    assert press(paper(body=BODY))[1] == press(paper(body=BODY))[1]


def test_a_draft_says_so_on_every_page(press: Printed) -> None:
    pages = press(paper(body="中" * 900, watermark="草稿"))[0]
    assert len(pages) >= 2
    assert all("草稿" in "".join(one.text for one in page.glyphs) for page in pages)
