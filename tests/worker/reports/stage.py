"""A branch with a row for every paper of the catalogue: records, dues, study, marks, a plan, findings, an election."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal

from flask import Flask

from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_units
from shared.clock import now
from shared.db import db, transaction
from shared.db.types import PartialDate
from shared.dues.actions.sheets import draw_sheets
from shared.events.models import Attendance, Event, Guest, Invitation, Meeting, Resolution, StudyHours, Vote
from shared.members.models import Membership, Person
from shared.tenancy import tenant
from tests.factories.dues import base
from tests.shared.assessments.ledger import ask, hold
from tests.worker.reports.works import YEAR, Staged, add, election, findings, plan
from tests.world import Side

#: The month of the dues and of the birthdays.
MONTH = 7


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def staged(app: Flask, side: Side, unit_id: int, mark: str, *, people: int = 6) -> Staged:
    """A branch of the organ with `people` further members; every text bears the mark."""
    found = Staged(subjects={"unit": unit_id})
    with inside(app, side), transaction():
        names = _people(unit_id, mark, people)
        event = _record(side, unit_id, mark, names, found)
        found.subjects["event"] = event.id
        found.subjects["person"] = next(iter(names))
        _study(unit_id, mark, names, found)
        _dues(unit_id, names, found)
        _marks(side, unit_id, found)
        _meeting(unit_id, mark, names, found)
        plan(unit_id, mark, people, found)
        findings(unit_id, mark, people, found)
        election(unit_id, mark, names, found)
    return found


def _people(unit_id: int, mark: str, people: int) -> dict[int, str]:
    names = {}
    for number in range(people):
        person = Person(name=f"{mark}员{number:03d}", name_key=f"{mark}{number:03d}")
        add(person)
        add(
            Membership(
                person_id=person.id,
                unit_id=unit_id,
                kind="party",
                status="full",
                since=date(2020, 1, 1),
                joined=PartialDate(f"2001-{MONTH:02d}-{number % 28 + 1:02d}"),
            )
        )
        names[person.id] = person.name
    return names


def _record(side: Side, unit_id: int, mark: str, names: dict[int, str], found: Staged) -> Event:
    keys = list(names)
    event = Event(
        unit_id=unit_id,
        kind="branch_assembly",
        title=f"{mark}党员大会",
        held_on=date(YEAR, 3, 5),
        starts_at=time(15, 0),
        place=f"{mark}会议室",
        chair_id=keys[0],
        clerk_id=keys[1],
        due_count=len(keys),
        present_count=len(keys) - 1,
        fields={"agenda": f"{mark}议程一\n{mark}议程二"},
        content=f"{mark}发言要点第一段\n{mark}发言要点第二段",
        filed_by=keys[1],
        signed_by=keys[0],
        signed_on=date(YEAR, 3, 6),
        signed_how="seat",
        form_key=secrets.token_hex(8),
    )
    add(event)
    for key in keys:
        here = key != keys[-1]
        add(
            Attendance(
                event_id=event.id,
                person_id=key,
                present=here,
                reason=None if here else "sick",
                note=None if here else f"{mark}住院",
            )
        )
    add(Guest(event_id=event.id, ordinal=1, name=f"{mark}列席人", remark="上级"))
    add(
        Vote(
            event_id=event.id,
            ordinal=1,
            matter=f"{mark}表决事项",
            rule="assembly",
            due_count=len(keys),
            present_count=len(keys) - 1,
            yes=len(keys) - 1,
            passed=True,
        )
    )
    add(
        Resolution(
            event_id=event.id,
            unit_id=unit_id,
            ordinal=1,
            content=f"{mark}决议内容",
            owner_id=keys[0],
            due_on=date(YEAR, 12, 1),
        )
    )
    people = list(names.values())
    found.words["event_minutes"] = [
        event.title,
        event.place,
        *people,
        *(f"{mark}{word}" for word in ("议程一", "议程二", "发言要点第一段", "发言要点第二段")),
        *(f"{mark}{word}" for word in ("住院", "列席人", "表决事项", "决议内容")),
        f"{people[0]}，{YEAR}-03-06",
    ]
    found.words["attendance_sheet"] = [*people, f"{mark}住院", event.title]
    found.words["attendance_year"] = [event.title, people[-1], f"{mark}住院", "2026-03-05"]
    return event


def _study(unit_id: int, mark: str, names: dict[int, str], found: Staged) -> None:
    key = next(iter(names))
    for day in range(1, 5):
        add(
            StudyHours(
                person_id=key,
                unit_id=unit_id,
                on_date=date(YEAR, 2, day),
                form="central",
                hours=Decimal("2.5"),
                subject=f"{mark}课程{day}",
                state="signed",
                decided_at=now(),
                form_key=secrets.token_hex(8),
            )
        )
    found.words["study_person"] = [names[key], *(f"{mark}课程{day}" for day in range(1, 5)), "10"]
    found.words["study_unit"] = list(names.values())


def _dues(unit_id: int, names: dict[int, str], found: Staged) -> None:
    for number, key in enumerate(names):
        base(key, f"{4000 + number}", month=date(YEAR, 1, 1))
    draw_sheets(SYSTEM, unit_ids=[unit_id], month=date(YEAR, MONTH, 1))
    found.words["dues_month"] = [*names.values(), *(f"{4000 + number:,}.00" for number in range(len(names)))]
    found.words["dues_year"] = [f"{YEAR}-{month:02d}" for month in range(1, 13)]


def _marks(side: Side, unit_id: int, found: Staged) -> None:
    adopt_sheets(SYSTEM, tenant_kind=side.kind)
    items = ask(unit_id, "theme_day", "2026-08", "2026-09")
    hold(items[0])
    score_units(SYSTEM, year=YEAR)
    found.words["score_sheet"] = ["主题党日", "8月", "9月"][:1]


def _meeting(unit_id: int, mark: str, names: dict[int, str], found: Staged) -> None:
    meeting = Meeting(
        unit_id=unit_id,
        kind="theme_day",
        title=f"{mark}主题党日安排",
        on_date=date(YEAR, 12, 4),
        starts_at=time(9, 30),
        place=f"{mark}广场",
        form_key=secrets.token_hex(8),
    )
    add(meeting)
    for key in names:
        add(Invitation(meeting_id=meeting.id, person_id=key))
    found.subjects["meeting"] = meeting.id
    found.words["signin_sheet"] = [meeting.title, meeting.place, *names.values(), "2026-12-0409:30"]
