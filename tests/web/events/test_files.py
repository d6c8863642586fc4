"""Photos and papers of a record: kept once, bare, sealed; what lies or is classified is refused and nothing is lost."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text, update

from shared.db import db, transaction
from shared.files import File, location
from shared.tenancy import platform
from shared.tenants.models import Tenant
from tests.web.events.stage import NOON, events, inside, item, item_id, plan, theme_day
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def key(app: Flask, world: World) -> int:
    plan(app, world.organ)
    return item_id(app, world.organ, "theme_day", "2026-11")


def photo(width: int = 3000, height: int = 1200, *, turned: bool = False) -> bytes:
    """A camera's JPEG: with place, maker and, where asked, lying on its side."""
    picture = Image.new("RGB", (width, height), (180, 40, 30))
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    if turned:
        exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (23.0, 7.0, 30.0)
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


def office(*texts: str, extra: str = "word/other.xml") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        paragraphs = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in texts)
        archive.writestr("word/document.xml", f"<w:document>{paragraphs}</w:document>")
        archive.writestr(extra, "<x/>")
    return written.getvalue()


def sent(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def links(page: str) -> list[str]:
    return re.findall(r'href="(/event-files/\d+)"', page)


def test_a_photo_is_kept_small_upright_and_without_its_place(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    client = enter(world.organ["secretary"])
    answer = theme_day(client, key, files=[sent(photo(turned=True), "现场.jpg")])
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "现场.jpg" in shown
    got = client.get(links(shown)[0])
    assert got.mimetype == "image/jpeg"
    assert b"SecretCameraMaker" not in got.data
    with Image.open(io.BytesIO(got.data)) as kept:
        assert kept.size == (800, 2000)
        assert not kept.getexif()
    with inside(app, world.organ):
        file = db.session.execute(select(File).where(File.purpose == "event")).scalar_one()
        assert file.sealed
        assert got.data not in location(file).read_bytes()


def test_the_same_photo_is_stored_once(world: World, enter: Enter, key: int, rows: Rows, app: Flask) -> None:
    client = enter(world.organ["secretary"])
    october = item_id(app, world.organ, "theme_day", "2026-10")
    first = theme_day(client, october, files=[sent(photo(), "a.jpg"), sent(photo(), "b.jpg")])
    second = theme_day(client, key, files=[sent(photo(), "c.jpg")])
    assert (first.status_code, second.status_code) == (303, 303)
    assert rows(world.organ, "select count(*) from file where purpose = 'event'") == [(1,)]
    assert rows(world.organ, "select name from event_file order by id") == [("a.jpg",), ("c.jpg",)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"MZ\x90\x00 program", "照片.jpg"),
        (photo(40, 40), "照片.png"),
        (b"not a pdf", "纪要.pdf"),
        (b"PK\x03\x04 broken", "纪要.docx"),
        (office("a", extra="word/vbaProject.bin"), "纪要.docx"),
        (b"<svg onload=alert(1)>", "图.svg"),
        (b"<html>", "页.html"),
        (b"", "空.pdf"),
    ],
)
def test_what_lies_or_may_run_is_refused_and_nothing_typed_is_lost(
    world: World, enter: Enter, key: int, app: Flask, data: bytes, name: str
) -> None:
    answer = theme_day(enter(world.organ["secretary"]), key, place="三楼会议室", files=[sent(data, name)])
    assert answer.status_code == 422
    assert name in answer.text
    assert 'value="三楼会议室"' in answer.text
    assert item(app, world.organ, key).state == "open"
    assert events(app, world.organ) == []


def test_a_paper_that_bears_a_secrecy_mark_is_refused(
    world: World, enter: Enter, key: int, app: Flask, rows: Rows
) -> None:
    client = enter(world.organ["secretary"])
    refused = theme_day(client, key, files=[sent(office("机密★10年", "关于某事"), "方案.docx")])
    assert refused.status_code == 422
    assert rows(world.organ, "select count(*) from file where purpose = 'event'") == [(0,)]
    taken = theme_day(client, key, files=[sent(office("保守国家秘密专题学习"), "方案.docx")])
    assert taken.status_code == 303
    assert (
        client.get(links(client.get(taken.location).text)[0])
        .headers["Content-Disposition"]
        .startswith("attachment")
    )


def test_a_full_tenant_is_told_and_can_hand_in_without(
    app: Flask, world: World, enter: Enter, key: int
) -> None:
    with app.app_context(), platform():
        with transaction():
            db.session.execute(
                update(Tenant).where(Tenant.id == world.organ.tenant_id).values(quota_bytes=10)
            )
        db.session.remove()
    client = enter(world.organ["secretary"])
    assert theme_day(client, key, files=[sent(photo(), "a.jpg")]).status_code == 422
    assert theme_day(client, key).status_code == 303


def test_a_file_is_taken_off_with_a_reason_and_the_page_says_so(
    world: World, enter: Enter, key: int, rows: Rows
) -> None:
    client = enter(world.organ["secretary"])
    address = theme_day(client, key, files=[sent(photo(), "a.jpg")]).location
    file = links(client.get(address).text)[0]
    assert client.post(f"{file}/remove", data={"reason": " "}).status_code == 422
    assert client.post(f"{file}/remove", data={"reason": "传错了"}).status_code == 303
    shown = client.get(address).text
    assert "传错了" in shown
    assert links(shown) == []
    assert client.post(f"{file}/remove", data={"reason": "再删"}).status_code == 409
    assert client.get(file).status_code == 404
    [(file_id,)] = rows(world.organ, "select file_id from event_file")
    assert client.get(f"/files/{file_id}").status_code == 404
    verbs = rows(world.organ, "select verb from audit_entry where verb like 'event.%tach' order by id")
    assert verbs == [("event.attach",), ("event.detach",)]


def test_files_can_be_added_later_and_a_void_record_takes_none(
    world: World, enter: Enter, key: int, app: Flask
) -> None:
    client = enter(world.organ["secretary"])
    address = theme_day(client, key).location
    added = client.post(f"{address}/files", data={"files": [sent(photo(60, 60), "x.jpg")]})
    assert added.status_code == 303
    assert len(links(client.get(address).text)) == 1
    with inside(app, world.organ), transaction():
        db.session.execute(text("update event set state = 'void', void_reason = 'x'"))
    assert client.post(f"{address}/files", data={"files": [sent(photo(61, 61), "y.jpg")]}).status_code == 409
