"""Minutes become a record by the chair's signature: filed, signed and the duties done in one act."""

from shared.access.actor import Actor
from shared.audit import record
from shared.duties.actions.record import record_event
from shared.duties.models import DueItem
from shared.events.actions import Held
from shared.events.actions.drafts import check_signer, close_minutes
from shared.events.models import Event, Minutes
from shared.organisations.models import Unit


def sign_minutes(
    actor: Actor,
    *,
    minutes: Minutes,
    unit: Unit,
    held: Held,
    due_item: DueItem | None,
    made_up: bool,
    version: int,
) -> Event:
    """Sign what lies with the chair; by that the record is filed and its duties are done. `due_item` must be locked.

    Raises Forbidden for anybody but the chair, Conflict when it was signed, taken back or changed meanwhile,
    AlreadyRecorded when the duty has another record by now, Invalid when what it says no longer holds.
    """
    check_signer(actor, minutes, version)
    event = record_event(
        actor,
        unit=unit,
        kind=minutes.kind,
        held=held,
        form_key=minutes.form_key,
        due_item=due_item,
        made_up=made_up,
    )
    # The minutes are the keeper's, the signature is the chair's.
    event.filed_by = minutes.saved_by
    close_minutes(minutes, event)
    record(
        actor,
        verb="minutes.sign",
        object_type="minutes",
        object_id=minutes.id,
        unit_id=minutes.unit_id,
        detail={"kind": minutes.kind},
    )
    return event
