"""Certificates: templates that are checked, numbers without a gap, seals by right and noted, papers that say all."""

import io
import re
import threading
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.factories.people import people
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
TEMPLATE = {
    "name": "年度表彰", "kind": "honour", "heading": "荣誉证书", "pages": "landscape", "prefix": "荣",
    "body": "{姓名}同志：在{年份}年度{事由}中表现突出，特发此证。", "issuer": "机关党委", "form_key": "t1",
}  # fmt: skip


def png(size: int = 300, mode: str = "RGBA") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (size, size), (200, 20, 20, 90) if mode == "RGBA" else (200, 20, 20)).save(stream, "PNG")
    return stream.getvalue()


def template(client: FlaskClient, rows: Rows, side: Side, **given: str) -> int:
    sent = TEMPLATE | given
    assert client.post("/certificates/templates/new", data=sent).status_code == 303
    return int(
        rows(side, "select id from certificate_template where form_key = :k", k=sent["form_key"])[0][0]
    )


def add_seal(client: FlaskClient, rows: Rows, side: Side, unit_id: int, picture: bytes | None = None) -> int:
    sent = {
        "unit_id": unit_id, "name": "机关党委印", "form_key": f"seal {unit_id}",
        "picture": (io.BytesIO(picture or png()), "印.png"),
    }  # fmt: skip
    assert client.post("/certificates/seals", data=sent).status_code == 303
    return int(rows(side, "select id from seal where unit_id = :u", u=unit_id)[0][0])


@pytest.fixture
def ready(app: Flask, world: World, enter: Enter, rows: Rows) -> tuple[Side, int]:
    organ = world.organ
    people(app, organ, ["王一", "李二", "赵三", "重名", "重名"])
    return organ, template(enter(organ["admin"]), rows, organ)


def issue(client: FlaskClient, template_id: int, unit_id: int, **given: str) -> Any:
    sent = {
        "who": "people",
        "names": "王一\n李二",
        "granted_on": "2026-07-01",
        "word-事由": "防汛",
        "form_key": "i1",
    } | given
    return client.post(f"/certificates/new?template_id={template_id}&unit_id={unit_id}", data=sent)


def test_a_template_is_checked_when_it_is_saved(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["admin"])
    for body, said in (
        ("特发此证。", "姓名"),
        ("{姓名}{}", "占位词"),
        ("{姓名}{a b}", "占位词"),
        ("{姓名", "占位词"),
        ("{姓名}" + "".join(f"{{甲{n}}}" for n in range(9)), "最多"),
        ("{姓名} 机密★一年", "涉密"),
    ):
        answer = client.post("/certificates/templates/new", data=TEMPLATE | {"body": body})
        assert answer.status_code == 422, body
        assert said in answer.get_data(as_text=True) or body.endswith("一年"), body
    assert rows(world.organ, "select count(*) from certificate_template") == [(0,)]
    key = template(client, rows, world.organ)
    assert template(client, rows, world.organ) == key
    stale = TEMPLATE | {"revision": "1", "heading": "奖状"}
    assert client.post(f"/certificates/templates/{key}", data=stale).status_code == 303
    assert client.post(f"/certificates/templates/{key}", data=stale).status_code == 409
    assert enter(world.organ["officer"]).post("/certificates/templates/new", data=TEMPLATE).status_code == 403


def test_many_are_issued_with_numbers_and_words(ready: tuple[Side, int], enter: Enter, rows: Rows) -> None:
    organ, key = ready
    client = enter(organ["officer"])
    for given, said in (
        ({"names": "王一\n没有此人"}, "没有此人"),
        ({"names": "重名"}, "重名"),
        ({"names": ""}, "请写明"),
        ({"word-事由": ""}, "is-invalid"),
        ({"word-事由": "{x}"}, "花括号"),
        ({"granted_on": "1999-01-01"}, "近三年"),
        ({"granted_on": "2026-02-30"}, "2026-02-30"),
    ):
        answer = issue(client, key, organ.branch, **given)
        assert answer.status_code == 422, given
        assert said in answer.get_data(as_text=True), given
    assert rows(organ, "select count(*) from certificate") == [(0,)]
    assert issue(client, key, organ.branch).status_code == 303
    assert issue(client, key, organ.branch).status_code == 409
    assert issue(client, key, organ.branch, names="赵三", form_key="i2").status_code == 303
    found = rows(organ, "select number, body, person_id is not null from certificate order by serial")
    assert [row[0] for row in found] == ["荣〔2026〕1号", "荣〔2026〕2号", "荣〔2026〕3号"]
    assert found[0][1] == "王一同志：在2026年度防汛中表现突出，特发此证。"
    # Nobody of a unit outside the reach, and not by who has no right.
    assert issue(client, key, organ.other_branch, form_key="i3").status_code == 403
    assert issue(enter(organ["secretary"]), key, organ.branch, form_key="i4").status_code == 403
    # All members; all units below.
    assert issue(client, key, organ.branch, who="everybody", names="", form_key="i5").status_code == 303
    assert rows(organ, "select count(*) from certificate where form_key = 'i5'") == [(13,)]
    assert (
        issue(enter(organ["admin"]), key, organ.root, who="below", names="", form_key="i6").status_code == 303
    )
    assert rows(organ, "select count(*) from certificate where form_key = 'i6' and person_id is null") == [
        (2,)
    ]
    serials = [row[0] for row in rows(organ, "select serial from certificate order by serial")]
    assert serials == list(range(1, len(serials) + 1))


def test_two_at_once_get_no_gap_and_no_double(ready: tuple[Side, int], enter: Enter, rows: Rows) -> None:
    organ, key = ready
    clients = [enter(organ["officer"]) for _number in range(4)]
    threads = [
        threading.Thread(
            target=issue, args=(client, key, organ.branch), kwargs={"form_key": f"r{number // 2}"}
        )
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(organ, "select serial from certificate order by serial") == [(1,), (2,), (3,), (4,)]


def test_a_seal_is_used_by_right_only_and_each_use_is_noted(
    ready: tuple[Side, int], enter: Enter, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("shared.certificates.actions.sealing", "services.web.certificates.views.seals"):
        monkeypatch.setattr(f"{module}.LARGEST", 80_000)
    organ, key = ready
    admin, officer, leader = (enter(organ[role]) for role in ("admin", "officer", "leader"))
    issue(officer, key, organ.branch)
    for picture, said in (
        (b"GIF89a....", "PNG"),
        (b"\x89PNG\r\n broken", "印章图片"),
        (b"\x89PNG\r\n" + b"0" * 90_000, "2 MB"),
    ):
        sent = {
            "unit_id": organ.middle,
            "name": "x",
            "form_key": "s",
            "picture": (io.BytesIO(picture), "s.png"),
        }
        answer = admin.post("/certificates/seals", data=sent)
        assert answer.status_code == 422, said
    own, above = (add_seal(admin, rows, organ, unit_id) for unit_id in (organ.middle, organ.root))
    assert (
        officer.post("/certificates/seal?view=waiting", data={"seal_id": own, "count": 2}).status_code == 403
    )
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": above, "count": 2}).status_code == 403
    )
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": own, "count": 3}).status_code == 409
    )
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": "x", "count": 2}).status_code == 422
    )
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": own, "count": 2}).status_code == 303
    )
    trail = rows(organ, "select object_id, detail from audit_entry where verb = 'seal.use'")
    assert trail == [(own, {"certificates": 2, "first": "荣〔2026〕1号", "last": "荣〔2026〕2号"})]
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": own, "count": 0}).status_code == 409
    )
    # The picture itself is at no address.
    [(file_id,)] = rows(organ, "select file_id from seal where id = :id", id=own)
    assert admin.get(f"/files/{file_id}").status_code == 404
    page = admin.get("/certificates/seals").get_data(as_text=True)
    assert re.search(r'<td class="num"><a[^>]*>2</a>', page)
    admin.post(f"/certificates/seals/{own}/retire")
    issue(officer, key, organ.branch, names="赵三", form_key="later")
    assert (
        leader.post("/certificates/seal?view=waiting", data={"seal_id": own, "count": 1}).status_code == 409
    )


def test_a_void_one_keeps_its_number_and_is_not_printed(
    ready: tuple[Side, int], enter: Enter, rows: Rows
) -> None:
    organ, key = ready
    client = enter(organ["officer"])
    issue(client, key, organ.branch)
    [(first,), (_second,)] = rows(organ, "select id from certificate order by serial")
    assert client.post(f"/certificates/{first}/void", data={"reason": " "}).status_code == 422
    assert client.post(f"/certificates/{first}/void", data={"reason": "写错"}).status_code == 303
    assert client.post(f"/certificates/{first}/void", data={"reason": "写错"}).status_code == 409
    issue(client, key, organ.branch, names="赵三", form_key="next")
    assert rows(organ, "select max(serial), count(*) from certificate") == [(3, 3)]
    assert "写错" in client.get("/certificates?view=void").get_data(as_text=True)
    assert "荣〔2026〕1号" not in client.get("/certificates?view=waiting").get_data(as_text=True)


def test_the_paper_says_all_and_bears_the_seal(
    ready: tuple[Side, int], enter: Enter, rows: Rows, work: Callable[[int], int]
) -> None:
    organ, key = ready
    admin = enter(organ["admin"])
    issue(admin, key, organ.branch)
    seal = add_seal(admin, rows, organ, organ.root)
    [(first,), (second,)] = rows(organ, "select id from certificate order by serial")
    assert admin.post(f"/certificates/{first}/seal", data={"seal_id": seal}).status_code == 303
    for certificate_id, images in ((first, 1), (second, 0)):
        asked = {"report": "certificate", "subject_id": certificate_id, "form_key": f"p{certificate_id}"}
        assert admin.post("/documents/make", data=asked).status_code == 303
        work(organ.tenant_id)
        [(file_id,)] = rows(organ, "select file_id from job where form_key = :k", k=f"p{certificate_id}")
        got = admin.get(f"/files/{file_id}")
        reader = pypdf.PdfReader(io.BytesIO(got.get_data()))
        got.close()
        assert len(reader.pages) == 1
        box = reader.pages[0].mediabox
        assert (round(box.width), round(box.height)) == (842, 595)
        words = "".join(reader.pages[0].extract_text().split())
        assert "荣誉证书" in words
        assert "特发此证" in words
        assert "2026年7月1日" in words
        # The picture and its transparency.
        assert bool(len(reader.pages[0].images)) == bool(images)
    answer = admin.post("/certificates/print?view=all", data={"form_key": "all of them"})
    assert answer.status_code == 303
    work(organ.tenant_id)
    [(state, result)] = rows(organ, "select state, result from job where form_key = 'all of them'")
    assert (state, result["papers"]) == ("done", 2)
