"""One deed with its story, each act on it, and what proves it."""

import io
import secrets

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.deeds.forms import ActForm, ChangeForm
from services.web.deeds.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.events.views.files import accepted
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import today
from shared.db import db, transaction
from shared.deeds.actions.working import ACTS, OF_THE_KEEPER, OF_THE_UNIT, Said, act_on, change_deed
from shared.deeds.kinds import KINDS, SATISFACTION, SOURCES, STATES
from shared.deeds.models import Deed, DeedNote
from shared.deeds.queries.lists import OPEN
from shared.deeds.queries.story import notes
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events.queries import names_of
from shared.files import File, read
from shared.files.accepting import LARGEST
from shared.findings.queries.story import offered_records, people_for
from shared.i18n import _, lazy_
from shared.organisations.models import Unit
from shared.tenants.queries import keys

ACT_WORDS: dict[str, lazy_] = {
    "enter": lazy_("Deed entered"),
    "offer": lazy_("Offered to the units below"),
    "claim": lazy_("Taken up"),
    "progress": lazy_("Progress"),
    "done": lazy_("Done"),
    "return": lazy_("Returned to be done better"),
    "close": lazy_("Case closed"),
    "drop": lazy_("Given up with a reason"),
    "change": lazy_("Changed"),
}


def deed_in_reach(deed_id: int, *, may: Permission, lock: bool = False) -> tuple[Deed, Unit, Unit]:
    """The deed, the unit that does it and the one that gave it; either in reach opens it."""
    statement = select(Deed).where(Deed.id == deed_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    deed = db.session.execute(statement).scalar_one_or_none()
    if deed is None:
        raise NotFound(_("There is nothing at this address."))
    units = {
        unit.id: unit
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_((deed.unit_id, deed.by_unit_id))))
    }
    unit, giver = units[deed.unit_id], units[deed.by_unit_id]
    if not (actor().can(may, unit.path) or actor().can(may, giver.path)):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    return deed, unit, giver


def _page(
    deed: Deed,
    unit: Unit,
    giver: Unit,
    *,
    form: ActForm | None = None,
    change_form: ChangeForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    works = actor().can(Permission.DEED_EDIT, unit.path)
    keeps = actor().can(Permission.DEED_EDIT, giver.path)
    possible = [act for act, rule in ACTS.items() if deed.state in rule.of]
    mine = [act for act in possible if act in OF_THE_UNIT and works]
    kept = [act for act in possible if act in OF_THE_KEEPER and keeps]
    if form is None:
        form = ActForm(
            formdata=None,
            form_key=secrets.token_hex(12),
            version=str(deed.version),
            on=today(),
            satisfaction="not_asked",
        )
    records = offered_records(unit.id) if mine else []
    form.offer([(key, f"{day} {title}") for key, title, day in records])
    changes = deed.state in ("offered", *OPEN) and (works or keeps)
    change_form = change_form or ChangeForm(
        formdata=None,
        form_key=secrets.token_hex(12),
        version=str(deed.version),
        owner_id=deed.owner_id,
        due_on=deed.due_on,
    )
    owner = names_of([deed.owner_id]).get(deed.owner_id or 0, "") if deed.owner_id else ""
    people = people_for(unit) if changes and works else {}
    if deed.owner_id:
        people.setdefault(deed.owner_id, owner)
    change_form.owner_id.choices = [("", "—"), *people.items()]
    return (
        render_template(
            "deeds/show.html",
            deed=deed,
            unit=unit,
            giver=giver,
            owner=owner,
            form=form,
            change=change_form,
            changes=changes,
            keeps=keeps,
            works=works,
            notes=notes(deed.id),
            mine=mine,
            kept=kept,
            states=STATES,
            acts=ACT_WORDS,
            kinds=KINDS,
            sources=SOURCES,
            satisfaction=SATISFACTION,
            late=deed.state in OPEN and deed.due_on < today(),
            largest=LARGEST,
        ),
        status,
    )


@blueprint.get("/<int:deed_id>")
@requires(Permission.DEED_VIEW)
def show(deed_id: int) -> tuple[str, int]:
    return _page(*deed_in_reach(deed_id, may=Permission.DEED_VIEW))


@blueprint.post("/<int:deed_id>/act")
@requires(Permission.DEED_EDIT)
@limiter.limit("240 per hour")
def act(deed_id: int) -> BaseResponse | tuple[str, int]:
    """How far it is, done with its result, closed after asking, returned, dropped."""
    deed, unit, giver = deed_in_reach(deed_id, may=Permission.DEED_EDIT, lock=True)
    asked = next((one for one in ACTS if one == request.form.get("act")), None)
    if asked is None:
        raise Conflict(_("This step cannot follow; look at the deed again."))
    if not actor().can(Permission.DEED_EDIT, unit.path if asked in OF_THE_UNIT else giver.path):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    form = ActForm()
    form.offer([])
    if not form.validate() or not form.form_key.data:
        return _page(deed, unit, giver, form=form, status=422)
    try:
        files = accepted(request.files.getlist("file")) if asked in OF_THE_UNIT else []
        with transaction():
            act_on(
                actor(),
                deed=deed,
                act=asked,
                said=Said(
                    remark=form.remark.data or "",
                    on=form.on.data,
                    satisfaction=form.satisfaction.data or "",
                    event_id=form.event_id.data,
                    file=files[0] if files else None,
                ),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(deed, unit, giver, form=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        form.version.data = str(deed.version)
        return _page(deed, unit, giver, form=form, status=409)
    flash(_("Noted: %(act)s", act=str(ACT_WORDS[asked])), "ok")
    return redirect(url_for("deeds.show", deed_id=deed_id), 303)


@blueprint.post("/<int:deed_id>/change")
@requires(Permission.DEED_EDIT)
def change(deed_id: int) -> BaseResponse | tuple[str, int]:
    """Who answers for it; its last day by the unit that gave it only."""
    deed, unit, giver = deed_in_reach(deed_id, may=Permission.DEED_EDIT, lock=True)
    works = actor().can(Permission.DEED_EDIT, unit.path)
    keeps = actor().can(Permission.DEED_EDIT, giver.path)
    form = ChangeForm()
    if not form.validate() or not form.form_key.data:
        return _page(deed, unit, giver, change_form=form, status=422)
    try:
        with transaction():
            changed = change_deed(
                actor(),
                deed=deed,
                owner_id=form.owner_id.data if works and deed.state != "offered" else deed.owner_id,
                due_on=form.due_on.data if keeps else None,
                people=people_for(unit),
                version=person_key(form.version.data) or 0,
                form_key=form.form_key.data[:64],
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(deed, unit, giver, change_form=form, status=422)
    except Conflict as problem:
        flash(str(problem), "due")
        return _page(deed, unit, giver, status=409)
    flash(_("Saved.") if changed else _("Nothing was different."), "ok")
    return redirect(url_for("deeds.show", deed_id=deed_id), 303)


@blueprint.get("/proofs/<int:deed_note_id>")
@requires(Permission.DEED_VIEW)
def proof(deed_note_id: int) -> Response:
    """A file that proves something; it hangs at the deed and is served by its reach only."""
    note = db.session.execute(select(DeedNote).where(DeedNote.id == deed_note_id)).scalar_one_or_none()
    if note is None or note.file_id is None:
        raise NotFound(_("There is nothing at this address."))
    deed, _unit, _giver = deed_in_reach(note.deed_id, may=Permission.DEED_VIEW)
    file = db.session.execute(select(File).where(File.id == note.file_id)).scalar_one()
    if file.deleted_at is not None:
        raise NotFound(_("This file has been deleted after its time."))
    data, name, media_type = read(file, keys=keys() if file.sealed else None), note.file_name, file.media_type
    with transaction():
        record(actor(), verb="file.download", object_type="deed", object_id=deed.id, unit_id=deed.unit_id)
    answer = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
