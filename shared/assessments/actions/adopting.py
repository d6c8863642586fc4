"""The shipped sheets come into a tenant."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.assessments.actions.schemes.drafts import shipped_key, shipped_lines, write_lines
from shared.assessments.models import Scheme
from shared.assessments.packs import shipped_sheets
from shared.audit import record
from shared.clock import now
from shared.db import db


def adopt_sheets(actor: Actor, *, tenant_kind: str) -> int:
    """Copy the shipped sheets for a bureau's or a union's units into the open tenant; returns how many were new.

    Only into a tenant without any of them: what one has stays as it is, and what the product ships later is offered
    on the page of sheets, never taken over by itself.
    """
    keys = {sheet.key for sheet in shipped_sheets()}
    if db.session.scalar(select(Scheme.id).where(Scheme.key.in_(keys)).limit(1)) is not None:
        return 0
    fresh = 0
    for sheet in shipped_sheets():
        if sheet.tenant_kind != tenant_kind:
            continue
        scheme = Scheme(
            key=sheet.key,
            version=sheet.version,
            name=sheet.name,
            applies={"unit_kinds": sheet.unit_kinds, "sectors": sheet.sectors},
            source=sheet.source,
            settle_days=sheet.settle_days,
            total=sheet.total,
            bonus_cap=sheet.bonus_cap,
            grading=sheet.grading,
            form_key=shipped_key(sheet),
            issued_at=now(),
        )
        db.session.add(scheme)
        db.session.flush()
        write_lines(scheme, shipped_lines(sheet))
        record(
            actor,
            verb="scheme.adopt",
            object_type="assessment_scheme",
            object_id=scheme.id,
            detail={"key": sheet.key, "version": sheet.version},
        )
        fresh += 1
    return fresh
