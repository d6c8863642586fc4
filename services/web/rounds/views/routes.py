"""Where the pages of rounds are registered, and how a round and a unit's sheet in it are reached."""

from flask import Blueprint
from sqlalchemy import select

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.models import Entry, Round
from shared.assessments.queries.entries import seen_laps
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")


def lap_run(round_id: int, *, lock: bool = False) -> Round:
    """A round that the actor may run: it is held by a unit in reach."""
    return fetch(Round, round_id, actor=actor(), may=Permission.ROUND_RUN, lock=lock)


def lap_seen(round_id: int) -> Round:
    """A round of a unit in reach, or one in which a unit in reach takes part."""
    found = db.session.execute(
        select(Round, seen_laps(actor(), Permission.SCORE_VIEW)).where(Round.id == round_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if not found[1]:
        raise Forbidden(_("This belongs to a unit outside your duties."))
    lap: Round = found[0]
    return lap


def entry_in_reach(entry_id: int, *, may: Permission, lock: bool = False) -> tuple[Round, Entry, Unit]:
    """A unit's sheet of a round, of a unit in reach.

    To write (`lock`) the round is held first, shared, as by whoever withdraws or confirms it: nothing is handed in to a
    round that ends in the same moment. Several sheets of it may be written at once.
    """
    if lock:
        of = select(Entry.round_id).where(Entry.id == entry_id).scalar_subquery()
        db.session.execute(select(Round.id).where(Round.id == of).with_for_update(read=True))
    entry = fetch(Entry, entry_id, actor=actor(), may=may, lock=lock)
    unit = fetch(Unit, entry.unit_id, actor=actor(), may=may)
    lap = db.session.execute(
        select(Round).where(Round.id == entry.round_id).execution_options(populate_existing=lock)
    ).scalar_one()
    return lap, entry, unit
