"""A draft of the next version of the sheet that counts: begun, not issued yet."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.assessments.actions.schemes import start_draft
from shared.assessments.models import Scheme
from shared.db import db


def draft_next(admin: Actor) -> None:
    """Begin the next version of the first running sheet; twice it is one."""
    base = db.session.scalars(select(Scheme).where(Scheme.enabled).order_by(Scheme.id).limit(1)).first()
    if base is not None:
        start_draft(admin, base=base, form_key="demo-next")
