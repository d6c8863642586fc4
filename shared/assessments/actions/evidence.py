"""Evidence behind the lines of a unit's own sheet: files, records of the ledger, words."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.assessments.actions.entering import MAX_NOTE, is_written, note, writable
from shared.assessments.models import Entry, Line, Proof, Round
from shared.clock import now
from shared.db import db
from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event
from shared.files import File, store
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.tenants.queries import keys

#: Pieces of evidence behind one line of one unit.
MOST_PROOFS = 20


def _line(lap: Round, line_id: int) -> Line:
    line = db.session.execute(
        select(Line).where(Line.id == line_id, Line.scheme_id == lap.scheme_id)
    ).scalar_one_or_none()
    if line is None or not is_written(line):
        raise Invalid(_("No evidence is asked for this line."))
    return line


def add_proofs(
    actor: Actor,
    *,
    lap: Round,
    entry: Entry,
    line_id: int,
    files: Sequence[Accepted] = (),
    event_ids: Sequence[int] = (),
    words: str = "",
    form_key: str,
) -> int:
    """Add files, records of the unit's own ledger or words as evidence for a line; returns how many are new.

    The same form again adds nothing, and a record stands behind a line once. Raises Invalid for a record of another
    unit, for what bears a secrecy mark and for more than MOST_PROOFS.
    """
    writable(lap, entry)
    line = _line(lap, line_id)
    words = words.strip()
    if len(words) > MAX_NOTE:
        problem = _("At most %(n)s characters.", n=MAX_NOTE)
        raise Invalid(problem, fields={"words": problem})
    refuse_marks(words)
    for one in files:
        refuse_marks(one.name.rpartition(".")[0], one.text)
    there = db.session.execute(
        select(Proof.event_id, Proof.form_key).where(
            Proof.round_id == lap.id, Proof.unit_id == entry.unit_id, Proof.line_id == line.id
        )
    ).all()
    if any(row.form_key.partition(":")[0] == form_key for row in there):
        return 0
    had = {row.event_id for row in there}
    fresh = [event_id for event_id in dict.fromkeys(event_ids) if event_id not in had]
    _own_records(entry, fresh)
    number = len(fresh) + len(files) + bool(words and not files and not fresh)
    if not number:
        return 0
    if len(there) + number > MOST_PROOFS:
        raise Invalid(_("At most %(n)s pieces of evidence at one line.", n=MOST_PROOFS))
    rows: list[tuple[int | None, int | None]] = [(None, event_id) for event_id in fresh]
    rows += [(_stored(actor, entry, one).id, None) for one in files]
    for turn, (file_id, event_id) in enumerate(rows or [(None, None)]):
        db.session.add(
            Proof(
                round_id=lap.id,
                unit_id=entry.unit_id,
                line_id=line.id,
                file_id=file_id,
                event_id=event_id,
                note=words,
                added_by=actor.person_id,
                form_key=f"{form_key}:{turn}",
            )
        )
    db.session.flush()
    note(actor, entry, "entry.prove", line_id=line.id, count=number, files=len(files))
    return number


def _own_records(entry: Entry, event_ids: Sequence[int]) -> None:
    """Raises Invalid where one of the records is not a standing one of the unit."""
    if not event_ids:
        return
    found = db.session.scalar(
        select(func.count()).where(
            Event.id.in_(event_ids), Event.unit_id == entry.unit_id, Event.state != "void"
        )
    )
    if found != len(event_ids):
        raise Invalid(_("Choose records of this unit's ledger."))


def _stored(actor: Actor, entry: Entry, given: Accepted) -> File:
    return store(
        given.data,
        name=given.name,
        media_type=given.media_type,
        purpose="assessment",
        keys=keys(),
        unit_id=entry.unit_id,
        created_by=actor.person_id,
    )


def remove_proof(actor: Actor, *, lap: Round, entry: Entry, proof: Proof) -> None:
    """Take a piece of evidence off a sheet that is still being written; a file of it is deleted by the sweep."""
    writable(lap, entry)
    if proof.file_id is not None:
        file = db.session.execute(select(File).where(File.id == proof.file_id)).scalar_one()
        file.expires_at = now() + timedelta(minutes=1)
    line_id = proof.line_id
    db.session.delete(proof)
    db.session.flush()
    note(actor, entry, "entry.unprove", line_id=line_id, count=1)
