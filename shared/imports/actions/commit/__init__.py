"""The good rows of a batch become units, people, memberships and posts: all of them, or none."""

from datetime import date

from shared.access.actor import SYSTEM, Actor
from shared.audit import record
from shared.clock import now, today
from shared.duties.actions import adopt_pack, plan_units, years_ahead
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.imports.actions.commit.people import write_people
from shared.imports.actions.commit.run import Commit
from shared.imports.actions.commit.units import write_units
from shared.imports.actions.reading import Beat, batch_of, given_up
from shared.imports.actions.upload import keep_until
from shared.imports.jobs import COMMIT, COMMIT_LEDGER
from shared.imports.layouts import LEDGER
from shared.imports.models import Batch
from shared.imports.queries import nameless_numbers, standing, units_on_hand
from shared.imports.queries.ledger import reach_of
from shared.jobs import Job, enqueue
from shared.tenants.queries import keys, open_tenant


def order_commit(
    actor: Actor, batch: Batch, *, counts_from: date | None = None, form_key: str | None = None
) -> Job:
    """Have the good rows written in the background.

    `counts_from` is the day from which new units owe their duties and new people belong to their unit; by default the
    first day of this year. Raises Conflict when there is nothing to commit or a job is at work, Invalid for a day
    ahead.
    """
    if batch.state not in {"staged", "committed"} and not given_up(batch, "committing"):
        raise Conflict(_("This import is being worked on or has been undone."))
    counts = standing(batch)
    if counts.ready + counts.taken == 0:
        raise Conflict(_("There is no row to commit."))
    if counts_from is not None and not date(1949, 10, 1) <= counts_from <= today():
        raise Invalid(
            _("The day must not lie ahead."), fields={"counts_from": _("The day must not lie ahead.")}
        )
    batch.counts_from = batch.counts_from or counts_from or date(today().year, 1, 1)
    batch.state = "committing"
    args: dict[str, object] = {"batch_id": batch.id}
    if batch.layout == LEDGER:
        args["reach"] = reach_of(actor)
    kind = COMMIT_LEDGER if batch.layout == LEDGER else COMMIT
    job = enqueue(actor, kind, args=args, subject=batch.file_name, form_key=form_key)
    batch.job_id = job.id
    record(
        actor,
        verb="import.commit",
        object_type="import_batch",
        object_id=batch.id,
        detail={
            "ready": counts.ready,
            "taken": counts.taken,
            "left": counts.left,
            "undecided": counts.undecided,
        },
    )
    return job


def commit_rows(actor: Actor, *, batch_id: int, beat: Beat) -> dict[str, int] | None:
    """Write everything that may be written, in the running transaction; None when it has been done already.

    `beat(done, total)` is called now and then and must not use this transaction.
    """
    batch = batch_of(batch_id)
    if batch.state != "committing":
        return None
    units, records = units_on_hand()
    commit = Commit(
        batch_id,
        keys(),
        batch.counts_from or date(today().year, 1, 1),
        batch.committed_at is None,
        units,
        records,
        {str(ref): int(unit_id) for ref, unit_id in batch.mapping.get("units", {}).items()},
        nameless_numbers(),
    )
    entries = list(enumerate(batch.mapping["sheets"]))
    for sheet, entry in entries:
        if entry["layout"] == "units":
            write_units(commit, sheet)
    total = sum(entry["rows"] for _sheet, entry in entries if entry["layout"] == "people")
    done = 0
    for sheet, entry in entries:
        if entry["layout"] == "people":
            done = write_people(commit, sheet, beat, done, total)
    if commit.new_units:
        beat(done, total)
        adopt_pack(SYSTEM, pack=open_tenant().kind)
        for year in years_ahead(today()):
            commit.tally.due_items += plan_units(year=year, unit_ids=commit.new_units).added
    batch.mapping = {**batch.mapping, "units": commit.refs}
    batch.state = "committed"
    batch.committed_at = batch.committed_at or now()
    keep_until(batch)
    result = dict(vars(commit.tally))
    record(actor, verb="import.committed", object_type="import_batch", object_id=batch.id, detail=result)
    return result
