"""The press: fetches nothing, survives a bad paper, and is replaced when it dies."""

import io
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

import pypdf
import pytest

from services.worker import pdf
from services.worker.pdf import TEMPLATES, Press, PressFailed, long
from shared.documents.reports import REPORTS


def test_every_report_has_its_template() -> None:
    # What is bound of several papers has none of its own.
    for report in (report for report in REPORTS.values() if not report.bound):
        assert (TEMPLATES / f"{report.template_name}.html").exists()


def test_a_paper_reaches_neither_disk_nor_network(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret.css"
    with open(secret, "w", encoding="utf-8") as handle:  # noqa: PTH123
        handle.write("p::after { content: 'leaked' }")
    html = (
        f'<link rel="stylesheet" href="file://{secret}"><link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
        '<p>文<img src="http://127.0.0.1:1/x.png"><img src="file:///etc/hostname"></p>'
    )
    with Press() as press:
        text = pypdf.PdfReader(io.BytesIO(press.set(html))).pages[0].extract_text()
    assert "文" in text
    assert "leaked" not in text


def test_a_dead_child_is_replaced() -> None:
    with Press() as press:
        assert press.set("<p>一").startswith(b"%PDF")
        assert press._child is not None
        first = press._child
        first.kill()
        first.wait()
        with pytest.raises(PressFailed):
            press.set("<p>二")
        assert press.set("<p>三").startswith(b"%PDF")
        assert press._child is not first


def test_the_child_is_replaced_after_some_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAPERS_PER_CHILD", 2)
    with Press() as press:
        seen = set()
        for _paper in range(3):
            press.set("<p>一")
            assert press._child is not None
            seen.add(press._child.pid)
        assert len(seen) == 2


PAGE = (
    '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>台账</title>'
    "<style>@page { size: A5 } table { table-layout: fixed; width: 100% }</style></head><body>"
)


def text(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def test_a_paper_is_archivable_by_its_structure() -> None:
    with Press() as press:
        data = press.set(
            PAGE + "<h1>年度台账</h1><p>祎喆镕 支部</p><table><tr><th>甲</th><td>乙</td></tr></table>"
        )
        assert press.set(PAGE + "<h1>另一份</h1>") != data
        again = press.set(
            PAGE + "<h1>年度台账</h1><p>祎喆镕 支部</p><table><tr><th>甲</th><td>乙</td></tr></table>"
        )
    # The same inputs are the same bytes.
    assert again == data
    reader = pypdf.PdfReader(io.BytesIO(data))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-Hans"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata or 'pdfaid:part="3"' in metadata
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == ["年度台账"]
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        below = font.get_object()["/DescendantFonts"][0].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object())
    assert "祎喆镕" in text(data)


@pytest.mark.parametrize(
    "odd",
    [
        "<b>粗</b><style>body { display: none }</style>",
        "甲" * 60,
        "😀 表情",
        "\U0003134a \ue123 无字",
        '"><img src="file:///etc/passwd">',
        '<svg><script>alert(1)</script><image href="file:///etc/passwd"/></svg>',
        "}</style><script>",
    ],
)
def test_odd_words_are_words(odd: str) -> None:
    with Press() as press:
        data = press.set(PAGE + f"<h1>前</h1><p>{escape(odd)}</p><p>后文</p>")
    seen = text(data).replace("\n", "")
    assert "后文" in seen
    # What can be drawn is drawn as it was typed; nothing of it is run or fetched.
    if odd.isascii() or "甲" in odd:
        assert odd.replace(" ", "") in seen.replace(" ", "")
    assert "root:" not in seen


def test_a_picture_with_a_script_and_one_of_the_disk_are_harmless(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
        f"<script>require('fs').writeFileSync('{mark}', 'x')</script>"
        '<image href="file:///etc/passwd" width="9" height="9"/><text y="9">图</text></svg>'
    )
    packed = b64encode(picture.encode()).decode()
    with Press() as press:
        data = press.set(
            PAGE + f'{picture}<img src="data:image/svg+xml;base64,{packed}"><p>后</p>'
            '<object data="file:///etc/passwd"></object><iframe src="file:///etc/passwd"></iframe>'
            '<link rel="attachment" href="file:///etc/passwd">'
        )
    assert "后" in text(data)
    assert b"root:" not in data
    assert not pypdf.PdfReader(io.BytesIO(data)).attachments
    assert not mark.exists()


def test_a_very_long_table_is_set_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "ROWS", 40)
    rows = "".join(f"<tr><td>第{number}行</td><td>内容</td></tr>" for number in range(210))
    html = (
        PAGE
        + '<h1>长表</h1><p class="unit">一支部</p><table><thead><tr><th>序号</th><th>内容</th></tr></thead>'
        f"<tbody>{rows}</tbody></table><p>表后</p></body></html>"
    )
    assert len(long.parts_of(html)) == 6
    with Press() as press:
        data = press.set(html)
    reader = pypdf.PdfReader(io.BytesIO(data))
    pages = [page.extract_text() for page in reader.pages]
    whole = "".join(pages).replace("\n", "")
    # No row is lost or doubled, each page has the head of the table, numbers run through.
    assert all(whole.count(f"第{number}行") == 1 for number in range(210))
    assert whole.index("第0行") < whole.index("第209行") < whole.index("表后")
    assert all("序号" in page for page in pages if "行" in page)
    assert all(str(number) in page.split() for number, page in enumerate(pages, start=1))


def test_what_takes_too_long_or_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with Press() as press:
        press.set("<p>一")
        monkeypatch.setattr(pdf, "LIMIT", 0.3)
        with pytest.raises(PressFailed) as slow:
            press.set("<p>" + "<table><tr><td>字" * 60 + "字" * 200_000)
        assert slow.value.why == "slow"
        monkeypatch.setattr(pdf, "LIMIT", 120)
        monkeypatch.setattr(pdf, "MOST_MEMORY", 1)
        with pytest.raises(PressFailed) as large:
            press.set("<p>" + "<table><tr><td>字" * 60 + "字" * 200_000)
        assert large.value.why == "memory"
        monkeypatch.setattr(pdf, "MOST_MEMORY", 10**10)
        assert press.set("<p>三").startswith(b"%PDF")
