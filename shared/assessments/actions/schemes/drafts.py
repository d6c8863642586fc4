"""A draft of a sheet: begun from another one or from nothing, written, thrown away."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select

from shared.access.actor import Actor
from shared.assessments.actions.schemes.checks import (
    MOST_LINES,
    MOST_MARKS,
    LineSpec,
    line_faults,
    sources_of,
)
from shared.assessments.grades import grading_of
from shared.assessments.models import Line, Scheme
from shared.assessments.packs import ShippedSheet
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.kinds import KINDS, SECTORS

MOST_NAME = 200
#: What keeps a line from being written down at all; the rest is said, and keeps the sheet from being issued.
_HARD = ("name", "heading", "kind", "full")


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """What a sheet says of itself beside its lines."""

    name: str
    unit_kinds: Sequence[str]
    sectors: Sequence[str]
    source: str
    total: Decimal
    bonus_cap: Decimal
    settle_days: int
    grading: Mapping[str, Any]


def spec_of(line: Line) -> LineSpec:
    """A written line as the checks read it."""
    return LineSpec(
        heading=line.heading,
        name=line.name,
        kind=line.kind,
        full=line.full_marks,
        standard=line.standard,
        metric=line.metric,
        rule=line.rule,
        params={name: value for name, value in line.params.items() if name != "sources"},
    )


def lines_of(scheme_id: int) -> list[LineSpec]:
    """The lines of a sheet in their order."""
    rows = db.session.scalars(select(Line).where(Line.scheme_id == scheme_id).order_by(Line.ordinal))
    return [spec_of(line) for line in rows]


def start_draft(
    actor: Actor,
    *,
    form_key: str,
    name: str = "",
    base: Scheme | None = None,
    shipped: ShippedSheet | None = None,
    own: bool = False,
) -> Scheme:
    """Begin a draft: the next version of `base`, or with `own` a sheet of its own with the lines of `base`; what the
    product ships; or an empty one with a name.

    Sent twice it is one draft. Raises Conflict while another draft of the same sheet is open.
    """
    if shipped is not None:
        form_key = shipped_key(shipped)
    twice = db.session.scalar(select(Scheme).where(Scheme.form_key == form_key))
    if twice is not None:
        return twice
    key = (
        secrets.token_hex(6)
        if own
        else (base.key if base else shipped.key if shipped else secrets.token_hex(6))
    )
    latest, drafts = db.session.execute(
        select(func.max(Scheme.version), func.count().filter(Scheme.state == "draft")).where(
            Scheme.key == key
        )
    ).one()
    if drafts:
        raise Conflict(_("A draft of this sheet is open already; finish it or throw it away first."))
    if shipped is not None:
        head, lines = _shipped(shipped)
    elif base is not None:
        head, lines = _head(base), lines_of(base.id)
    else:
        head, lines = HeadSpec("", (), (), "", Decimal(100), Decimal(5), 31, {}), []
    scheme = Scheme(
        key=key,
        version=(latest or 0) + 1,
        state="draft",
        enabled=False,
        created_by=actor.person_id,
        form_key=form_key,
        **_columns(head, name=name.strip()[:MOST_NAME] or head.name),
    )
    db.session.add(scheme)
    db.session.flush()
    write_lines(scheme, lines)
    _record(actor, scheme, "scheme.draft")
    return scheme


def shipped_key(sheet: ShippedSheet) -> str:
    """Marks the scheme that was taken from this version of a shipped sheet."""
    return f"shipped:{sheet.key}:{sheet.version}"


def shipped_lines(sheet: ShippedSheet) -> list[LineSpec]:
    """The lines of a shipped sheet as the checks read them."""
    return [
        LineSpec(
            heading=line.heading,
            name=line.name,
            kind=line.kind,
            full=line.full,
            standard=line.standard,
            metric=line.metric,
            rule=line.rule,
            params=line.params,
        )
        for line in sheet.lines
    ]


def _head(scheme: Scheme) -> HeadSpec:
    return HeadSpec(
        name=scheme.name,
        unit_kinds=scheme.applies.get("unit_kinds", ()),
        sectors=scheme.applies.get("sectors", ()),
        source=scheme.source,
        total=scheme.total,
        bonus_cap=scheme.bonus_cap,
        settle_days=scheme.settle_days,
        grading=scheme.grading,
    )


def _shipped(sheet: ShippedSheet) -> tuple[HeadSpec, list[LineSpec]]:
    """A shipped sheet as a draft begins with it: in the words of whoever begins it."""
    head = HeadSpec(
        name=_(sheet.name),
        unit_kinds=sheet.unit_kinds,
        sectors=sheet.sectors,
        source=sheet.source,
        total=sheet.total,
        bonus_cap=sheet.bonus_cap,
        settle_days=sheet.settle_days,
        grading=sheet.grading,
    )
    return head, shipped_lines(sheet)


def _columns(head: HeadSpec, *, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "applies": {"unit_kinds": list(head.unit_kinds), "sectors": list(head.sectors)},
        "source": head.source,
        "total": head.total,
        "bonus_cap": head.bonus_cap,
        "settle_days": head.settle_days,
        "grading": dict(head.grading),
    }


def save_draft(
    actor: Actor, *, scheme: Scheme, head: HeadSpec, lines: Sequence[LineSpec], revision: int
) -> None:
    """Write a draft as it is now, whole; `scheme` is locked.

    Raises Conflict where somebody else has written it since `revision`, and Invalid (fields by the form's names:
    `lines-0-name`) for what cannot be written.
    """
    if scheme.state != "draft":
        raise Conflict(_("This sheet is issued and stands; begin a new version of it."))
    if scheme.revision != revision:
        raise Conflict(_("Somebody else has changed this draft in the meantime."))
    refuse_marks(
        head.name, head.source, *(text for line in lines for text in (line.heading, line.name, line.standard))
    )
    wrong = _head_faults(head)
    for place, line in enumerate(lines):
        for name, text in line_faults(line):
            if name in _HARD:
                wrong[f"lines-{place}-{name}"] = text
    if len(lines) > MOST_LINES:
        wrong["lines"] = _("At most %(n)s lines.", n=MOST_LINES)
    if wrong:
        raise Invalid("", fields=wrong)
    for name, value in _columns(head, name=head.name.strip()).items():
        setattr(scheme, name, value)
    scheme.revision += 1
    db.session.execute(delete(Line).where(Line.scheme_id == scheme.id))
    write_lines(scheme, lines)
    _record(actor, scheme, "scheme.edit", lines=len(lines))


def _head_faults(head: HeadSpec) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not head.name.strip() or len(head.name) > MOST_NAME:
        wrong["name"] = _("Fill this in.")
    if not 0 < head.total <= MOST_MARKS:
        wrong["total"] = _("Marks are more than 0.")
    if not 0 <= head.bonus_cap <= MOST_MARKS:
        wrong["bonus_cap"] = _("Not below 0.")
    if not 0 <= head.settle_days <= 366:
        wrong["settle_days"] = _("Between 0 and 366 days.")
    if not set(head.unit_kinds) <= set(KINDS):
        wrong["unit_kinds"] = _("Choose one from the list.")
    if not set(head.sectors) <= set(SECTORS):
        wrong["sectors"] = _("Choose one from the list.")
    try:
        grading_of(head.grading)
    except Invalid as problem:
        wrong["grading"] = str(problem)
    return wrong


def write_lines(scheme: Scheme, lines: Sequence[LineSpec]) -> None:
    """The lines in their order, a veto with everything that raises it."""
    if not lines:
        return
    rows = []
    for place, line in enumerate(lines):
        params = dict(line.params)
        if line.kind == "veto" and params.get("from"):
            params["sources"] = sources_of(lines, place)
        rows.append(
            {
                "scheme_id": scheme.id,
                "ordinal": place + 1,
                "heading": line.heading,
                "name": line.name,
                "standard": line.standard,
                "kind": line.kind,
                "full_marks": Decimal(0) if line.kind == "veto" else line.full,
                "metric": line.metric if line.kind == "count" else None,
                "rule": line.rule,
                "params": params,
            }
        )
    db.session.execute(insert(Line), rows)


def discard_draft(actor: Actor, *, scheme: Scheme) -> None:
    """Throw a draft away; what was issued stays. Raises Conflict."""
    if scheme.state != "draft":
        raise Conflict(_("This sheet is issued and stands; begin a new version of it."))
    _record(actor, scheme, "scheme.discard")
    db.session.execute(delete(Line).where(Line.scheme_id == scheme.id))
    db.session.execute(delete(Scheme).where(Scheme.id == scheme.id))


def _record(actor: Actor, scheme: Scheme, verb: str, **detail: Any) -> None:
    record(
        actor,
        verb=verb,
        object_type="assessment_scheme",
        object_id=scheme.id,
        detail={"key": scheme.key, "version": scheme.version, **detail},
    )
