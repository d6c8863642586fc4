"""A sheet is issued, takes the place of the one before it, and is retired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.assessments.actions.schemes.checks import faults_of
from shared.assessments.actions.schemes.drafts import lines_of
from shared.assessments.models import Scheme
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another sheet that measures some of the same units now."""

    scheme: Scheme
    #: (unit kind, sector) that both measure, and those that nothing would measure if the other one ended.
    both: Sequence[tuple[str, str]]
    orphaned: Sequence[tuple[str, str]]


def measured_by(applies: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(unit kind, sector) that a sheet measures."""
    return {(kind, sector) for kind in applies.get("unit_kinds", ()) for sector in applies.get("sectors", ())}


def overlaps(scheme: Scheme) -> list[Overlap]:
    """The other running sheets that measure units which this one would measure."""
    running = db.session.scalars(
        select(Scheme).where(Scheme.enabled, Scheme.key != scheme.key).order_by(Scheme.id)
    ).all()
    mine = measured_by(scheme.applies)
    met = [other for other in running if measured_by(other.applies) & mine]
    kept: set[tuple[str, str]] = set(mine)
    for other in running:
        if other not in met:
            kept |= measured_by(other.applies)
    return [
        Overlap(
            other,
            sorted(measured_by(other.applies) & mine),
            sorted(measured_by(other.applies) - kept),
        )
        for other in met
    ]


def issue_scheme(actor: Actor, *, scheme: Scheme, revision: int, replace: Sequence[int] = ()) -> None:
    """The draft stands and counts the running year from now on; `scheme` is locked.

    The version before it ends, and so do the sheets of `replace` (ids) that measure the same units; a round keeps the
    version it began with. Raises Invalid with every fault that is left, and Conflict where somebody else changed the
    draft since `revision` or another sheet measures the same units and is not named.
    """
    if scheme.state != "draft" or scheme.revision != revision:
        raise Conflict(_("Somebody else has changed this draft in the meantime."))
    faults = faults_of(
        lines_of(scheme.id), total=scheme.total, bonus_cap=scheme.bonus_cap, applies=scheme.applies
    )
    if faults:
        raise Invalid(_("This sheet cannot be issued yet: %(what)s", what=faults[0].text))
    # Two drafts for the same units issued at once: the second waits, and sees the first.
    db.session.execute(select(Scheme.id).order_by(Scheme.id).with_for_update())
    met = overlaps(scheme)
    unnamed = [other.scheme.name for other in met if other.scheme.id not in replace]
    if unnamed:
        raise Conflict(
            _(
                "Units that it measures are measured already by: %(names)s",
                names=_(", ").join(map(_, unnamed)),
            )
        )
    ended = [other.scheme.id for other in met]
    db.session.execute(
        update(Scheme)
        .where(Scheme.enabled, (Scheme.key == scheme.key) | Scheme.id.in_(ended))
        .values(enabled=False)
    )
    scheme.state = "issued"
    scheme.enabled = True
    scheme.issued_at = now()
    scheme.swept_at = None
    scheme.revision += 1
    record(
        actor,
        verb="scheme.issue",
        object_type="assessment_scheme",
        object_id=scheme.id,
        detail={"key": scheme.key, "version": scheme.version, "replaced": len(ended)},
    )


def retire_scheme(actor: Actor, *, scheme: Scheme) -> None:
    """An issued sheet counts no more and opens no new round; rounds that began with it keep it. Raises Conflict."""
    if scheme.state != "issued":
        raise Conflict(_("Only an issued sheet can be retired."))
    scheme.state = "retired"
    scheme.enabled = False
    scheme.revision += 1
    record(
        actor,
        verb="scheme.retire",
        object_type="assessment_scheme",
        object_id=scheme.id,
        detail={"key": scheme.key, "version": scheme.version},
    )
