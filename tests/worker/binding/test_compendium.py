"""A compendium: contents with the right page numbers, bookmarks, text, one run of numbers, in bounded memory."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pypdf
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.due_items import due_item
from tests.factories.people import people
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]


def made(
    client: FlaskClient, side: Side, work: Callable[[int], int], rows: Rows, **asked: Any
) -> tuple[pypdf.PdfReader, dict[str, Any]]:
    key = f"compendium {sorted(asked.items())}"[:60]
    assert client.post("/documents/make", data={"form_key": key, **asked}).status_code == 303
    work(side.tenant_id)
    [(file_id, state, result, problem)] = rows(
        side, "select file_id, state, result, problem from job where form_key = :k", k=key
    )
    assert state == "done", problem
    got = client.get(f"/files/{file_id}")
    assert got.status_code == 200
    reader = pypdf.PdfReader(io.BytesIO(got.get_data()))
    got.close()
    return reader, result


def text_of(page: pypdf.PageObject) -> str:
    return "".join(page.extract_text().split())


def bookmarks(reader: pypdf.PdfReader, outline: Any, level: int = 1) -> list[tuple[int, str, int]]:
    found = []
    for one in outline:
        if isinstance(one, list):
            found += bookmarks(reader, one, level + 1)
        else:
            found.append((level, str(one.title), reader.get_destination_page_number(one) or 0))
    return found


def test_the_compendium_of_all_units(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int], rows: Rows
) -> None:
    organ = world.organ
    people(app, organ, ["喆祎镕", "<b>粗</b>"])
    for unit_id in (organ.branch, organ.other_branch, organ.middle):
        due_item(app, organ, unit_id, date(2026, 6, 20))
    client = enter(organ["admin"])
    asked = {"report": "compendium_all", "subject_id": organ.root, "year": 2026}
    reader, result = made(client, organ, work, rows, **asked)
    assert result["renders"] == 1
    marks = bookmarks(reader, reader.outline)
    chapters = [title for level, title, _page in marks if level == 1]
    assert [name.rsplit(" ", 1)[0] for name in chapters] == ["root", "middle", "branch", "other branch"]
    front = min(page for _level, _title, page in marks)
    contents = "".join(page.extract_text() for page in reader.pages[:front])
    for level, title, page in marks:
        # The page that the contents name bears that number, and the paper begins there.
        assert re.search(re.escape(title) + r"\s*" + str(page - front + 1) + r"\b", contents), title
        assert f"第{page - front + 1}页，共{len(reader.pages) - front}页" in text_of(reader.pages[page]) or (
            f"第{page - front + 1}页" in text_of(reader.pages[page])
        )
        if level == 1:
            assert "".join(title.split()) in text_of(reader.pages[page])
    numbers = [re.findall(r"第(\d+)页", text_of(page)) for page in reader.pages[front:]]
    assert numbers == [[str(number)] for number in range(1, len(numbers) + 1)]
    # The same again renders nothing.
    _reader, again = made(client, organ, work, rows, **asked, month="")
    assert again["renders"] == 0


def test_one_units_compendium_binds_all_its_papers(
    app: Flask, world: World, enter: Enter, work: Callable[[int], int], rows: Rows
) -> None:
    organ = world.organ
    people(app, organ, ["某人"])
    due_item(app, organ, organ.branch, date(2026, 6, 20))
    reader, _result = made(
        enter(organ["officer"]), organ, work, rows, report="compendium", subject_id=organ.branch, year=2026
    )
    titles = [title for level, title, _page in bookmarks(reader, reader.outline) if level == 2]
    assert len(titles) == 5
    # What whoever asks may not see is not bound: the keeper sees no dues.
    reader, _result = made(
        enter(organ["keeper"]),
        organ,
        work,
        rows,
        report="compendium",
        subject_id=organ.branch,
        year=2026,
        day="",
    )
    assert len([one for one in bookmarks(reader, reader.outline) if one[0] == 2]) == 4
    client = enter(organ["officer"])
    asked = {"report": "compendium", "subject_id": organ.other_branch, "year": 2026, "form_key": "x"}
    assert client.post("/documents/make", data=asked).status_code == 403
