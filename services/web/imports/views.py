"""Pages of imports: upload, columns, rows to decide, commit, undo."""

import secrets
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.imports.forms import CommitForm, UploadForm, decisions_of, sheets_of
from services.web.imports.rows import blocks_of, lines_of
from services.web.limits import limiter
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import now, today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid, TooLarge
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.commit import order_commit
from shared.imports.actions.decide import decide, take_alike
from shared.imports.actions.rejected import rejected_workbook
from shared.imports.actions.undo import REASONS, order_undo, plan_undo
from shared.imports.actions.upload import correct_mapping, upload
from shared.imports.layouts import LAYOUTS, ROSTER, missing
from shared.imports.layouts.headers import layout_of
from shared.imports.models import Batch
from shared.jobs import Job
from shared.settings import settings
from shared.tenants.queries import keys

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

#: Names shown of each list of an undo.
LISTED = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(batch_id: int, *, lock: bool = False) -> Batch:
    return fetch(Batch, batch_id, actor=actor(), may=Permission.IMPORT_RUN, lock=lock)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@blueprint.get("")
@requires(Permission.IMPORT_RUN)
def index() -> str:
    return _index(UploadForm(form_key=secrets.token_hex(12)))


def _index(form: UploadForm) -> str:
    found = queries.batches(_number("before"))
    return render_template(
        "imports/index.html",
        form=form,
        batches=found[: queries.PAGE],
        next_before=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        max_bytes=settings().max_upload,
        days=settings().staging_days,
    )


@blueprint.post("")
@requires(Permission.IMPORT_RUN)
@limiter.limit("60 per hour")
def receive() -> BaseResponse | tuple[str, int]:
    """Take a file in. The same form sent twice leads to the one import."""
    form = UploadForm()
    sent = form.file.data
    if not sent or not sent.filename:
        form.file.errors = [_("Choose a file first.")]
        return _index(form), 422
    key = (form.form_key.data or secrets.token_hex(12))[:64]
    known = db.session.scalar(select(Batch.id).where(Batch.form_key == key))
    if known is not None:
        return redirect(url_for("imports.show", batch_id=known), 303)
    db.session.rollback()
    try:
        with transaction():
            batch = upload(actor(), data=sent.read(), name=sent.filename, form_key=key)
    except (Invalid, TooLarge) as problem:
        form.file.errors = [str(problem)]
        form.form_key.data = secrets.token_hex(12)
        return _index(form), problem.status
    return redirect(url_for("imports.show", batch_id=batch.id), 303)


@blueprint.get("/<int:batch_id>")
@requires(Permission.IMPORT_RUN)
def show(batch_id: int) -> str | BaseResponse:
    batch = _batch(batch_id)
    job = queries.job_of(batch)
    if batch.state in {"reading", "committing", "undoing"}:
        return render_template("imports/working.html", batch=batch, job=job, **_working(batch, job))
    if batch.state == "mapping":
        return redirect(url_for("imports.columns", batch_id=batch.id), 303)
    if batch.state in {"failed", "undone"}:
        return render_template(
            "imports/over.html",
            batch=batch,
            job=job,
            problem=_(batch.problem or ""),
            reasons=_kept_words(batch),
        )
    return _preview(batch, job, CommitForm(form_key=secrets.token_hex(12)))


def _kept_words(batch: Batch) -> list[tuple[str, int]]:
    return [
        (str(REASONS[key]), count) for key, count in batch.mapping.get("kept", {}).items() if key in REASONS
    ]


def _working(batch: Batch, job: Job | None) -> dict[str, Any]:
    state = job.state if job else "failed"
    return {
        "open": state in {"queued", "running"},
        "given_up": state in {"failed", "cancelled"},
        "said": {
            "reading": _("Reading and checking the rows"),
            "committing": _("Committing the rows, all or none"),
            "undoing": _("Undoing the import"),
        }[batch.state],
    }


@blueprint.get("/<int:batch_id>/progress")
@requires(Permission.IMPORT_RUN)
def progress(batch_id: int) -> str:
    """The bar alone; once the work has ended it opens the page anew."""
    batch = _batch(batch_id)
    job = queries.job_of(batch)
    over = batch.state not in {"reading", "committing", "undoing"}
    about = {"open": False, "given_up": False, "said": ""} if over else _working(batch, job)
    return render_template("imports/progress.html", batch=batch, job=job, **about)


def _preview(batch: Batch, job: Job | None, form: CommitForm) -> str:
    after = None
    if (sheet := _number("sheet")) is not None and (row := _number("row")) is not None:
        after = (sheet, row)
    show = request.args.get("show", "")
    show = show if show in {"new", "change", "same", "skip"} else ""
    rows = queries.rows_of(batch.id, (show,) if show else queries.OPEN, after=after)
    page = rows[: queries.PAGE]
    entries = list(enumerate(batch.mapping["sheets"]))
    counted = batch.counts.get("sheets", {})
    if form.counts_from.data is None and not form.counts_from.errors:
        form.counts_from.data = batch.counts_from or today().replace(month=1, day=1)
    return render_template(
        "imports/preview.html",
        batch=batch,
        job=job,
        form=form,
        show=show,
        lines=lines_of(batch, page, keys()) if show else [],
        blocks=[] if show else blocks_of(batch, page, keys()),
        next_row=page[-1] if len(rows) > queries.PAGE else None,
        standing=queries.standing(batch),
        counts=_total(counted),
        new_units=sum(
            counted.get(str(number), {}).get("new", 0)
            for number, entry in entries
            if entry["layout"] == "units"
        ),
        total=sum(sum(one.values()) for one in counted.values()),
        left_out=[entry["name"] for _n, entry in entries if not entry["layout"]],
        result=job.result if job is not None and batch.committed_at and job.state == "done" else {},
        may_undo=bool(batch.committed_at and batch.purge_at and batch.purge_at > now()),
        days=settings().staging_days,
    )


def _total(counted: dict[str, dict[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(("new", "change", "same", "skip", "question", "bad"), 0)
    for one in counted.values():
        for verdict, count in one.items():
            total[verdict] = total.get(verdict, 0) + count
    return total


@blueprint.post("/<int:batch_id>/decide")
@requires(Permission.IMPORT_RUN)
def settle(batch_id: int) -> BaseResponse:
    """Keep the decisions of the page; a button in the list takes one unit for all rows that name it alike."""
    with transaction():
        batch = _batch(batch_id, lock=True)
        decide(actor(), batch, decisions=decisions_of(request.form))
        row, mark, use = request.form.get("alike", "").partition("|")
        if mark and row.isascii() and row.isdigit() and use.startswith("use:") and use.count(":") >= 2:
            _use, column, ref = use.split(":", 2)
            take_alike(actor(), batch, row_id=int(row), column=column, ref=ref)
    flash(_("Decisions kept"), "ok")
    return redirect(_same_page(batch_id), 303)


def _same_page(batch_id: int) -> str:
    return url_for("imports.show", batch_id=batch_id, sheet=_number("sheet"), row=_number("row"))


@blueprint.post("/<int:batch_id>/commit")
@requires(Permission.IMPORT_RUN)
def commit(batch_id: int) -> BaseResponse | tuple[str, int]:
    """Keep the decisions of the page and have the good rows written. Sent twice it is one job."""
    form = CommitForm()
    try:
        with transaction():
            batch = _batch(batch_id, lock=True)
            if batch.state in {"staged", "committed"}:
                decide(actor(), batch, decisions=decisions_of(request.form))
            if not form.validate():
                raise Invalid("")
            order_commit(
                actor(),
                batch,
                counts_from=form.counts_from.data if batch.counts_from is None else None,
                form_key=form.form_key.data or None,
            )
    except Invalid as problem:
        show_problem(form, problem)
        batch = _batch(batch_id)
        return _preview(batch, queries.job_of(batch), form), 422
    except Conflict:
        batch = _batch(batch_id)
        if batch.state not in {"committing", "committed"}:
            raise
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@blueprint.get("/<int:batch_id>/columns")
@requires(Permission.IMPORT_RUN)
def columns(batch_id: int) -> str:
    """What each column means; asked where it could not be told, and to be corrected until the commit."""
    return _columns(_batch(batch_id), [])


def _columns(batch: Batch, problems: list[str]) -> str:
    entries = []
    for entry in batch.mapping.get("sheets", []):
        by_index = {index: key for key, index in entry["columns"].items()}
        entries.append({**entry, "by_index": by_index})
    layouts = [
        (layout.key, str(layout.title), [(column.key, str(column.title)) for column in layout.columns])
        for layout in LAYOUTS[ROSTER]
    ]
    return render_template(
        "imports/columns.html",
        batch=batch,
        entries=entries,
        layouts=layouts,
        problems=problems,
        may_change=batch.state in {"mapping", "staged"},
    )


@blueprint.post("/<int:batch_id>/columns")
@requires(Permission.IMPORT_RUN)
def correct(batch_id: int) -> BaseResponse | tuple[str, int]:
    batch = _batch(batch_id)
    corrected = sheets_of(request.form, batch.mapping.get("sheets", []))
    problems = [
        _("%(sheet)s: say which column holds %(column)s.", sheet=entry["name"], column=column.title)
        for entry in corrected
        if entry["layout"]
        for column in missing(layout_of(entry["layout"]), entry["columns"])
    ]
    if not any(entry["layout"] for entry in corrected):
        problems = [_("Say of at least one sheet what it holds.")]
    if problems:
        db.session.expunge(batch)
        batch.mapping = {**batch.mapping, "sheets": corrected}
        return _columns(batch, problems), 422
    db.session.rollback()
    with transaction():
        correct_mapping(actor(), _batch(batch_id, lock=True), sheets=corrected)
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@blueprint.get("/<int:batch_id>/rejected.xlsx")
@requires(Permission.IMPORT_RUN)
def rejected(batch_id: int) -> Response:
    """The rows that wait, as they came, with a column of reasons; to be corrected and uploaded again."""
    batch = _batch(batch_id)
    with transaction():
        data = rejected_workbook(actor(), batch)
    name = f"import-{batch.id}-rows.xlsx"
    return Response(data, mimetype=_XLSX, headers={"Content-Disposition": f"attachment; filename={name}"})


@blueprint.get("/<int:batch_id>/undo")
@requires(Permission.IMPORT_RUN)
def undo_preview(batch_id: int) -> str:
    batch = _batch(batch_id)
    if batch.state != "committed":
        raise Conflict(_("There is nothing to undo."))
    plan = plan_undo(batch)
    kept = [
        (kind, key, str(REASONS.get(reason, REASONS["other"])))
        for kind in ("unit", "person")
        for key, reason in plan.kept[kind].items()
    ]
    return render_template(
        "imports/undo.html",
        batch=batch,
        counts=plan.counts(),
        removed_units=queries.names_of("unit", plan.removed("unit")[:LISTED]),
        removed_people=queries.names_of("person", plan.removed("person")[:LISTED]),
        restored_units=queries.names_of("unit", plan.restored("unit")[:LISTED]),
        restored_people=queries.names_of("person", sorted(plan.people_restored())[:LISTED]),
        kept=_named(kept[:LISTED]),
        listed=LISTED,
        form_key=secrets.token_hex(12),
        may_undo=batch.purge_at is not None and batch.purge_at > now(),
    )


def _named(kept: list[tuple[str, int, str]]) -> list[tuple[str, str]]:
    names = {
        kind: dict(queries.names_of(kind, [key for one, key, _reason in kept if one == kind]))
        for kind in ("unit", "person")
    }
    return [(names[kind].get(key, ""), reason) for kind, key, reason in kept]


@blueprint.post("/<int:batch_id>/undo")
@requires(Permission.IMPORT_RUN)
def undo(batch_id: int) -> BaseResponse:
    try:
        with transaction():
            order_undo(actor(), _batch(batch_id, lock=True), form_key=request.form.get("form_key") or None)
    except Conflict:
        if _batch(batch_id).state not in {"undoing", "undone"}:
            raise
    return redirect(url_for("imports.show", batch_id=batch_id), 303)
