"""Undo: removed is what nothing refers to, restored what is unchanged, kept the rest, with the reason."""

from datetime import date

from tests.factories.imports import Importer, people_file, said
from tests.factories.rosters import identity, roster

BORN = date(1980, 1, 1)


def names(importer: Importer) -> set[str]:
    return {name for (name,) in importer.rows("select name from person")}


def test_a_person_who_has_attended_an_event_stays_with_the_unit(importer: Importer) -> None:
    address = importer.upload(roster(12, units=3, root="甲机关党委"))
    importer.commit(address)
    before = importer.counts()
    [(person_id, unit_id)] = importer.rows(
        "select m.person_id, m.unit_id from membership m join unit u on u.id = m.unit_id"
        " where u.name = '甲机关党委第2支部' order by m.id limit 1"
    )
    importer.run(
        "insert into event (unit_id, kind, title, held_on, form_key)"
        " values (:unit, 'theme_day', 'x', '2026-03-03', 'k')",
        unit=unit_id,
    )
    importer.run(
        "insert into attendance (event_id, person_id, present) select id, :person, true from event",
        person=person_id,
    )
    text = said(importer.page(f"{address}/undo"))
    assert "2 个单位，11 人" in text
    assert "在到会名单里" in text
    assert "办过或主持过活动" in text
    assert "下面有保留的单位" in text
    importer.undo(address)
    after = importer.counts()
    assert (before["unit"] - after["unit"], before["person"] - after["person"]) == (2, 11)
    # The fact entered later stands, its person and unit with it; the open duties of the unit are withdrawn.
    assert importer.count("attendance") == 1
    assert importer.rows("select until is null from membership where person_id = :id", id=person_id) == [
        (True,)
    ]
    assert importer.rows("select distinct state from due_item where unit_id = :id", id=unit_id) in (
        [],
        [("withdrawn",)],
    )
    assert "保留" in said(importer.page(address))


def test_what_was_changed_since_is_kept_and_what_was_not_is_restored(importer: Importer) -> None:
    [(unit,)] = importer.rows("select name from unit where id = :id", id=importer.side.branch)
    people = [
        {
            "姓名": name,
            "身份证号码": identity(n, BORN, "男"),
            "所在党支部": unit,
            "联系电话": f"1380000000{n}",
        }
        for n, name in enumerate(("子", "丑", "寅"))
    ]
    named = [{**one, "姓名": f"{one['姓名']}某"} for one in people]
    importer.commit(importer.upload(people_file(*named)))
    before = importer.rows("select name, ethnic, phone_hash from person where name like '%某' order by name")
    changed = [
        {**one, "民族": "回", "联系电话": f"1390000000{n}", "党内职务": "书记" if n == 0 else ""}
        for n, one in enumerate(named)
    ]
    address = importer.upload(people_file(*changed))
    assert importer.verdicts(address) == {"change": 3}
    importer.commit(address)
    # Somebody corrects one of them by hand afterwards.
    importer.run("update person set email = 'a@example.test' where name = '丑某'")
    text = said(importer.page(f"{address}/undo"))
    assert "丑某 导入后有改动" in text.replace("\u3000", " ")
    importer.undo(address)
    after = importer.rows("select name, ethnic, phone_hash from person where name like '%某' order by name")
    restored = {row[0]: row for row in after}
    for row in before:
        if row[0] == "丑某":
            assert restored[row[0]][1] == "回族"
        else:
            assert restored[row[0]] == row
    posts = "select count(*) from post p join person q on q.id = p.person_id where q.name = '子某'"
    assert importer.rows(posts) == [(0,)]


def test_a_unit_somebody_used_since_stays_and_is_never_half_removed(importer: Importer) -> None:
    address = importer.upload(roster(3, units=1, root="乙机关党委"))
    importer.commit(address)
    [(unit_id,)] = importer.rows("select id from unit where name = '乙机关党委第1支部'")
    importer.run(
        "insert into role_grant (person_id, role, unit_id, since) values (:person, 'secretary', :unit, '2026-01-01')",
        person=importer.side["secretary"].person_id,
        unit=unit_id,
    )
    importer.undo(address)
    assert {name for (name,) in importer.rows("select name from unit where name like '乙%'")} == {
        "乙机关党委",
        "乙机关党委第1支部",
    }
    # Its people came with the import and nobody needs them.
    assert importer.rows("select count(*) from membership where unit_id = :id", id=unit_id) == [(0,)]
