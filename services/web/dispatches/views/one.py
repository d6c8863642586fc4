"""One official document: what it says, where it stands, the one next act; its paper, files and versions."""

import secrets
from difflib import SequenceMatcher

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.dispatches.forms import ArchiveForm, DecideForm, PaperIssueForm, ReplyForm, VoidForm
from services.web.dispatches.views.routes import (
    DRAFT,
    PARTS,
    STATES,
    VIEW,
    blueprint,
    file_sent,
    said,
    to_page,
)
from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import show_problem
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.dispatches.actions import ask_paper, enter_reply, may_change, may_void, waiting_step
from shared.dispatches.kinds import FORMS, KINDS, RETENTIONS, URGENCIES
from shared.dispatches.models import Dispatch, DispatchFile
from shared.dispatches.queries import (
    files_of,
    issues_of,
    number_of,
    open_dispatch,
    replies_of,
    steps_of,
    versions_of,
)
from shared.errors import Conflict, Invalid, NotFound
from shared.events.queries import names_of
from shared.files import File
from shared.i18n import _
from shared.organisations.models import Unit


def page(
    dispatch: Dispatch,
    unit: Unit,
    *,
    decide: DecideForm | None = None,
    void: VoidForm | None = None,
    reply: ReplyForm | None = None,
    on_paper: PaperIssueForm | None = None,
    archive: ArchiveForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """The page of a document; a form that was refused stands open in it."""
    me, revision = actor(), str(dispatch.revision)
    step = waiting_step(me, dispatch)
    signed = dispatch.number is not None
    kept = archive or ArchiveForm(
        formdata=None, revision=revision, year=dispatch.number_year, case_no="", retention=30
    )
    kept.offer()
    return (
        render_template(
            "dispatches/show.html",
            dispatch=dispatch,
            unit=unit,
            number=number_of(dispatch),
            kind=KINDS[dispatch.kind],
            form_name=FORMS[dispatch.form],
            states=STATES,
            parts=PARTS,
            urgencies=URGENCIES,
            retentions=RETENTIONS,
            steps=steps_of(dispatch.id),
            versions=versions_of(dispatch.id),
            files=files_of(dispatch.id),
            replies=replies_of(me, dispatch.id) if signed else [],
            issues=issues_of(dispatch.id) if signed else [],
            paper=_paper(dispatch),
            people=names_of([dispatch.created_by, dispatch.signed_by]),
            asked=_asked(dispatch),
            step=step,
            may_change=may_change(me, dispatch) and (dispatch.state != "draft" or me.can(DRAFT, unit.path)),
            may_draft=me.can(DRAFT, unit.path),
            may_answer=me.may(DRAFT),
            may_issue=me.can(Permission.CIRCULAR_SEND, unit.path),
            may_void=may_void(me, dispatch, unit.path),
            decide=decide or DecideForm(formdata=None, revision=revision),
            void=void or VoidForm(formdata=None, revision=revision),
            reply=reply or ReplyForm(formdata=None, form_key=secrets.token_hex(12), replied_on=today()),
            on_paper=on_paper or PaperIssueForm(formdata=None, form_key=secrets.token_hex(12)),
            archive=kept,
            form_key=secrets.token_hex(12),
        ),
        status,
    )


def _paper(dispatch: Dispatch) -> File | None:
    if dispatch.file_id is None:
        return None
    return db.session.execute(select(File).where(File.id == dispatch.file_id)).scalar_one_or_none()


def _asked(dispatch: Dispatch) -> tuple[int, str] | None:
    """The document that this one answers."""
    if dispatch.reply_to_id is None:
        return None
    row = db.session.execute(
        select(Dispatch.id, Dispatch.title).where(Dispatch.id == dispatch.reply_to_id)
    ).one_or_none()
    return (row.id, row.title) if row is not None else None


@blueprint.get("/dispatches/<int:dispatch_id>")
@requires(VIEW)
def show(dispatch_id: int) -> tuple[str, int]:
    return page(*open_dispatch(actor(), dispatch_id))


@blueprint.get("/dispatches/<int:dispatch_id>/paper")
@requires(VIEW)
def paper(dispatch_id: int) -> Response:
    """The finished paper; what is void stays readable, its page says that it is."""
    dispatch, _unit = open_dispatch(actor(), dispatch_id)
    if dispatch.file_id is None:
        raise NotFound(_("There is no paper of this document yet."))
    return file_sent(dispatch.file_id, "", dispatch)


@blueprint.get("/dispatches/files/<int:dispatch_file_id>")
@requires(VIEW)
def file(dispatch_file_id: int) -> Response:
    held = db.session.execute(
        select(DispatchFile).where(DispatchFile.id == dispatch_file_id)
    ).scalar_one_or_none()
    if held is None:
        raise NotFound(_("There is nothing at this address."))
    dispatch, _unit = open_dispatch(actor(), held.dispatch_id)
    return file_sent(held.file_id, held.name, dispatch)


@blueprint.post("/dispatches/<int:dispatch_id>/preview")
@requires(VIEW)
@limiter.limit("120 per hour")
def preview(dispatch_id: int) -> BaseResponse:
    """Have a preview with a watermark set, or a file for a word processor; the result lies with the job."""
    dispatch, _unit = open_dispatch(actor(), dispatch_id)
    what = "word" if request.form.get("what") == "word" else "preview"
    subject = number_of(dispatch) or dispatch.title
    form_key = request.form.get("form_key", "")[:40] or secrets.token_hex(12)
    try:
        with transaction():
            job_id = ask_paper(
                actor(), dispatch, what=what, subject=subject[:120], form_key=f"{what} {form_key}"
            )
    except Conflict as problem:
        said(problem)
        return to_page(dispatch_id)
    return redirect(url_for("jobs.show", job_id=job_id), 303)


@blueprint.post("/dispatches/<int:dispatch_id>/set")
@requires(DRAFT)
@limiter.limit("120 per hour")
def set_again(dispatch_id: int) -> BaseResponse:
    """Have the paper of a signed document set once more where it failed."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    if dispatch.number is None or dispatch.file_id is not None:
        flash(_("Nothing is to be set."), "due")
        return to_page(dispatch_id)
    form_key = request.form.get("form_key", "")[:40] or secrets.token_hex(12)
    try:
        with transaction():
            ask_paper(
                actor(), dispatch, what="paper", subject=number_of(dispatch), form_key=f"paper {form_key}"
            )
    except Conflict as problem:
        said(problem)
    else:
        flash(_("The paper is being set."), "ok")
    return to_page(dispatch_id)


@blueprint.post("/dispatches/<int:dispatch_id>/reply")
@requires(DRAFT)
def reply(dispatch_id: int) -> BaseResponse | tuple[str, int]:
    """Note a reply that came on paper."""
    dispatch = fetch(Dispatch, dispatch_id, actor=actor(), may=DRAFT, lock=True)
    form = ReplyForm()
    if form.validate() and form.form_key.data:
        try:
            with transaction():
                enter_reply(
                    actor(),
                    dispatch=dispatch,
                    number=form.number.data or "",
                    words=form.words.data or "",
                    replied_on=form.replied_on.data,
                    form_key=form.form_key.data[:64],
                )
        except Invalid as problem:
            show_problem(form, problem)
        except Conflict as problem:
            said(problem)
            return to_page(dispatch_id)
        else:
            flash(_("Saved."), "ok")
            return to_page(dispatch_id)
    return page(*open_dispatch(actor(), dispatch_id), reply=form, status=422)


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """What was said before and is after: ("same" | "gone" | "new", text), line by line and inside changed lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            found.append(("same", gone))
        elif tag == "replace" and len(gone) + len(come) < 4000:
            for inner, e, f, g, h in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes():
                if inner == "equal":
                    found.append(("same", gone[e:f]))
                else:
                    found += [("gone", gone[e:f]), ("new", come[g:h])]
        else:
            found += [("gone", gone), ("new", come)]
    return [(kind, text) for kind, text in found if text]


@blueprint.get("/dispatches/<int:dispatch_id>/versions")
@requires(VIEW)
def versions(dispatch_id: int) -> str:
    """Two wordings side by side in one text: what went, what came. Without a choice, the last two."""
    dispatch, unit = open_dispatch(actor(), dispatch_id)
    kept = versions_of(dispatch.id)
    by_number = {version.number: version for version, _name in kept}
    last = kept[0][0].number if kept else 0
    after = by_number.get(person_key(request.args.get("after")) or last)
    before = by_number.get(person_key(request.args.get("before")) or (after.number - 1 if after else 0))
    return render_template(
        "dispatches/versions.html",
        dispatch=dispatch,
        unit=unit,
        kept=kept,
        choices=[(one.number, _("Version %(n)s, %(name)s", n=one.number, name=name)) for one, name in kept],
        before=before,
        after=after,
        diff={
            name: changes(getattr(before, name), getattr(after, name))
            for name in ("title", "addressees", "body", "copies")
        }
        if before is not None and after is not None
        else {},
    )
