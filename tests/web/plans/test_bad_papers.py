"""Papers that go wrong, through the page: each is read as far as it can be, or refused in words at its field."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.plans.reading.numbering import chinese
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"


def handed_in(client: FlaskClient, world: World, name: str, data: bytes) -> TestResponse:
    return client.post(
        "/plans/new",
        data={"form_key": name, "unit_id": world.organ.middle, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def word(*paragraphs: str, xml: str = "") -> bytes:
    """A .docx; `xml` stands at its end as it is written."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if xml:
        document.element.body.insert(-1, parse_xml(xml))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def items(rows: Rows, world: World) -> list[tuple[str, str, str]]:
    return rows(
        world.organ, "select label, heading, content from plan_item where state = 'item' order by path"
    )


def test_a_paper_with_no_numbering_is_kept_and_it_is_said(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    answer = handed_in(officer, world, "a.txt", "关于近期工作的几点想法\n大家说一说。\n再议。".encode())
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    assert "没有发现编号标题" in page or "未发现" in page or "没有找到" in page
    assert "大家说一说" in page


def test_five_thousand_items_are_read_and_shown(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    lines = ["某局2026年工作要点"]
    for section in range(1, 51):
        lines.append(f"{chinese(section)}、第{section}方面")
        lines.extend(f"{n}.抓好第{n}项工作。" for n in range(1, 100))
    text = "\n".join(lines)
    began = time.monotonic()
    answer = handed_in(officer, world, "a.txt", text.encode())
    assert answer.status_code == 303
    assert officer.get(answer.location).status_code == 200
    assert time.monotonic() - began < 30
    assert rows(world.organ, "select count(*) from plan_item where label <> ''") == [(5000,)]
    assert rows(world.organ, "select remarks from plan") == [([],)]


def test_tables_within_tables_lose_nothing_and_double_nothing(world: World, enter: Enter, rows: Rows) -> None:
    document = docx.Document()
    document.add_paragraph("某局2026年工作要点")
    outer = document.add_table(rows=2, cols=2)
    outer.cell(0, 0).merge(outer.cell(0, 1)).text = "一、抓实学习"
    outer.cell(1, 0).text = "二、建强组织"
    inner = outer.cell(1, 1).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "（一）配齐队伍。"
    stream = io.BytesIO()
    document.save(stream)
    assert handed_in(enter(world.organ["officer"]), world, "a.docx", stream.getvalue()).status_code == 303
    assert [(label, (heading or content).strip("。")) for label, heading, content in items(rows, world)] == [
        ("一、", "抓实学习"),
        ("二、", "建强组织"),
        ("（一）", "配齐队伍"),
    ]


def test_tracked_changes_are_read_as_taken(world: World, enter: Enter, rows: Rows) -> None:
    changed = (
        f"<w:p {nsdecls('w')}><w:r><w:t>二、建</w:t></w:r>"
        '<w:ins w:id="1" w:author="x"><w:r><w:t>强组织</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>好队伍</w:delText></w:r></w:del></w:p>'
    )
    data = word("某局2026年工作要点", "一、抓实学习", xml=changed)
    assert handed_in(enter(world.organ["officer"]), world, "a.docx", data).status_code == 303
    assert [label + heading for label, heading, _content in items(rows, world)] == [
        "一、抓实学习",
        "二、建强组织",
    ]
    assert "好队伍" not in rows(world.organ, "select source_text from plan")[0][0]


def macros(parts: dict[str, bytes]) -> None:
    parts["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"
    )


def outside(parts: dict[str, bytes]) -> None:
    parts["word/document.xml"] = (
        parts["word/document.xml"]
        .replace(b"?>", b'?><!DOCTYPE w [<!ENTITY leak SYSTEM "file:///etc/passwd">]>', 1)
        .replace("抓实学习".encode(), b"&leak;")
    )


def bomb(parts: dict[str, bytes]) -> None:
    parts["word/media/huge.bin"] = bytes(61 * 1024 * 1024)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("a.docm", macros, "文件含有宏"),
        ("a.docx", outside, "文件引用了外部内容"),
        ("a.docx", bomb, "解压后超过 60 MB"),
    ],
)
def test_dangerous_papers_are_refused_in_words(
    world: World,
    enter: Enter,
    rows: Rows,
    name: str,
    change: Callable[[dict[str, bytes]], None],
    said: str,
) -> None:
    data = repacked(word("某局2026年工作要点", "一、抓实学习"), change)
    assert len(data) < 1024 * 1024
    answer = handed_in(enter(world.organ["officer"]), world, name, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "root:" not in answer.text
    assert rows(world.organ, "select count(*) from plan") == [(0,)]


def test_a_file_that_is_too_large_is_refused(world: World, enter: Enter, rows: Rows) -> None:
    answer = handed_in(
        enter(world.organ["officer"]), world, "a.docx", b"PK\x03\x04" + bytes(10 * 1024 * 1024)
    )
    # What the test's own client wrote down of the request.
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code in (413, 422)
    assert "10 MB" in answer.text
    assert rows(world.organ, "select count(*) from plan") == [(0,)]


def sample(name: str) -> bytes:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the samples do not lie beside the checkout")
    return path.read_bytes()


def test_the_real_work_points_become_tasks(world: World, enter: Enter, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    answer = handed_in(officer, world, "a.docx", sample("work-points-2023.docx"))
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    assert "缺第 6 条" in page
    assert rows(world.organ, "select kind, year_from from plan") == [("work_points", 2023)]
    assert rows(world.organ, "select count(*) from plan_item where style = 'bracket'") == [(15,)]


def test_the_real_speech_gives_candidates_only_and_is_found_in_either_script(
    world: World, enter: Enter, rows: Rows
) -> None:
    officer = enter(world.organ["officer"])
    answer = handed_in(officer, world, "s.txt", sample("speech-traditional-2022.txt"))
    assert answer.status_code == 303
    states = rows(world.organ, "select distinct state from plan_item where style = 'clause'")
    assert states == [("proposed",)]
    assert rows(world.organ, "select count(*) > 5 from plan_item where state = 'proposed'") == [(True,)]
    found = rows(world.organ, "select content from plan_item where content ~ '黨' limit 1")[0][0]
    place = found.index("黨")
    words = found[place : place + 2]
    assert answer.location in officer.get("/plans", query_string={"q": words}).text
    assert answer.location in officer.get("/plans", query_string={"q": words.replace("黨", "党")}).text
