"""Drafts of reforms: begun, changed, given their steps, discarded. Nothing of the tree changes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _
from shared.jobs import Job
from shared.organisations.actions import MAX_NAME
from shared.organisations.kinds import KINDS, SECTORS
from shared.organisations.models import Unit
from shared.reforms.models import Reform, Step, StepPerson
from shared.reforms.operations import OPERATIONS

MAX_STEPS = 500
#: The day of a reform lies at most this many years away.
YEARS = 10


def _clean(title: str, document_no: str, effective_on: date) -> tuple[str, str]:
    plain, number = " ".join(title.split()), " ".join(document_no.split())
    if not plain or len(plain) > MAX_NAME:
        raise Invalid(fields={"title": _("Give it a title of at most %(n)s characters.", n=MAX_NAME)})
    if not number or len(number) > MAX_NAME:
        raise Invalid(fields={"document_no": _("Give the number of the approving document.")})
    if abs(effective_on.year - today().year) > YEARS:
        raise Invalid(fields={"effective_on": _("This cannot be right: %(day)s", day=effective_on)})
    return plain, number


def begin_draft(
    actor: Actor, *, title: str, document_no: str, effective_on: date, note: str = "", form_key: str
) -> Reform:
    """Begin a reorganisation. A form sent twice is one draft (Conflict)."""
    plain, number = _clean(title, document_no, effective_on)
    reform = Reform(
        title=plain,
        document_no=number,
        effective_on=effective_on,
        note=note.strip(),
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(reform)
    db.session.flush()
    record(actor, verb="reform.draft", object_type="reform", object_id=reform.id)
    return reform


def hold(reform_id: int, *, version: int | None = None) -> Reform:
    """The draft, locked. Raises Conflict when it is no draft, is being executed, or is not the `version` looked at."""
    found: Reform | None = db.session.execute(
        select(Reform)
        .where(Reform.id == reform_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if found.state != "draft":
        raise Conflict(_("This reorganisation is no draft any more."))
    if version is not None and found.version != version:
        raise Conflict(_("Somebody else has changed this draft meanwhile. Look at it again."))
    if found.job_id is not None:
        state = db.session.scalar(select(Job.state).where(Job.id == found.job_id))
        if state in {"queued", "running"}:
            raise Conflict(_("This reorganisation is being executed."))
    found.version += 1
    return found


def change_draft(
    actor: Actor, reform: Reform, *, title: str, document_no: str, effective_on: date, note: str, version: int
) -> None:
    """Another title, document, day or note."""
    plain, number = _clean(title, document_no, effective_on)
    held = hold(reform.id, version=version)
    held.title, held.document_no, held.effective_on, held.note = plain, number, effective_on, note.strip()
    record(actor, verb="reform.change", object_type="reform", object_id=reform.id)


def discard_draft(actor: Actor, reform: Reform) -> None:
    """Put a draft away; it stays in the list as discarded."""
    held = hold(reform.id)
    held.state = "discarded"
    record(actor, verb="reform.discard", object_type="reform", object_id=reform.id)


def _check_arguments(operation: str, given: dict[str, object]) -> None:
    spec = OPERATIONS.get(operation)
    if spec is None:
        raise Invalid(fields={"operation": _("Choose what is to be done.")})
    said = {
        "unit": ("unit_id", _("Choose the unit.")),
        "into": ("into_id", _("Choose the other unit.")),
        "name": ("name", _("Give the unit a name.")),
        "kind": ("kind", _("Choose the kind of unit.")),
        "receiver": ("receiver", _("Name the organisation that receives it.")),
        "people": ("people", _("Choose who goes into the new unit.")),
    }
    fields = {said[argument][0]: said[argument][1] for argument in spec.asks if not given.get(argument)}
    for argument, allowed in (("kind", KINDS), ("sector", SECTORS)):
        if given.get(argument) and given[argument] not in allowed:
            fields[argument] = _("There is no such kind of unit.")
    for argument in ("name", "receiver"):
        if len(str(given.get(argument) or "")) > MAX_NAME:
            fields[argument] = _("A unit's name has at most %(n)s characters.", n=MAX_NAME)
    if fields:
        raise Invalid(fields=fields)


def add_step(
    actor: Actor,
    reform: Reform,
    *,
    operation: str,
    unit_id: int | None = None,
    into_id: int | None = None,
    into_step_id: int | None = None,
    name: str = "",
    kind: str = "",
    sector: str = "",
    receiver: str = "",
    people: Sequence[int] = (),
) -> Step:
    """Append one operation to a draft. What cannot be done is said beside it by the forecast, not refused here.

    `into_step_id`: the other unit is the one that a step before sets up. Raises Invalid where an argument is missing.
    """
    given: dict[str, object] = {
        "unit": unit_id,
        "into": into_id or into_step_id,
        "name": name.strip(),
        "kind": kind,
        "sector": sector,
        "receiver": receiver.strip(),
        "people": people,
    }
    _check_arguments(operation, given)
    held = hold(reform.id)
    last = db.session.scalar(select(func.max(Step.ordinal)).where(Step.reform_id == reform.id)) or 0
    if last >= MAX_STEPS:
        raise Invalid(_("A reorganisation has at most %(n)s steps.", n=MAX_STEPS))
    spec = OPERATIONS[operation]
    _check_named(reform, unit_id, into_id, into_step_id)
    step = Step(
        reform_id=held.id,
        ordinal=last + 1,
        operation=operation,
        unit_id=unit_id if spec.takes("unit") else None,
        into_id=into_id if spec.takes("into") and into_step_id is None else None,
        into_step_id=into_step_id if spec.takes("into") else None,
        name=" ".join(name.split()) if spec.takes("name") else "",
        kind=kind if spec.takes("kind") else "",
        sector=sector if spec.takes("sector") else "",
        receiver=" ".join(receiver.split()) if spec.takes("receiver") else "",
    )
    db.session.add(step)
    db.session.flush()
    if people and spec.takes("people"):
        chosen = func.unnest(cast(sorted(set(people)), ARRAY(BigInteger))).column_valued("person_id")
        rows = select(literal(step.id), chosen)
        db.session.execute(insert(StepPerson).from_select(["step_id", "person_id"], rows))
    record(
        actor, verb="reform.step", object_type="reform", object_id=reform.id, unit_id=unit_id,
        detail={"what": operation},
    )  # fmt: skip
    return step


def _check_named(reform: Reform, unit_id: int | None, into_id: int | None, into_step_id: int | None) -> None:
    """Units of this tenant, and a step of this draft that sets a unit up."""
    wanted = {key for key in (unit_id, into_id) if key is not None}
    if wanted and db.session.scalar(select(func.count()).where(Unit.id.in_(wanted))) != len(wanted):
        raise NotFound(_("There is nothing at this address."))
    if into_step_id is not None:
        maker = db.session.scalar(
            select(Step.id).where(
                Step.id == into_step_id,
                Step.reform_id == reform.id,
                Step.operation.in_(("set_up", "split")),
            )
        )
        if maker is None:
            raise NotFound(_("There is nothing at this address."))


def add_steps(actor: Actor, reform: Reform, rows: Sequence[dict[str, Any]]) -> int:
    """Append many operations at once, in their order; each row holds the columns of a step. Returns how many.

    `into_row` is the place (from 0) of a row of the same list that sets the other unit up.
    """
    held = hold(reform.id)
    last = db.session.scalar(select(func.max(Step.ordinal)).where(Step.reform_id == reform.id)) or 0
    if last + len(rows) > MAX_STEPS:
        raise Invalid(_("A reorganisation has at most %(n)s steps.", n=MAX_STEPS))
    empty = {"unit_id": None, "into_id": None, "into_step_id": None, "name": "", "kind": "", "sector": ""}
    values = [
        {
            **empty,
            "receiver": "",
            **{key: value for key, value in row.items() if key != "into_row"},
            "reform_id": held.id,
            "ordinal": last + place,
        }
        for place, row in enumerate(rows, start=1)
    ]
    if values:
        db.session.execute(insert(Step), values)
        fresh = select(Step.id).where(Step.reform_id == held.id, Step.ordinal > last).order_by(Step.ordinal)
        keys = list(db.session.scalars(fresh))
        for key, row in zip(keys, rows, strict=True):
            if row.get("into_row") is not None:
                into = keys[row["into_row"]]
                db.session.execute(update(Step).where(Step.id == key).values(into_step_id=into))
    record(actor, verb="reform.step", object_type="reform", object_id=reform.id, detail={"count": len(rows)})
    return len(rows)


def remove_step(actor: Actor, reform: Reform, *, step_id: int) -> None:
    """Take a step out, and with it those that name the unit it sets up."""
    hold(reform.id)
    step = _step(reform, step_id)
    db.session.delete(step)
    record(actor, verb="reform.step", object_type="reform", object_id=reform.id, detail={"removed": 1})


def shift_step(actor: Actor, reform: Reform, *, step_id: int, by: int) -> None:
    """Let a step change places with the one before (by -1) or after it (by 1)."""
    hold(reform.id)
    step = _step(reform, step_id)
    later = by > 0
    other = db.session.scalars(
        select(Step)
        .where(
            Step.reform_id == reform.id, Step.ordinal > step.ordinal if later else Step.ordinal < step.ordinal
        )
        .order_by(Step.ordinal if later else Step.ordinal.desc())
        .limit(1)
    ).one_or_none()
    if other is None:
        return
    places = {step.id: other.ordinal, other.id: step.ordinal}
    for key, place in places.items():
        db.session.execute(update(Step).where(Step.id == key).values(ordinal=place))
    record(actor, verb="reform.step", object_type="reform", object_id=reform.id, detail={"moved": 1})


def _step(reform: Reform, step_id: int) -> Step:
    found: Step | None = db.session.execute(
        select(Step).where(Step.id == step_id, Step.reform_id == reform.id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found
