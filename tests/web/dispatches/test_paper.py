"""After the signature: the paper with its code, the page behind the code, previews, going out, replies, the file."""

import hashlib
import re
from typing import Any

import pytest
from flask import Flask
from segno import make

from shared.clock import today
from shared.settings import settings
from tests.web.dispatches.stage import Enter, Rows, Work, decide, drafted, hand_over, series, signed
from tests.world import World

YEAR = today().year


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were written into codes: what a telephone would read."""
    seen: list[str] = []

    def noted(address: str, **more: Any) -> Any:
        seen.append(address)
        return make(address, **more)

    monkeypatch.setattr("services.worker.dispatches.make", noted)
    return seen


def path_of(address: str) -> str:
    assert address.startswith(settings().base_url)
    return address.removeprefix(settings().base_url)


def test_the_paper_and_its_code(
    app: Flask, world: World, enter: Enter, rows: Rows, work: Work, code: list[str]
) -> None:
    side, union = world.organ, world.union
    dispatch_id = signed(enter, rows, side)
    secretary = enter(side["secretary"])
    assert "正在排版" in secretary.get(f"/dispatches/{dispatch_id}").text
    work(side.tenant_id)
    paper = secretary.get(f"/dispatches/{dispatch_id}/paper")
    assert paper.data.startswith(b"%PDF-")
    digest = hashlib.sha256(paper.data).hexdigest()
    assert len(code) == 1
    page = path_of(code[0])
    # Nobody signed in: genuine, number, date, digest, and nothing else of it.
    shown = app.test_client().get(page)
    assert shown.status_code == 200
    assert "真实" in shown.text
    assert f"云发〔{YEAR}〕1号" in shown.text
    assert today().isoformat() in shown.text
    assert digest in shown.text
    for said in ("年终总结", "各党支部", "branch", "bureau", "secretary"):
        assert said not in shown.text, said
    # A neighbour who is signed in sees no more than a stranger, and stays signed in at home.
    neighbour = enter(union["admin"])
    assert neighbour.get(page).status_code == 200
    assert neighbour.get(f"/dispatches/{dispatch_id}").status_code == 404
    assert neighbour.get(f"/dispatches/{dispatch_id}/paper").status_code == 404
    # Void is said too.
    ((revision,),) = rows(side, "select revision from dispatch where id = :d", d=dispatch_id)
    secretary.post(f"/dispatches/{dispatch_id}/void", data={"revision": revision, "reason": "附件有误"})
    void = app.test_client().get(page)
    assert "作废" in void.text
    assert "附件有误" not in void.text
    # Any other code is not genuine.
    for wrong in (page[:-1], page + "x", "/verify/x", "/verify/" + "9" * 5000):
        answer = app.test_client().get(wrong)
        assert answer.status_code == 404
        assert "云发" not in answer.text


def test_the_paper_is_set_once(app: Flask, world: World, enter: Enter, rows: Rows, work: Work) -> None:
    side = world.organ
    dispatch_id = signed(enter, rows, side)
    secretary = enter(side["secretary"])
    secretary.post(f"/dispatches/{dispatch_id}/set", data={"form_key": "again"})
    work(side.tenant_id)
    first = rows(side, "select file_id from dispatch where id = :d", d=dispatch_id)
    secretary.post(f"/dispatches/{dispatch_id}/set", data={"form_key": "third"})
    work(side.tenant_id)
    assert rows(side, "select file_id from dispatch where id = :d", d=dispatch_id) == first
    assert rows(side, "select count(*) from file where purpose = 'dispatch'") == [(1,)]
    # What hangs at a document is served at its own address alone.
    assert secretary.get(f"/files/{first[0][0]}").status_code == 404


def test_a_preview_is_its_askers_own(app: Flask, world: World, enter: Enter, rows: Rows, work: Work) -> None:
    side = world.organ
    keeper = enter(side["keeper"])
    dispatch_id = drafted(keeper, side.branch)
    for what in ("preview", "word"):
        answer = keeper.post(f"/dispatches/{dispatch_id}/preview", data={"what": what, "form_key": "one"})
        assert answer.status_code == 303
        work(side.tenant_id)
        ((state, file_id),) = rows(
            side, "select state, file_id from job where id = :j", j=int(answer.location.rpartition("/")[2])
        )
        assert state == "done"
        got = keeper.get(f"/files/{file_id}")
        assert got.data[:4] == (b"%PDF" if what == "preview" else b"PK\x03\x04")
        assert enter(side["secretary"]).get(f"/files/{file_id}").status_code == 403
    assert keeper.get(f"/dispatches/{dispatch_id}/paper").status_code == 404


def test_it_goes_out_as_a_circular(app: Flask, world: World, enter: Enter, rows: Rows, work: Work) -> None:
    side = world.organ
    officer = enter(side["officer"])
    series(officer, side.middle)
    dispatch_id = drafted(officer, side.middle)
    hand_over(officer, rows, side, dispatch_id, by="admin", to="leader")
    decide(enter(side["admin"]), rows, side, dispatch_id)
    decide(enter(side["leader"]), rows, side, dispatch_id)
    address = f"/dispatches/{dispatch_id}/issue"
    # The paper first.
    assert officer.get(address).status_code == 303
    work(side.tenant_id)
    page = officer.get(address)
    found = re.search(r'jc-big"><b>(\d+)</b>', page.text)
    key = re.search(r'name="form_key"[^>]*value="(\w+)"', page.text)
    assert found
    assert key
    assert found[1] == "1"
    data = {"seen": "1", "whom": "units", "form_key": key[1]}
    assert officer.post(address, data={**data, "seen": "7"}).status_code == 409
    assert officer.post(address, data=data).status_code == 303
    assert officer.post(address, data=data).status_code == 303
    assert rows(side, "select count(*) from circular") == [(1,)]
    assert rows(side, "select unit_id from receipt") == [(side.branch,)]
    assert rows(side, "select state from dispatch") == [("issued",)]
    # The branch's secretary reads it; the sender sees that.
    ((circular_id,),) = rows(side, "select id from circular")
    secretary = enter(side["secretary"])
    shown = secretary.get(f"/circulars/{circular_id}").text
    assert f"云发〔{YEAR}〕1号" in shown
    file = re.search(r"/circulars/files/\d+", shown)
    assert file
    assert secretary.get(file[0]).data == officer.get(f"/dispatches/{dispatch_id}/paper").data
    assert rows(side, "select count(*) from receipt where read_at is not null") == [(1,)]
    _void_and_filed(rows, side, dispatch_id, officer, enter(side["leader"]), circular_id)


def _void_and_filed(
    rows: Rows, side: Any, dispatch_id: int, officer: Any, leader: Any, circular_id: int
) -> None:
    """Filed away with everything it takes; a void one is called back instead."""
    ((revision,),) = rows(side, "select revision from dispatch where id = :d", d=dispatch_id)
    bare = officer.post(f"/dispatches/{dispatch_id}/archive", data={"revision": revision, "year": YEAR})
    assert bare.status_code == 422
    whole = {"revision": revision, "year": YEAR, "case_no": "0012", "retention": 30}
    assert officer.post(f"/dispatches/{dispatch_id}/archive", data=whole).status_code == 303
    assert rows(side, "select state, archive_year, case_no, retention from dispatch") == [
        ("archived", YEAR, "0012", 30)
    ]
    assert officer.post(f"/dispatches/{dispatch_id}/issue", data={"form_key": "x"}).status_code == 303
    assert rows(side, "select count(*) from circular") == [(1,)]
    # Filed away it is not void any more.
    reason = {"revision": int(revision) + 1, "reason": "附件有误"}
    assert leader.post(f"/dispatches/{dispatch_id}/void", data=reason).status_code == 303
    assert rows(side, "select state from circular where id = :c", c=circular_id) == [("sent",)]


def test_a_void_document_is_called_back(
    app: Flask, world: World, enter: Enter, rows: Rows, work: Work
) -> None:
    side = world.organ
    asked = signed(enter, rows, side, kind="request", addressees="上级党委")
    work(side.tenant_id)
    secretary = enter(side["secretary"])
    assert secretary.post(f"/dispatches/{asked}/issue-up", data={"form_key": "up"}).status_code == 303
    ((revision,),) = rows(side, "select revision from dispatch where id = :d", d=asked)
    data = {"revision": revision, "reason": "附件有误"}
    assert secretary.post(f"/dispatches/{asked}/void", data=data).status_code == 303
    assert rows(side, "select state, reason from circular") == [("withdrawn", "附件有误")]
    # Whose turn it was, and that it was signed, was told: once a person and step.
    told = rows(
        side,
        "select o.detail->>'step', count(*) from occasion o join delivery d on d.occasion_id = o.id "
        "where o.kind = 'dispatch' and d.channel = 'in_app' group by 1 order by 1",
    )
    assert [tuple(row) for row in told] == [("review", 1), ("signed", 1), ("signing", 1)]


def test_a_request_and_its_reply(app: Flask, world: World, enter: Enter, rows: Rows, work: Work) -> None:
    side = world.organ
    asked = signed(
        enter, rows, side, kind="request", title="关于增补委员的请示", addressees="中共云桥机关委员会"
    )
    work(side.tenant_id)
    secretary, officer = enter(side["secretary"]), enter(side["officer"])
    up = {"form_key": "up"}
    assert secretary.post(f"/dispatches/{asked}/issue-up", data=up).status_code == 303
    assert secretary.post(f"/dispatches/{asked}/issue-up", data=up).status_code == 303
    assert rows(side, "select unit_id from receipt") == [(side.middle,)]
    assert "待复文" in secretary.get(f"/dispatches/{asked}").text
    form = officer.get(f"/dispatches/new?reply_to={asked}").text
    assert "关于增补委员的请示" in form
    series(officer, side.middle, "云批")
    answer = drafted(
        officer, side.middle, key="answer", kind="answer", addressees="支部", title="批复", reply_to=asked
    )
    # Not before it is signed.
    assert secretary.get(f"/dispatches/{answer}").status_code == 403
    hand_over(officer, rows, side, answer, by="admin", to="leader")
    decide(enter(side["admin"]), rows, side, answer)
    decide(enter(side["leader"]), rows, side, answer)
    page = secretary.get(f"/dispatches/{asked}").text
    assert "已复文" not in page
    assert f"云批〔{YEAR}〕1号" in page
    assert secretary.get(f"/dispatches/{answer}").status_code == 200
    assert "已复文" in secretary.get("/dispatches?view=signed").text
    # One on paper beside it.
    words = {
        "form_key": "paper",
        "number": "县组〔2026〕8号",
        "words": "同意",
        "replied_on": today().isoformat(),
    }
    assert secretary.post(f"/dispatches/{asked}/reply", data={**words, "words": ""}).status_code == 422
    assert (
        secretary.post(f"/dispatches/{asked}/reply", data={**words, "replied_on": "2199-01-01"}).status_code
        == 422
    )
    assert secretary.post(f"/dispatches/{asked}/reply", data=words).status_code == 303
    assert "县组〔2026〕8号" in secretary.get(f"/dispatches/{asked}").text


def test_search_in_both_scripts_and_its_queries(
    app: Flask, world: World, enter: Enter, rows: Rows, count_queries: Any
) -> None:
    side = world.organ
    signed(enter, rows, side, title="关于学习贯彻会议精神的通知")
    for number in range(3):
        drafted(
            enter(side["keeper"]),
            side.branch,
            key=f"more {number}",
            title=f"关于选举的函{number}",
            kind="letter",
        )
    secretary = enter(side["secretary"])
    for words in ("学习贯彻", "學習貫徹", f"云发〔{YEAR}〕1号", "雲發", "年 底 以前"):
        page = secretary.get("/dispatches", query_string={"view": "all", "q": words}).text
        assert "关于学习贯彻会议精神的通知" in page, words
    assert "关于学习贯彻" not in secretary.get("/dispatches?view=all&q=選舉").text
    assert "关于选举的函1" in secretary.get("/dispatches?view=all&q=選舉").text
    with count_queries() as few:
        secretary.get("/dispatches?view=signed")
    with count_queries() as many:
        secretary.get("/dispatches?view=all")
    assert len(many) == len(few)
    assert enter(world.union["secretary"]).get("/dispatches?view=all&q=选举").text.count("关于选举") == 0
