"""What the stage of the papers is made of: the words each must hold, a plan, findings, an election."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.ballots.models import Poll, PollCount, PollItem, PollVoter
from shared.clock import now
from shared.db import db
from shared.events.models import Event
from shared.findings.models import Finding, Inspection, Measure
from shared.members.models import Post
from shared.organisations.models import Tenure
from shared.plans.models import Plan, PlanItem, Task

YEAR = 2026


@dataclass
class Staged:
    """What was written; `subjects` by kind; `words` by report: what its paper must hold, row by row."""

    subjects: dict[str, int] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


def add(row: object) -> None:
    db.session.add(row)
    db.session.flush()


def plan(unit_id: int, mark: str, tasks: int, found: Staged) -> None:
    row = Plan(
        unit_id=unit_id,
        title=f"{mark}要点",
        kind="work_points",
        year_from=YEAR,
        year_to=YEAR,
        source_text=f"一、{mark}",
        source_form="pasted",
        state="issued",
        issued_on=date(YEAR, 1, 5),
        form_key=secrets.token_hex(12),
    )
    add(row)
    for number in range(tasks):
        item = PlanItem(
            plan_id=row.id,
            path=f"{number:04d}.",
            label=f"{number}.",
            style="bracket",
            heading=f"{mark}条目{number:03d}",
            begins=0,
            ends=4,
        )
        add(item)
        add(
            Task(
                plan_id=row.id,
                plan_item_id=item.id,
                unit_id=unit_id,
                by_unit_id=unit_id,
                title=f"{mark}任务{number:03d}",
                begins_on=date(YEAR, 1, 1),
                due_on=date(YEAR, 12, 31),
            )
        )
    found.subjects["plan"] = row.id
    found.words["plan_progress"] = [
        row.title,
        *(f"{mark}{word}{number:03d}" for number in range(tasks) for word in ("条目", "任务")),
    ]


def findings(unit_id: int, mark: str, count: int, found: Staged) -> None:
    inspection = Inspection(
        unit_id=unit_id,
        kind="patrol",
        title=f"{mark}巡察",
        feedback_on=date(YEAR, 1, 5),
        form_key=secrets.token_hex(12),
    )
    add(inspection)
    for number in range(count):
        row = Finding(
            inspection_id=inspection.id,
            number=number + 1,
            unit_id=unit_id,
            category="组织生活",
            content=f"{mark}问题{number:03d}",
            point=f"{mark}问题{number:03d}",
            point_key=secrets.token_hex(8),
            found_on=date(YEAR, 1, 5),
            due_on=date(YEAR, 12, 31),
        )
        add(row)
        add(
            Measure(
                finding_id=row.id,
                content=f"{mark}措施{number:03d}",
                due_on=date(YEAR, 12, 1),
                form_key=secrets.token_hex(12),
            )
        )
    found.subjects["inspection"] = inspection.id
    found.words["rectification"] = [
        inspection.title,
        *(f"{mark}{word}{number:03d}" for number in range(count) for word in ("问题", "措施")),
    ]


def election(unit_id: int, mark: str, names: dict[int, str], found: Staged) -> None:
    keys = list(names)
    held_on = date(YEAR, 5, 20)
    add(
        Event(
            unit_id=unit_id,
            kind="term_election",
            title=f"{mark}换届",
            held_on=held_on,
            place=f"{mark}礼堂",
            due_count=len(keys),
            present_count=len(keys) - 1,
            fields={"body": "members", "document": f"{mark}批复", "number": 4},
            form_key=secrets.token_hex(8),
        )
    )
    add(Post(person_id=keys[0], unit_id=unit_id, code="secretary", since=held_on, basis="elected"))
    add(
        Tenure(
            unit_id=unit_id,
            number=4,
            began_on=held_on,
            ends_on=date(YEAR + 3, 5, 20),
            document=f"{mark}批复",
        )
    )
    poll = Poll(
        unit_id=unit_id,
        kind="election",
        title=f"{mark}委员选举",
        way="paper",
        seats=1,
        form_key=secrets.token_hex(8),
    )
    add(poll)
    items = []
    for ordinal, key in enumerate(keys[:2], start=1):
        items.append(PollItem(poll_id=poll.id, ordinal=ordinal, title=names[key], person_id=key))
        add(items[-1])
    for key in keys:
        add(PollVoter(poll_id=poll.id, person_id=key, voter_class="members"))
    poll.state = "open"
    db.session.flush()
    totals = {
        str(items[0].id): {"for": len(keys) - 1, "against": 0, "abstain": 0},
        str(items[1].id): {"for": 0, "against": len(keys) - 1, "abstain": 0},
    }
    for teller in keys[2:4]:
        add(
            PollCount(
                poll_id=poll.id,
                person_id=teller,
                issued=len(keys) - 1,
                returned=len(keys) - 1,
                invalid=0,
                totals=totals,
                form_key=secrets.token_hex(8),
            )
        )
    poll.state, poll.closed_at = "closed", datetime(YEAR, 5, 20, 8, tzinfo=now().tzinfo)
    db.session.flush()
    found.words["election_pack"] = [
        f"{mark}礼堂",
        f"{mark}批复",
        poll.title,
        names[keys[0]],
        names[keys[1]],
        "当选",
    ]
    found.words["birthday_cards"] = list(names.values())
