"""One object of every kind at a unit of a side, for tests that need something that could leak."""

import secrets
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy import func, select, update

from shared.accounts.models import Handover, RoleGrant
from shared.assessments.models import Appeal, Appraisal, Honour, Line, Proof, Round, Scheme
from shared.assessments.models import Entry as RoundEntry
from shared.audiences.models import Segment
from shared.ballots.models import Poll, PollItem, PollVoter
from shared.certificates.models import Certificate, CertificateTemplate, Seal
from shared.circulars.models import Circular, CircularFile
from shared.circulars.models import Receipt as CircularReceipt
from shared.clock import now, today
from shared.contacts.models import ContactPoint, Pairing, Posting, Visit, VisitProblem
from shared.db import db, transaction
from shared.deeds.models import Deed, DeedCounter, DeedNote
from shared.dispatches.models import Dispatch, DispatchFile, NumberSeries, NumberYear
from shared.documents.models import Document
from shared.dues.models import DuesRule, Entry, Receipt, Relief, Turnover
from shared.duties.models import DueItem, Exemption, Rule
from shared.events.models import (
    Event,
    EventFile,
    Invitation,
    JointOffer,
    Meeting,
    Minutes,
    Resolution,
    Series,
    StudyHours,
)
from shared.files import store
from shared.findings.models import Finding, FindingNote, Inspection, Measure
from shared.imports.models import Batch, SavedMapping
from shared.jobs import Job
from shared.letterheads.models import Letterhead
from shared.members.models import Person
from shared.messages.models import Delivery, MessageGroup, Occasion
from shared.organisations.models import Unit, UnitLink
from shared.plans.models import Campaign, Plan, PlanItem, Task, TaskNote
from shared.reforms.models import Reform, Step
from shared.returns.models import Filling, ReturnTable
from shared.sealing import seal
from shared.tenancy import tenant
from shared.tenants.queries import keys
from shared.transfers.models import Letter, Transfer
from shared.watchlist.models import WatchEntry, WatchMeasure
from tests.world import Cast, Side


def rule(side: Side, unit_id: int, owner: Cast) -> Rule:
    return Rule(
        key=f"key {secrets.token_hex(4)}",
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        unit_kinds=["party_branch", "primary_union_committee"],
        cadence="month",
        level="unit",
        source="a test's own rule",
        grade="K",
        valid_from=date(2020, 1, 1),
    )


def added(row: object) -> object:
    db.session.add(row)
    db.session.flush()
    return row


def make_rule(side: Side, unit_id: int, owner: Cast) -> int:
    row = rule(side, unit_id, owner)
    added(row)
    return row.id


def make_due_item(side: Side, unit_id: int, owner: Cast) -> int:
    row = DueItem(
        rule_id=make_rule(side, unit_id, owner),
        unit_id=unit_id,
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        year=2026,
        period="2026-01",
        ordinal=1 + secrets.randbelow(30_000),
        opens_on=date(2026, 1, 1),
        due_on=date(2026, 1, 31),
    )
    added(row)
    return row.id


def make_certificate_template(side: Side, unit_id: int, owner: Cast) -> int:
    row = CertificateTemplate(
        name=f"template {secrets.token_hex(6)}",
        kind="honour",
        heading="secret heading",
        body="{姓名} secret",
        issuer="issuer",
        prefix="荣",
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_certificate(side: Side, unit_id: int, owner: Cast) -> int:
    name = db.session.scalar(select(Unit.name).where(Unit.id == unit_id)) or ""
    row = Certificate(
        template_id=make_certificate_template(side, unit_id, owner),
        unit_id=unit_id,
        year=2026,
        serial=1,
        number="荣〔2026〕1号",
        recipient=name,
        heading="secret heading",
        body=f"{name} secret",
        issuer="issuer",
        pages="landscape",
        granted_on=date(2026, 7, 1),
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_letterhead(side: Side, unit_id: int, owner: Cast) -> int:
    row = Letterhead(report="ledger", header="secret header", body="secret", form_key=secrets.token_hex(8))
    added(row)
    return row.id


def make_seal(side: Side, unit_id: int, owner: Cast) -> int:
    file = store(
        b"secret seal", name="s.png", media_type="image/png", purpose="seal", keys=keys(), unit_id=unit_id
    )
    row = Seal(unit_id=unit_id, name="secret seal", file_id=file.id, form_key=secrets.token_hex(8))
    added(row)
    return row.id


def make_exemption(side: Side, unit_id: int, owner: Cast) -> int:
    row = Exemption(
        unit_id=unit_id,
        since=date(2026, 1, 1),
        until=date(2026, 1, 31),
        spares_until=date(2026, 1, 31),
        reason="secret reason",
        granted_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_event(side: Side, unit_id: int, owner: Cast) -> int:
    row = Event(
        unit_id=unit_id,
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        title=f"secret title of {unit_id}",
        chair_id=owner.person_id,
        held_on=date(2026, 1, 15),
        due_count=3,
        present_count=3,
        fields={"theme": "t", "speaker": "s", "discussion": "d", "gains": "g"},
        form_key=secrets.token_hex(8),
        filed_by=owner.person_id,
    )
    added(row)
    return row.id


def make_offer(side: Side, unit_id: int, owner: Cast) -> int:
    """A joint event of the top unit that the unit is asked to take over; it changes no other branch's ledger."""
    row = JointOffer(event_id=make_event(side, side.root, owner), unit_id=unit_id)
    added(row)
    return row.id


def make_file(side: Side, unit_id: int, owner: Cast) -> int:
    return store(
        b"secret bytes",
        name="paper.pdf",
        media_type="application/pdf",
        purpose="ledger",
        unit_id=unit_id,
        created_by=owner.person_id,
    ).id


def make_event_file(side: Side, unit_id: int, owner: Cast) -> int:
    file = store(
        b"%PDF-1.7 secret attachment",
        name="secret.pdf",
        media_type="application/pdf",
        purpose="event",
        keys=keys(),
        unit_id=unit_id,
        created_by=owner.person_id,
    )
    row = EventFile(
        event_id=make_event(side, unit_id, owner),
        file_id=file.id,
        name="secret.pdf",
        added_by=owner.person_id,
    )
    added(row)
    return row.id


def _kind_of(side: Side) -> str:
    return "theme_day" if side.kind == "bureau" else "union_assembly"


def make_meeting(side: Side, unit_id: int, owner: Cast) -> int:
    row = Meeting(
        unit_id=unit_id,
        kind=_kind_of(side),
        title=f"secret meeting of {unit_id}",
        on_date=today() + timedelta(days=3),
        starts_at=time(15, 0),
        created_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    added(Invitation(meeting_id=row.id, person_id=owner.person_id))
    return row.id


def make_minutes(side: Side, unit_id: int, owner: Cast) -> int:
    row = Minutes(
        unit_id=unit_id,
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        body={"theme": f"secret draft of {unit_id}", "held_on": "2026-01-15"},
        held_on=date(2026, 1, 15),
        chair_id=owner.person_id,
        state="sent",
        sent_at=now(),
        created_by=owner.person_id,
        saved_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_resolution(side: Side, unit_id: int, owner: Cast) -> int:
    row = Resolution(
        event_id=make_event(side, unit_id, owner),
        unit_id=unit_id,
        ordinal=1,
        content=f"secret resolution of {unit_id}",
        owner_id=owner.person_id,
        due_on=today(),
    )
    added(row)
    return row.id


def make_study(side: Side, unit_id: int, owner: Cast) -> int:
    row = StudyHours(
        person_id=owner.person_id,
        unit_id=unit_id,
        on_date=today(),
        form="self",
        hours=Decimal("0.1"),
        subject=f"secret study of {unit_id}",
        entered_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_series(side: Side, unit_id: int, owner: Cast) -> int:
    # One living fixed day of a kind a unit.
    db.session.execute(
        update(Series).where(Series.unit_id == unit_id, Series.until.is_(None)).values(until=Series.since)
    )
    row = Series(
        unit_id=unit_id,
        kind=_kind_of(side),
        day=15,
        starts_at=time(15, 0),
        since=today(),
        created_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_job(side: Side, unit_id: int, owner: Cast) -> int:
    row = Job(
        kind="documents.print",
        state="done",
        subject=f"secret subject of {unit_id}",
        requested_by=owner.person_id,
        unit_id=unit_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_batch(side: Side, unit_id: int, owner: Cast) -> int:
    row = Batch(
        layout="roster",
        file_name="roster.xlsx",
        state="staged",
        mapping={"sheets": []},
        created_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_mapping(side: Side, unit_id: int, owner: Cast) -> int:
    row = SavedMapping(
        name="columns",
        layout="people",
        signature=secrets.token_hex(16),
        titles={"称呼": "name"},
        created_by=owner.person_id,
    )
    added(row)
    return row.id


def make_occasion(side: Side, unit_id: int, owner: Cast) -> int:
    row = Occasion(kind="press", key=secrets.token_hex(8), caused_by=owner.person_id)
    added(row)
    return row.id


def make_delivery(side: Side, unit_id: int, owner: Cast) -> int:
    row = Delivery(
        occasion_id=make_occasion(side, unit_id, owner),
        person_id=owner.person_id,
        channel="in_app",
        state="sent",
        subject="secret subject",
    )
    added(row)
    return row.id


def make_group(side: Side, unit_id: int, owner: Cast) -> int:
    row = MessageGroup(
        unit_id=unit_id,
        channel="wecom_robot",
        name="secret group",
        secret=seal(keys(), '{"url": "https://example.com/x", "key": ""}', "message group"),
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_document(side: Side, unit_id: int, owner: Cast) -> int:
    row = Document(
        report="ledger",
        year=2026,
        unit_id=unit_id,
        file_id=make_file(side, unit_id, owner),
        job_id=make_job(side, unit_id, owner),
    )
    added(row)
    return row.id


def make_grant(side: Side, unit_id: int, owner: Cast) -> int:
    row = RoleGrant(person_id=owner.person_id, role="keeper", unit_id=unit_id, since=date(2026, 1, 1))
    added(row)
    return row.id


def make_scheme(side: Side, unit_id: int, owner: Cast) -> int:
    row = Scheme(
        key=secrets.token_hex(4), name="a sheet", applies={"unit_kinds": ["party_branch"]}, source="a test"
    )
    added(row)
    return row.id


def make_line(side: Side, unit_id: int, owner: Cast) -> int:
    row = Line(
        scheme_id=make_scheme(side, unit_id, owner),
        ordinal=1,
        heading="h",
        name="n",
        kind="count",
        full_marks=Decimal(10),
        metric="missing_events",
        params={"kinds": ["theme_day"]},
    )
    added(row)
    return row.id


def make_transfer(side: Side, unit_id: int, owner: Cast) -> int:
    """Somebody who is on the way to outside."""
    person = Person(name="secret traveller")
    added(person)
    row = Transfer(
        line="party" if side.kind == "bureau" else "union",
        direction="out",
        route="outside",
        person_id=person.id,
        from_unit_id=unit_id,
        other_name="secret receiver",
        effective_on=date(2026, 1, 1),
        expires_on=date(2099, 1, 1),
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_letter(side: Side, unit_id: int, owner: Cast) -> int:
    row = Letter(
        transfer_id=make_transfer(side, unit_id, owner),
        unit_id=unit_id,
        number=f"2026-{secrets.token_hex(6)}",
        issued_on=date(2026, 1, 1),
        valid_days=30,
        expires_on=date(2026, 1, 31),
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_link(side: Side, unit_id: int, owner: Cast) -> int:
    """The unit linked with a new one of the other line, set up at the top of the tree."""
    line = "union" if side.kind == "bureau" else "party"
    other = Unit(
        path=f"x{secrets.token_hex(8)}",
        line=line,
        kind="primary_union_committee" if line == "union" else "party_branch",
        name=f"secret unit {secrets.token_hex(4)}",
        duties_since=date(2026, 1, 1),
    )
    added(other)
    other.path = f"{other.id:010d}."
    party, union = (unit_id, other.id) if line == "union" else (other.id, unit_id)
    row = UnitLink(party_unit_id=party, union_unit_id=union, since=date(2026, 1, 1))
    if line == "party":
        # One Party unit leads a union unit at a time.
        row.until = date(2026, 1, 2)
    added(row)
    return row.id


def make_handover(side: Side, unit_id: int, owner: Cast) -> int:
    """To the owner, in another office each time: a unit has one open hand-over an office."""
    row = Handover(
        unit_id=unit_id, post_code=f"secretary {secrets.token_hex(4)}", to_person_id=owner.person_id
    )
    added(row)
    return row.id


def make_reform(side: Side, unit_id: int, owner: Cast) -> int:
    row = Reform(
        title="secret reorganisation",
        document_no="secret number",
        effective_on=date(2026, 1, 1),
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_step(side: Side, unit_id: int, owner: Cast) -> int:
    row = Step(
        reform_id=make_reform(side, unit_id, owner),
        ordinal=1,
        operation="rename",
        unit_id=unit_id,
        name="secret name",
    )
    added(row)
    return row.id


def make_receipt(side: Side, unit_id: int, owner: Cast) -> int:
    row = Receipt(
        unit_id=unit_id,
        line="party" if side.kind == "bureau" else "union",
        paid_on=date(2026, 1, 15),
        way="cash",
        total=Decimal("15.00"),
        people=1,
        form_key=secrets.token_hex(8),
        created_by=owner.person_id,
    )
    added(row)
    return row.id


def make_relief(side: Side, unit_id: int, owner: Cast) -> int:
    row = Relief(
        person_id=owner.person_id,
        unit_id=unit_id,
        line="party" if side.kind == "bureau" else "union",
        kind="exemption",
        from_month=date(2026, 1, 1),
        until_month=date(2026, 12, 1),
        reason="secret reason",
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_entry(side: Side, unit_id: int, owner: Cast) -> int:
    row = Entry(
        unit_id=unit_id,
        account="party" if side.kind == "bureau" else "union",
        on_date=date(2026, 1, 15),
        direction="in",
        category="other_in",
        amount=Decimal("100.00"),
        text="secret line",
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_turnover(side: Side, unit_id: int, owner: Cast) -> int:
    row = Turnover(
        unit_id=unit_id,
        from_unit_id=side.other_branch,
        stream="party_fee" if side.kind == "bureau" else "union_fee",
        period=f"{2000 + secrets.randbelow(9999) // 4}-Q1{secrets.token_hex(3)}",
        collected=Decimal("100.00"),
        share_up=Decimal("0.5"),
        amount=Decimal("50.00"),
        sent_on=date(2026, 1, 15),
    )
    added(row)
    return row.id


def make_dues_rule(side: Side, unit_id: int, owner: Cast) -> int:
    row = DuesRule(
        line="party",
        payer_class="farmer",
        # Its key is its own, however many are made.
        above=Decimal(-1 - secrets.randbelow(900_000)),
        amount=Decimal("0.20"),
        least=Decimal("0.20"),
        most=Decimal("1.00"),
        level="national",
        source="a test",
        grade="K",
        valid_from=date(1990, 1, 1) + timedelta(days=secrets.randbelow(6000)),
    )
    added(row)
    return row.id


def _unit(side: Side, unit_id: int, owner: Cast) -> int:
    return unit_id


def _person(side: Side, unit_id: int, owner: Cast) -> int:
    assert owner.person_id is not None
    return owner.person_id


def _seat(side: Side, unit_id: int, owner: Cast) -> int:
    assert owner.seat_id is not None
    return owner.seat_id


#: By the name of the URL's argument.
def make_plan(side: Side, unit_id: int, owner: Cast) -> int:
    row = Plan(
        unit_id=unit_id,
        title=f"secret plan of {unit_id}",
        kind="work_points",
        year_from=2026,
        year_to=2026,
        source_text="一、secret",
        source_form="pasted",
        state="issued",
        issued_on=date(2026, 1, 5),
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_plan_item(side: Side, unit_id: int, owner: Cast) -> int:
    row = PlanItem(
        plan_id=make_plan(side, unit_id, owner),
        path="0001.",
        label="一、",
        style="bracket",
        heading=f"secret item of {unit_id}",
        begins=0,
        ends=8,
    )
    added(row)
    return row.id


def make_campaign(side: Side, unit_id: int, owner: Cast) -> int:
    row = Campaign(
        unit_id=unit_id,
        name=f"secret campaign of {unit_id}",
        year_from=2026,
        year_to=2027,
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_task(side: Side, unit_id: int, owner: Cast) -> int:
    item_id = make_plan_item(side, unit_id, owner)
    item = db.session.execute(select(PlanItem).where(PlanItem.id == item_id)).scalar_one()
    row = Task(
        plan_id=item.plan_id,
        plan_item_id=item_id,
        unit_id=unit_id,
        by_unit_id=unit_id,
        owner_id=owner.person_id,
        title=f"secret task of {unit_id}",
        begins_on=date(2026, 1, 1),
        due_on=date(2026, 12, 31),
    )
    added(row)
    return row.id


def make_task_note(side: Side, unit_id: int, owner: Cast) -> int:
    task_id = make_task(side, unit_id, owner)
    file = store(
        b"secret proof",
        name="proof.txt",
        media_type="text/plain",
        purpose="task",
        keys=keys(),
        unit_id=unit_id,
    )
    row = TaskNote(
        task_id=task_id,
        act="progress",
        file_id=file.id,
        file_name="proof.txt",
        person_id=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_return(side: Side, unit_id: int, owner: Cast) -> int:
    row = ReturnTable(
        unit_id=unit_id,
        title=f"secret table of {unit_id}",
        layout="row",
        columns=[{"key": "c1", "label": "secret column", "kind": "whole"}],
        state="issued",
        due_on=date(2199, 12, 31),
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_filling(side: Side, unit_id: int, owner: Cast) -> int:
    row = Filling(
        return_id=make_return(side, unit_id, owner),
        unit_id=unit_id,
        state="handed_in",
        handed_at=now(),
        rows=[{"c1": "7"}],
        note=f"secret note of {unit_id}",
    )
    added(row)
    return row.id


def make_round(side: Side, unit_id: int, owner: Cast) -> int:
    row = Round(
        scheme_id=make_scheme(side, unit_id, owner),
        unit_id=unit_id,
        name=f"secret round of {unit_id}",
        period="year",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        self_until=date(2199, 12, 1),
        review_until=date(2199, 12, 2),
        appeal_until=date(2199, 12, 3),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_round_entry(side: Side, unit_id: int, owner: Cast) -> int:
    row = RoundEntry(round_id=make_round(side, unit_id, owner), unit_id=unit_id)
    added(row)
    return row.id


def make_honour(side: Side, unit_id: int, owner: Cast) -> int:
    row = Honour(
        unit_id=unit_id,
        name=f"secret honour of {unit_id}",
        level="city",
        granted_by="secret organ",
        granted_on=date(2026, 5, 1),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_proof(side: Side, unit_id: int, owner: Cast) -> int:
    entry = db.session.get_one(RoundEntry, (side.tenant_id, make_round_entry(side, unit_id, owner)))
    scheme_id = db.session.scalar(select(Round.scheme_id).where(Round.id == entry.round_id))
    line = Line(scheme_id=scheme_id, ordinal=1, heading="h", name="n", kind="evidence", full_marks=Decimal(5))
    added(line)
    row = Proof(
        round_id=entry.round_id,
        unit_id=unit_id,
        line_id=line.id,
        file_id=make_file(side, unit_id, owner),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_appeal(side: Side, unit_id: int, owner: Cast) -> int:
    row = Appeal(
        round_id=make_round(side, unit_id, owner),
        unit_id=unit_id,
        body=f"secret appeal of {unit_id}",
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_appraisal(side: Side, unit_id: int, owner: Cast) -> int:
    row = Appraisal(
        unit_id=unit_id,
        holder_id=unit_id,
        # One a unit and year.
        year=2000 + (db.session.scalar(select(func.count()).select_from(Appraisal)) or 0),
        report_until=date(2026, 12, 31),
        report={"work": f"secret report of {unit_id}"},
        weights={"live": 30, "daily": 40, "superior": 30},
    )
    added(row)
    return row.id


def make_inspection(side: Side, unit_id: int, owner: Cast) -> int:
    row = Inspection(
        unit_id=unit_id,
        kind="patrol",
        title=f"secret inspection of {unit_id}",
        feedback_on=date(2026, 1, 5),
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_poll(side: Side, unit_id: int, owner: Cast) -> int:
    poll = Poll(
        unit_id=unit_id,
        kind="selection",
        title=f"secret poll of {unit_id}",
        way="paper",
        seats=1,
        form_key=secrets.token_hex(8),
    )
    added(poll)
    added(PollItem(poll_id=poll.id, ordinal=1, title=f"secret item of {unit_id}"))
    added(PollVoter(poll_id=poll.id, person_id=owner.person_id, voter_class="members"))
    for state in ("open", "closed", "published"):
        poll.state = state
        db.session.flush()
    return poll.id


def make_finding(side: Side, unit_id: int, owner: Cast) -> int:
    row = Finding(
        inspection_id=make_inspection(side, unit_id, owner),
        number=1,
        unit_id=unit_id,
        category="x",
        content=f"secret finding of {unit_id}",
        point="x",
        point_key=secrets.token_hex(8),
        found_on=date(2026, 1, 5),
        due_on=date(2026, 12, 31),
    )
    added(row)
    return row.id


def make_measure(side: Side, unit_id: int, owner: Cast) -> int:
    row = Measure(
        finding_id=make_finding(side, unit_id, owner),
        content=f"secret measure of {unit_id}",
        due_on=date(2026, 12, 31),
        owner_id=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_finding_note(side: Side, unit_id: int, owner: Cast) -> int:
    finding_id = make_finding(side, unit_id, owner)
    file = store(
        b"secret proof",
        name="proof.txt",
        media_type="text/plain",
        purpose="finding",
        keys=keys(),
        unit_id=unit_id,
    )
    row = FindingNote(
        finding_id=finding_id,
        act="progress",
        turn=1,
        file_id=file.id,
        file_name="proof.txt",
        person_id=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_watch_entry(side: Side, unit_id: int, owner: Cast) -> int:
    row = WatchEntry(
        unit_id=unit_id,
        decided_on=date(2026, 1, 5),
        decision=f"secret decision of {unit_id}",
        until=date(2027, 1, 5),
        form_key=secrets.token_hex(12),
    )
    # A unit stands on the list once at a time.
    db.session.execute(
        update(WatchEntry)
        .where(WatchEntry.unit_id == unit_id, WatchEntry.state == "listed")
        .values(state="void")
    )
    added(row)
    return row.id


def make_watch_measure(side: Side, unit_id: int, owner: Cast) -> int:
    row = WatchMeasure(
        entry_id=make_watch_entry(side, unit_id, owner),
        problem="x",
        content=f"secret measure of {unit_id}",
        owner_id=owner.person_id,
        due_on=date(2026, 12, 31),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_deed(side: Side, unit_id: int, owner: Cast) -> int:
    row = Deed(
        unit_id=unit_id,
        by_unit_id=unit_id,
        kind="practical",
        source="masses",
        title=f"secret deed of {unit_id}",
        came_on=date(2026, 1, 5),
        due_on=date(2026, 12, 31),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_deed_note(side: Side, unit_id: int, owner: Cast) -> int:
    deed_id = make_deed(side, unit_id, owner)
    file = store(
        b"secret proof",
        name="proof.txt",
        media_type="text/plain",
        purpose="deed",
        keys=keys(),
        unit_id=unit_id,
    )
    row = DeedNote(
        deed_id=deed_id,
        act="progress",
        file_id=file.id,
        file_name="proof.txt",
        person_id=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_counter(side: Side, unit_id: int, owner: Cast) -> int:
    row = DeedCounter(name=f"secret of {unit_id}", state="closed", form_key=secrets.token_hex(12))
    added(row)
    return row.id


def make_circular(side: Side, unit_id: int, owner: Cast) -> int:
    """A circular of a unit that came to the unit itself and to its owner."""
    row = Circular(
        unit_id=unit_id,
        title=f"secret circular of {unit_id}",
        body="secret text",
        state="sent",
        sent_at=now(),
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    added(CircularReceipt(circular_id=row.id, unit_id=unit_id, at_unit_id=unit_id))
    added(CircularReceipt(circular_id=row.id, person_id=owner.person_id, at_unit_id=unit_id))
    return row.id


def make_circular_file(side: Side, unit_id: int, owner: Cast) -> int:
    circular_id = make_circular(side, unit_id, owner)
    file = store(
        b"secret paper",
        name="paper.txt",
        media_type="text/plain",
        purpose="circular",
        keys=keys(),
        unit_id=unit_id,
    )
    row = CircularFile(circular_id=circular_id, file_id=file.id, name="paper.txt")
    added(row)
    return row.id


def make_number_series(side: Side, unit_id: int, owner: Cast) -> int:
    row = NumberSeries(
        unit_id=unit_id, prefix=f"secret {secrets.token_hex(4)}", form_key=secrets.token_hex(12)
    )
    added(row)
    added(NumberYear(series_id=row.id, year=today().year, last=1))
    return row.id


def make_dispatch(side: Side, unit_id: int, owner: Cast) -> int:
    """A signed document with its paper."""
    row = Dispatch(
        unit_id=unit_id,
        kind="notice",
        form="downward",
        state="signed",
        title=f"secret document of {unit_id}",
        body="secret text",
        series_id=make_number_series(side, unit_id, owner),
        number_year=today().year,
        number=1,
        signed_on=today(),
        signed_by=owner.person_id,
        file_id=_dispatch_file(unit_id),
        created_by=owner.person_id,
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def _dispatch_file(unit_id: int) -> int:
    return store(
        b"secret paper",
        name="paper.pdf",
        media_type="application/pdf",
        purpose="dispatch",
        keys=keys(),
        unit_id=unit_id,
    ).id


def make_dispatch_file(side: Side, unit_id: int, owner: Cast) -> int:
    row = DispatchFile(
        dispatch_id=make_dispatch(side, unit_id, owner), file_id=_dispatch_file(unit_id), name="paper.pdf"
    )
    added(row)
    return row.id


def make_segment(side: Side, unit_id: int, owner: Cast) -> int:
    """A kept choice of recipients."""
    row = Segment(
        unit_id=unit_id,
        name=f"secret segment {secrets.token_hex(4)}",
        filter={"whom": "members"},
        form_key=secrets.token_hex(12),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def make_contact(side: Side, unit_id: int, owner: Cast) -> int:
    """The owner's contact point; a second one at the same unit ends at once."""
    open_already = db.session.scalar(
        select(ContactPoint.id).where(
            ContactPoint.unit_id == unit_id,
            ContactPoint.person_id == owner.person_id,
            ContactPoint.until.is_(None),
        )
    )
    row = ContactPoint(
        person_id=owner.person_id or 0,
        unit_id=unit_id,
        since=date(2026, 1, 5),
        until=None if open_already is None else date(2026, 1, 5),
        remark=f"secret contact of {unit_id}",
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_posting(side: Side, unit_id: int, owner: Cast) -> int:
    row = Posting(
        kind="village",
        person_id=owner.person_id or 0,
        from_unit_id=unit_id,
        place=f"secret place of {unit_id}",
        since=date(2026, 1, 5),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_pairing(side: Side, unit_id: int, owner: Cast) -> int:
    row = Pairing(
        from_unit_id=unit_id,
        partner=f"secret partner of {unit_id}",
        since=date(2026, 1, 5),
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_visit(side: Side, unit_id: int, owner: Cast) -> int:
    row = Visit(
        kind="visit",
        person_id=owner.person_id or 0,
        unit_id=unit_id,
        on_date=date(2026, 1, 5),
        about=f"secret visit of {unit_id}",
        form_key=secrets.token_hex(12),
    )
    added(row)
    return row.id


def make_problem(side: Side, unit_id: int, owner: Cast) -> int:
    row = VisitProblem(
        visit_id=make_visit(side, unit_id, owner), ordinal=1, content=f"secret problem of {unit_id}"
    )
    added(row)
    return row.id


MAKERS: dict[str, Callable[[Side, int, Cast], int]] = {
    "unit_id": _unit,
    "link_id": make_link,
    "person_id": _person,
    "seat_id": _seat,
    "due_item_id": make_due_item,
    "exemption_id": make_exemption,
    "event_id": make_event,
    "offer_id": make_offer,
    "event_file_id": make_event_file,
    "meeting_id": make_meeting,
    "minutes_id": make_minutes,
    "resolution_id": make_resolution,
    "series_id": make_series,
    "study_id": make_study,
    "file_id": make_file,
    "job_id": make_job,
    "batch_id": make_batch,
    "mapping_id": make_mapping,
    "occasion_id": make_occasion,
    "delivery_id": make_delivery,
    "group_id": make_group,
    "document_id": make_document,
    "grant_id": make_grant,
    "rule_id": make_rule,
    "handover_id": make_handover,
    "scheme_id": make_scheme,
    "line_id": make_line,
    "receipt_id": make_receipt,
    "relief_id": make_relief,
    "dues_entry_id": make_entry,
    "turnover_id": make_turnover,
    "dues_rule_id": make_dues_rule,
    "reform_id": make_reform,
    "step_id": make_step,
    "transfer_id": make_transfer,
    "letter_id": make_letter,
    "plan_id": make_plan,
    "plan_item_id": make_plan_item,
    "task_id": make_task,
    "campaign_id": make_campaign,
    "task_note_id": make_task_note,
    "inspection_id": make_inspection,
    "return_id": make_return,
    "filling_id": make_filling,
    "round_id": make_round,
    "entry_id": make_round_entry,
    "proof_id": make_proof,
    "honour_id": make_honour,
    "appeal_id": make_appeal,
    "finding_id": make_finding,
    "poll_id": make_poll,
    "appraisal_id": make_appraisal,
    "measure_id": make_measure,
    "finding_note_id": make_finding_note,
    "deed_id": make_deed,
    "deed_note_id": make_deed_note,
    "counter_id": make_counter,
    "contact_id": make_contact,
    "segment_id": make_segment,
    "circular_id": make_circular,
    "circular_file_id": make_circular_file,
    "dispatch_id": make_dispatch,
    "dispatch_file_id": make_dispatch_file,
    "number_series_id": make_number_series,
    "certificate_id": make_certificate,
    "letterhead_id": make_letterhead,
    "certificate_template_id": make_certificate_template,
    "seal_id": make_seal,
    "posting_id": make_posting,
    "pairing_id": make_pairing,
    "visit_id": make_visit,
    "problem_id": make_problem,
    "watch_id": make_watch_entry,
    "watch_measure_id": make_watch_measure,
}


def make(app: Flask, argument: str, side: Side, unit_id: int, owner: Cast) -> int:
    """Make the object in its tenant and return its key."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            key = MAKERS[argument](side, unit_id, owner)
        db.session.remove()
    return key
