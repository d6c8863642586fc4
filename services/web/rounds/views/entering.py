"""A unit's own sheet in a round: marks and words kept as they are typed, evidence, handing in."""

import io
import secrets

from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.limits import limiter
from services.web.rounds.forms import EntryForm, PickForm, ProofForm, typed_marks
from services.web.rounds.views.routes import blueprint, entry_in_reach
from services.web.rounds.words import entry_states, lap_states, line_kinds
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.entering import (
    Wrong,
    hand_in,
    is_written,
    lines_of,
    may_write,
    save_marks,
    takes_points,
)
from shared.assessments.actions.evidence import MOST_PROOFS, add_proofs, remove_proof
from shared.assessments.models import Entry, Line, Proof, Round, Scheme
from shared.assessments.queries import round_sheet
from shared.assessments.queries.entries import OwnRow, own_open
from shared.assessments.queries.sheets import proofs, records_to_pick, sheet_lines
from shared.audit import record
from shared.ballots.queries.grades import rating_polls
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.events.kinds import KINDS
from shared.events.queries import names_of
from shared.files import File, read
from shared.files.accepting import LARGEST
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys


def _page(
    lap: Round,
    entry: Entry,
    unit: Unit,
    *,
    typed: ImmutableMultiDict[str, str] | None = None,
    wrong: Wrong | None = None,
    version: int | None = None,
    status: int = 200,
) -> tuple[str, int]:
    writes = may_write(lap, entry) and actor().can(Permission.ROUND_ENTER, unit.path)
    rates = lap.state in ("open", "review") and actor().can(Permission.ROUND_RUN, unit.path)
    sheet = round_sheet(unit, lap) if lap.state != "withdrawn" else None
    form = EntryForm(formdata=None, version=str(entry.revision if version is None else version), base="")
    return (
        render_template(
            "rounds/entry.html",
            lap=lap,
            entry=entry,
            unit=unit,
            scheme=db.session.execute(select(Scheme).where(Scheme.id == lap.scheme_id)).scalar_one(),
            lines=sheet_lines(lap, unit.id),
            # Why marks of counted lines are lost and what brings them back.
            views={line.id: line for heading in sheet.headings for line in heading.lines} if sheet else {},
            may_record=actor().can(Permission.DUTY_RECORD, unit.path),
            # None: not for this reader to take a rating line's marks from a ballot.
            polls=rating_polls(unit, lap.starts_on.year) if rates else None,
            proofs=proofs(lap, unit.id),
            form=form,
            typed=typed,
            wrong=wrong or {},
            writes=writes,
            may_appeal=actor().can(Permission.ROUND_ENTER, unit.path),
            marks_shown=lap.state in ("published", "final"),
            is_written=is_written,
            takes_points=takes_points,
            states=lap_states(),
            entry_states=entry_states(),
            line_kinds=line_kinds(),
            event_kinds=KINDS,
            handed_in_by=names_of([entry.handed_in_by]).get(entry.handed_in_by, "")
            if entry.handed_in_by
            else "",
            on=today(),
        ),
        status,
    )


@blueprint.get("/entries/<int:entry_id>")
@requires(Permission.SCORE_VIEW)
def entry(entry_id: int) -> tuple[str, int]:
    """The sheet: to fill in for whoever answers for the unit, to read for everybody else in reach."""
    return _page(*entry_in_reach(entry_id, may=Permission.SCORE_VIEW))


@blueprint.post("/entries/<int:entry_id>")
@requires(Permission.ROUND_ENTER)
@limiter.limit("1200 per hour")
def enter(entry_id: int) -> Response | tuple[str, int]:
    """Keep what was typed (by itself, act=draft, answered in JSON), or hand the sheet in."""
    lap, row, unit = entry_in_reach(entry_id, may=Permission.ROUND_ENTER, lock=True)
    typed = typed_marks(request.form, lines_of(lap))
    version = person_key(request.form.get("version")) or 0
    act = request.form.get("act", "")
    try:
        with transaction():
            if act == "hand_in":
                wrong = hand_in(actor(), lap=lap, entry=row, typed=typed, revision=version)
            else:
                _changed, wrong = save_marks(actor(), lap=lap, entry=row, typed=typed, revision=version)
            revision = row.revision
    except (Invalid, Conflict) as problem:
        status = 409 if isinstance(problem, Conflict) else 422
        if act == "draft":
            answer = jsonify(said=str(problem))
            answer.status_code = status
            return answer
        flash(str(problem), "due")
        return _page(lap, row, unit, typed=request.form, status=status)
    if act == "draft":
        return jsonify(version=str(revision), base="", draft=str(entry_id))
    if wrong:
        flash(_("Kept, but not handed in yet: %(n)s lines need another look.", n=len({key[0] for key in wrong}))
              if act == "hand_in" else _("Kept, but for what is marked."), "due")  # fmt: skip
        return _page(lap, row, unit, typed=request.form, wrong=wrong, version=revision, status=422)
    flash(_handed(lap) if act == "hand_in" else _("Saved."), "ok")
    return redirect(url_for("rounds.entry", entry_id=entry_id), 303)


def _handed(lap: Round) -> str:
    if today() > lap.self_until:
        return _("Handed in, after the last day %(day)s.", day=lap.self_until.isoformat())
    return _("Handed in; it changes again only when it is returned.")


def _line(lap: Round) -> Line | None:
    """The line that the address names (?line=), None for none; NotFound for one that takes no evidence."""
    line_id = person_key(request.args.get("line"))
    if line_id is None:
        return None
    found = db.session.execute(
        select(Line).where(Line.id == line_id, Line.scheme_id == lap.scheme_id)
    ).scalar_one_or_none()
    if found is None or not is_written(found):
        raise NotFound(_("There is nothing at this address."))
    return found


def _evidence_page(
    lap: Round, row: Entry, unit: Unit, line: Line, form: ProofForm | None = None, status: int = 200
) -> tuple[str, int]:
    pick = PickForm(formdata=request.args)
    pick.offer()
    pick.validate()
    kind = pick.kind.data if pick.kind.data in KINDS else ""
    return (
        render_template(
            "rounds/evidence.html",
            lap=lap,
            entry=row,
            unit=unit,
            line=line,
            form=form or ProofForm(formdata=None, form_key=secrets.token_hex(12)),
            pick=pick,
            had=proofs(lap, unit.id, line_id=line.id)[line.id],
            records=records_to_pick(lap, unit.id, kind=kind, since=pick.since.data, until=pick.until.data),
            event_kinds=KINDS,
            writes=may_write(lap, row) and actor().can(Permission.ROUND_ENTER, unit.path),
            most=MOST_PROOFS,
            largest=LARGEST,
        ),
        status,
    )


@blueprint.get("/entries/<int:entry_id>/evidence")
@requires(Permission.SCORE_VIEW)
def evidence(entry_id: int) -> Response | tuple[str, int]:
    """The evidence of one line (?line=), and the records of the unit's ledger to pick from."""
    lap, row, unit = entry_in_reach(entry_id, may=Permission.SCORE_VIEW)
    line = _line(lap)
    if line is None:
        return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
    return _evidence_page(lap, row, unit, line)


@blueprint.post("/entries/<int:entry_id>/evidence")
@requires(Permission.ROUND_ENTER)
@limiter.limit("240 per hour")
def add_evidence(entry_id: int) -> Response | tuple[str, int]:
    """Add records of the ledger, files, or words."""
    lap, row, unit = entry_in_reach(entry_id, may=Permission.ROUND_ENTER, lock=True)
    line = _line(lap)
    if line is None:
        return redirect(url_for("rounds.entry", entry_id=entry_id), 303)
    form = ProofForm()
    picked = [key for key in map(person_key, request.form.getlist("event")) if key is not None]
    if not form.validate() or not form.form_key.data:
        return _evidence_page(lap, row, unit, line, form, 422)
    try:
        files = accepted(request.files.getlist("files"))
        with transaction():
            added = add_proofs(
                actor(),
                lap=lap,
                entry=row,
                line_id=line.id,
                files=files,
                event_ids=picked,
                words=form.words.data or "",
                form_key=form.form_key.data,
            )
    except (Invalid, Conflict) as problem:
        if isinstance(problem, Invalid):
            show_problem(form, problem)
        else:
            flash(str(problem), "due")
        return _evidence_page(lap, row, unit, line, form, 409 if isinstance(problem, Conflict) else 422)
    flash(
        _("%(n)s pieces of evidence added.", n=added) if added else _("Nothing was added."),
        "ok" if added else "run",
    )
    return redirect(url_for("rounds.evidence", entry_id=entry_id, line=line.id), 303)


def _proof(proof_id: int, may: Permission, *, lock: bool = False) -> tuple[Proof, Round, Entry]:
    proof = fetch(Proof, proof_id, actor=actor(), may=may)
    of = select(Entry.id).where(Entry.round_id == proof.round_id, Entry.unit_id == proof.unit_id)
    lap, row, _unit = entry_in_reach(db.session.execute(of).scalar_one(), may=may, lock=lock)
    return proof, lap, row


@blueprint.post("/proofs/<int:proof_id>/remove")
@requires(Permission.ROUND_ENTER)
def remove_evidence(proof_id: int) -> Response:
    """Take a piece of evidence off, as long as the sheet is the unit's to write."""
    proof, lap, row = _proof(proof_id, Permission.ROUND_ENTER, lock=True)
    line_id, entry_id = proof.line_id, row.id
    try:
        with transaction():
            remove_proof(actor(), lap=lap, entry=row, proof=proof)
        flash(_("Taken off."), "ok")
    except Conflict as problem:
        flash(str(problem), "due")
    return redirect(url_for("rounds.evidence", entry_id=entry_id, line=line_id), 303)


@blueprint.get("/proofs/<int:proof_id>")
@requires(Permission.SCORE_VIEW)
def proof_file(proof_id: int) -> Response:
    """The file itself: pictures and PDF in the browser, everything else as an attachment."""
    proof = fetch(Proof, proof_id, actor=actor(), may=Permission.SCORE_VIEW)
    stored = (
        db.session.execute(
            select(File).where(File.id == proof.file_id, File.deleted_at.is_(None))
        ).scalar_one_or_none()
        if proof.file_id is not None
        else None
    )
    if stored is None:
        raise NotFound(_("There is nothing at this address."))
    data = read(stored, keys=keys() if stored.sealed else None)
    name, media_type = stored.name, stored.media_type
    with transaction():
        record(
            actor(),
            verb="file.download",
            object_type="round_entry",
            object_id=proof.id,
            unit_id=proof.unit_id,
        )
    inline = media_type.startswith("image/") or media_type == "application/pdf"
    answer = send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not inline,
        download_name=name,
        etag=False,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.app_template_global("rounds_of_unit")
def rounds_of_unit(unit: Unit) -> list[OwnRow]:
    """Sheets that a unit still has to hand in, for its page; only for whoever may see its scores. One query."""
    if not actor().can(Permission.SCORE_VIEW, unit.path):
        return []
    return own_open(actor(), unit_id=unit.id, limit=3)
