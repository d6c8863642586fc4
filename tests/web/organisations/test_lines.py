"""Two lines in one tenant, their links, the unit's register, and what is advised."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.audit import AuditEntry
from shared.clock import today
from shared.db import db, transaction
from shared.members.models import Membership, Person, Post
from shared.organisations.models import Unit, UnitLink
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
SOUND = "91350100M000100Y43"


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "name": "机关工会",
        "kind": "primary_union_committee",
        "sector": "organ",
        "duties_since": "2026-01-01",
        **changes,
    }


@pytest.fixture
def union(world: World, enter: Enter) -> int:
    """A union at the top of the bureau's tree."""
    answer = enter(world.organ["admin"]).post("/organisations/add", data=fields())
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def links(app: Flask, world: World) -> list[tuple[int, int, date | None]]:
    with app.app_context(), tenant(world.organ.tenant_id):
        found = [
            (link.party_unit_id, link.union_unit_id, link.until)
            for link in db.session.scalars(select(UnitLink).order_by(UnitLink.id))
        ]
        db.session.remove()
    return found


def test_a_union_stands_beside_the_party_in_one_tree(world: World, enter: Enter, union: int) -> None:
    client = enter(world.organ["admin"])
    tree = client.get("/organisations").text
    assert "机关工会" in tree
    assert "root" in tree
    below = client.post(
        f"/organisations/{union}/add", data=fields(name="女职工委员会", kind="women_workers_committee")
    )
    assert below.status_code == 303
    # Neither line stands below the other.
    wrong = client.post(f"/organisations/{union}/add", data=fields(name="支部", kind="party_branch"))
    assert wrong.status_code == 422
    assert client.get(f"/members?unit_id={union}&show=all").status_code == 200
    assert client.get(f"/ledger/{union}").status_code == 200


def test_a_link_is_begun_and_ended_by_date(app: Flask, world: World, enter: Enter, union: int) -> None:
    client = enter(world.organ["admin"])
    party = world.organ.branch
    assert "机关工会" in client.get(f"/organisations/{party}/links").text
    done = client.post(f"/organisations/{party}/links", data={"other_id": union, "since": "2026-01-05"})
    assert done.status_code == 303
    assert links(app, world) == [(party, union, None)]
    assert f'/organisations/{party}"' in client.get(f"/organisations/{union}").text
    assert f'/organisations/{union}"' in client.get(f"/organisations/{party}").text
    twice = client.post(
        f"/organisations/{union}/links", data={"other_id": world.organ.root, "since": "2026-01-05"}
    )
    assert twice.status_code == 422
    assert "jc-err" in twice.text
    with app.app_context(), tenant(world.organ.tenant_id):
        key = db.session.scalar(select(UnitLink.id))
        verbs = list(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_id == union)))
        db.session.remove()
    assert "unit.link" in verbs
    for wrong in ("2199-01-01", "2026-01-04", "soon"):
        assert client.post(f"/organisations/links/{key}/end", data={"on": wrong}).status_code == 303
        assert links(app, world) == [(party, union, None)]
    assert client.post(f"/organisations/links/{key}/end", data={"on": "2026-03-01"}).status_code == 303
    assert client.post(f"/organisations/links/{key}/end", data={"on": "2026-04-01"}).status_code == 303
    assert links(app, world) == [(party, union, date(2026, 3, 1))]
    # Another may follow, but not before the former ended.
    early = client.post(
        f"/organisations/{union}/links", data={"other_id": world.organ.root, "since": "2026-02-01"}
    )
    assert early.status_code == 422
    later = client.post(
        f"/organisations/{union}/links", data={"other_id": world.organ.root, "since": "2026-03-01"}
    )
    assert later.status_code == 303


@pytest.mark.parametrize(
    ("other", "since", "status"),
    [("other_branch", "2026-01-05", 422), ("branch", "2199-01-01", 422), ("branch", "", 422)],
)
def test_what_cannot_be_linked(
    world: World, enter: Enter, union: int, other: str, since: str, status: int
) -> None:
    client = enter(world.organ["admin"])
    unit = world.organ.root if other == "other_branch" else union
    data = {"other_id": getattr(world.organ, other), "since": since}
    assert client.post(f"/organisations/{unit}/links", data=data).status_code == status


def test_a_neighbours_unit_cannot_be_linked(app: Flask, world: World, enter: Enter, union: int) -> None:
    client = enter(world.organ["admin"])
    data = {"other_id": world.union.branch, "since": "2026-01-05"}
    assert client.post(f"/organisations/{world.organ.branch}/links", data=data).status_code == 404
    assert links(app, world) == []


def test_a_dissolved_units_links_end_with_it(app: Flask, world: World, enter: Enter, union: int) -> None:
    client = enter(world.organ["admin"])
    data = {"other_id": union, "since": "2026-01-05"}
    assert client.post(f"/organisations/{world.organ.branch}/links", data=data).status_code == 303
    day = today()
    gone = client.post(f"/organisations/{union}/dissolve", data={"on": day.isoformat(), "reason": "撤并"})
    assert gone.location.endswith(f"/organisations/{union}")
    assert links(app, world)[0][2] == day


def test_two_links_at_once_for_one_union(app: Flask, world: World, enter: Enter, union: int) -> None:
    start, answers = Barrier(2), []

    def press(party: int) -> None:
        client = enter(world.organ["admin"])
        start.wait()
        data = {"other_id": union, "since": "2026-01-05"}
        answers.append(client.post(f"/organisations/{party}/links", data=data).status_code)

    at_once = [
        Thread(target=press, args=(party,)) for party in (world.organ.branch, world.organ.other_branch)
    ]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert sorted(answers) == [303, 422]
    assert len(links(app, world)) == 1


def test_two_moves_at_once_make_no_circle(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    for attempt in range(4):
        keys = []
        for name in ("甲", "乙"):
            data = fields(name=f"{name}{attempt}党委", kind="organ_committee")
            made = client.post(f"/organisations/{world.organ.root}/add", data=data)
            keys.append(int(made.location.rsplit("/", 1)[1]))
        start = Barrier(2)
        answers: list[int] = []

        def press(unit: int, to: int, start: Barrier = start, answers: list[int] = answers) -> None:
            mine = enter(world.organ["admin"])
            start.wait()
            data = {"parent_id": to, "reason": "同时"}
            answers.append(mine.post(f"/organisations/{unit}/move", data=data).status_code)

        at_once = [Thread(target=press, args=pair) for pair in (keys, keys[::-1])]
        for one in at_once:
            one.start()
        for one in at_once:
            one.join()
        assert sorted(answers) == [303, 422]
        with app.app_context(), tenant(world.organ.tenant_id):
            paths = {
                unit.id: (unit.parent_id, unit.path)
                for unit in db.session.scalars(select(Unit).where(Unit.state == "active"))
            }
            db.session.remove()
        for key, (parent, path) in paths.items():
            above = paths[parent][1] if parent is not None else ""
            assert path == f"{above}{key:010d}."


def test_the_register_of_a_unit(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    page = f"/organisations/{world.organ.branch}/change"
    same = fields(name="branch", kind="party_branch", reason="登记")
    for wrong in ({"credit_code": SOUND[:-1] + "0"}, {"staff_count": "-1"}, {"staff_count": "many"}):
        answer = client.post(page, data={**same, **wrong})
        assert answer.status_code == 422
        assert "jc-err" in answer.text
    right = {"credit_code": "91350100 m000100y43", "legal_number": " 粤  12 ", "staff_count": "240"}
    assert client.post(page, data={**same, **right}).status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        unit = db.session.execute(select(Unit).where(Unit.id == world.organ.branch)).scalar_one()
        assert (unit.credit_code, unit.legal_number, unit.staff_count) == (SOUND, "粤 12", 240)
        db.session.remove()
    assert SOUND in client.get(f"/organisations/{world.organ.branch}").text


def people(app: Flask, world: World, unit_id: int, *, count: int, **facts: Any) -> None:
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        persons = [Person(name=f"会员{n}", **facts) for n in range(count)]
        db.session.add_all(persons)
        db.session.flush()
        db.session.add_all(
            Membership(
                person_id=person.id, unit_id=unit_id, kind="union", status="member", since=date(2026, 1, 1)
            )
            for person in persons
        )


def test_advice_follows_the_numbers_and_names_its_source(
    app: Flask, world: World, enter: Enter, union: int
) -> None:
    client = enter(world.organ["admin"])
    page = f"/organisations/{union}"
    people(app, world, union, count=9, sex="f", household="rural")
    people(app, world, union, count=17, sex="m", employment="new_form")
    assert "女职工委员会" not in client.get(page).text.split("jc-pair")[0]
    people(app, world, union, count=1, sex="f")
    shown = client.get(page).text
    assert "工会女职工委员会工作条例" in shown
    assert "中华人民共和国工会法第四十五条" in shown
    assert "党建带工建" in shown
    for number in (10, 9, 17):
        assert f">{number}</a>" in shown.split('id="who"', 1)[1].split("</section>", 1)[0]
    listed = client.get("/organisations/list?line=union").text
    assert page in listed
    # A committee of its own, an auditing member and a link answer them.
    client.post(f"{page}/add", data=fields(name="女职工委员会", kind="women_workers_committee"))
    client.post(f"{page}/links", data={"other_id": world.organ.branch, "since": "2026-01-05"})
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        person = db.session.scalars(select(Membership.person_id).where(Membership.unit_id == union)).all()
        for code, holder in zip(
            ("union_chair", "union_audit_chair", "union_women", "union_organisation"), person, strict=False
        ):
            db.session.add(Post(person_id=holder, unit_id=union, code=code, since=date(2026, 1, 1)))
    answered = client.get(page).text.split("jc-pair")[0]
    for gone in ("工会女职工委员会工作条例", "中华人民共和国工会法第四十五条", "未录入带建的党组织"):
        assert gone not in answered
    # Nothing of it kept anybody from saving.
    assert page not in client.get("/organisations/list?line=union&kind=primary_union_committee").text
