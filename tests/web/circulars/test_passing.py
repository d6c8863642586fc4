"""What is passed on follows its original: to several, with its last day, into its end; and past a unit that ends."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.web.circulars.stage import Rows, out
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
COPIES = "select id, unit_id, whom, due_on::text, state from circular where from_id = :id order by id"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def test_one_press_passes_on_to_members_and_to_units_below(
    world: World, enter: Enter, rows: Rows, change: Change
) -> None:
    organ = world.organ
    change(
        organ,
        "insert into post (person_id, unit_id, code, since) values (:p, :u, 'secretary', '2026-01-01')",
        p=organ["officer"].person_id,
        u=organ.middle,
    )
    admin, officer = enter(organ["admin"]), enter(organ["officer"])
    first = out(admin, organ.root)
    page = officer.get(f"/circulars/{first}").text
    assert 'name="to" value="members"' in page
    assert 'name="to" value="units"' in page
    press = {"unit_id": organ.middle, "to": ["units", "units", "nobody", "members"]}
    answer = officer.post(f"/circulars/{first}/pass-on", data=press)
    assert answer.status_code == 303
    made = rows(organ, COPIES, id=first)
    assert ("units", "sent") in {(row[2], row[4]) for row in made}
    assert {row[1] for row in made} == {organ.middle}
    officer.post(f"/circulars/{first}/pass-on", data=press)
    assert rows(organ, COPIES, id=first) == made
    page = officer.get(f"/circulars/{first}").text
    assert f"/circulars/{made[0][0]}/receipts" in page
    assert 'name="to" value="units"' not in page
    # Nobody chosen is no fault and passes nothing on.
    assert officer.post(f"/circulars/{first}/pass-on", data={"unit_id": organ.middle}).status_code == 303
    assert rows(organ, COPIES, id=first) == made


def test_another_last_day_goes_with_what_was_passed_on(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    admin, officer, secretary = enter(organ["admin"]), enter(organ["officer"]), enter(organ["secretary"])
    first = out(admin, organ.root, due_on="2026-11-25")
    officer.post(f"/circulars/{first}/pass-on", data={"unit_id": organ.middle, "to": "units"})
    [(below, *_rest)] = rows(organ, COPIES, id=first)
    secretary.post(f"/circulars/{below}/pass-on", data={"unit_id": organ.branch, "to": "members"})
    [(last, *_rest)] = rows(organ, COPIES, id=below)

    def day(client: FlaskClient, key: int, on: str) -> None:
        version = rows(organ, "select version from circular where id = :id", id=key)[0][0]
        assert (
            client.post(f"/circulars/{key}/day", data={"version": version, "due_on": on}).status_code == 303
        )

    def days() -> list[str]:
        return [row[0] for row in rows(organ, "select due_on::text from circular order by id")]

    day(admin, first, "2026-11-30")
    assert days() == ["2026-11-30"] * 3
    # A unit's own earlier day is its own.
    day(secretary, last, "2026-11-24")
    day(admin, first, "2026-12-05")
    assert days() == ["2026-12-05", "2026-12-05", "2026-11-24"]
    # Nobody below has longer than the one above gives.
    day(admin, first, "2026-11-22")
    assert days() == ["2026-11-22"] * 3
    told = rows(
        organ,
        "select count(distinct key) from occasion where detail->>'act' = 'day'"
        " and cast(detail->>'circular_id' as bigint) = :id",
        id=last,
    )
    assert told == [(3,)]
    trail = "select count(*) from audit_entry where verb = 'circular.day' and object_id = :id"
    assert [rows(organ, trail, id=key) for key in (first, below, last)] == [[(3,)], [(3,)], [(3,)]]


def test_each_copy_that_ends_with_its_original_stands_in_the_trail(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    admin, officer = enter(organ["admin"]), enter(organ["officer"])
    first = out(admin, organ.root)
    officer.post(f"/circulars/{first}/pass-on", data={"unit_id": organ.middle, "to": "units"})
    [(copy, *_rest)] = rows(organ, COPIES, id=first)
    assert admin.post(f"/circulars/{first}/withdraw", data={"reason": "内容有误"}).status_code == 303
    found = rows(
        organ,
        "select object_id, unit_id, detail from audit_entry where verb = 'circular.withdraw' order by object_id",
    )
    assert found == [(first, organ.root, {"count": 1}), (copy, organ.middle, {"original": first})]
    page = admin.get("/audit?verb=circular.withdraw").text
    assert "原件编号" in page or page.count("撤回通知") >= 2


def test_what_a_merged_unit_had_not_read_passes_to_the_one_that_continues_it(
    world: World, enter: Enter, rows: Rows, change: Change
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    admin, heir = enter(organ["admin"]), enter(organ.colleague)
    circular_id = out(admin, organ.root, reply="text")
    mine = "select count(*) from receipt where circular_id = :id and unit_id = :unit"
    assert rows(organ, mine, id=circular_id, unit=organ.branch) == [(1,)]
    # Its own was answered before.
    heir.get(f"/circulars/{circular_id}")
    [(own,)] = rows(
        organ,
        "select id from receipt where circular_id = :id and unit_id = :unit",
        id=circular_id,
        unit=organ.other_branch,
    )
    heir.post(f"/circulars/{circular_id}/reply", data={"receipt_id": own, "text": "已阅"})
    assert "关于报送材料的通知" not in heir.get("/circulars?view=waiting").text
    change(
        organ,
        "update unit set state = 'dissolved', ended_on = current_date, followed_by = :heir where id = :id",
        id=organ.branch,
        heir=organ.other_branch,
    )
    assert "关于报送材料的通知" in heir.get("/circulars?view=waiting").text
    page = admin.get(f"/circulars/{circular_id}/receipts?view=all").text
    assert "已不在册" not in page
    assert admin.post(f"/circulars/{circular_id}/remind").status_code == 303
    heir.get(f"/circulars/{circular_id}")
    [(theirs, reader)] = rows(
        organ,
        "select id, read_by from receipt where circular_id = :id and unit_id = :unit",
        id=circular_id,
        unit=organ.branch,
    )
    assert reader == organ.colleague.person_id
    answer = heir.post(f"/circulars/{circular_id}/reply", data={"receipt_id": theirs, "text": "由我支部承接"})
    assert answer.status_code == 303
    assert rows(organ, "select reply_text from receipt where id = :id", id=theirs) == [("由我支部承接",)]
    # Taken back, it is the branch's own again.
    change(
        organ,
        "update unit set state = 'active', ended_on = null, followed_by = null where id = :id",
        id=organ.branch,
    )
    assert (
        heir.post(f"/circulars/{circular_id}/reply", data={"receipt_id": theirs, "text": "再改"}).status_code
        == 403
    )
