"""The rows to decide, and the commit."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.imports.forms import CommitForm, decisions_of
from services.web.imports.views.routes import batch_at, blueprint, number
from services.web.imports.views.rows import blocks_of, lines_of
from shared.access.permissions import Permission
from shared.clock import now, today
from shared.db import transaction
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.imports import queries
from shared.imports.actions.commit import order_commit
from shared.imports.actions.decide import decide, take_alike
from shared.imports.actions.rejected import rejected_workbook
from shared.imports.models import Batch
from shared.jobs import Job
from shared.settings import settings
from shared.tenants.queries import keys

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def preview(batch: Batch, job: Job | None, form: CommitForm) -> str:
    after = None
    if (sheet := number("sheet")) is not None and (row := number("row")) is not None:
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
        counts=total_of(counted),
        new_units=sum(
            counted.get(str(number), {}).get("new", 0)
            for number, entry in entries
            if entry["layout"] == "units"
        ),
        total=sum(sum(one.values()) for one in counted.values()),
        read_with=[entry["saved"]["name"] for _n, entry in entries if entry.get("saved")],
        left_out=[entry["name"] for _n, entry in entries if not entry["layout"]],
        result=job.result if job is not None and batch.committed_at and job.state == "done" else {},
        may_undo=bool(batch.committed_at and batch.purge_at and batch.purge_at > now()),
        days=settings().staging_days,
    )


def total_of(counted: dict[str, dict[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(("new", "change", "same", "skip", "question", "bad"), 0)
    for one in counted.values():
        for verdict, count in one.items():
            total[verdict] = total.get(verdict, 0) + count
    return total


@blueprint.post("/<int:batch_id>/decide")
@requires(Permission.IMPORT_LEDGER)
def settle(batch_id: int) -> BaseResponse:
    """Keep the decisions of the page; a button in the list takes one unit for all rows that name it alike."""
    with transaction():
        batch = batch_at(batch_id, lock=True)
        decide(actor(), batch, decisions=decisions_of(request.form))
        row, mark, use = request.form.get("alike", "").partition("|")
        known = row.isascii() and row.isdigit() and len(row) < 16
        if mark and known and use.startswith("use:") and use.count(":") >= 2:
            _use, column, ref = use.split(":", 2)
            take_alike(actor(), batch, row_id=int(row), column=column, ref=ref)
    flash(_("Decisions kept"), "ok")
    return redirect(_same_page(batch_id), 303)


def _same_page(batch_id: int) -> str:
    return url_for("imports.show", batch_id=batch_id, sheet=number("sheet"), row=number("row"))


@blueprint.post("/<int:batch_id>/commit")
@requires(Permission.IMPORT_LEDGER)
def commit(batch_id: int) -> BaseResponse | tuple[str, int]:
    """Keep the decisions of the page and have the good rows written. Sent twice it is one job."""
    form = CommitForm()
    try:
        with transaction():
            batch = batch_at(batch_id, lock=True)
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
        batch = batch_at(batch_id)
        return preview(batch, queries.job_of(batch), form), 422
    except Conflict:
        batch = batch_at(batch_id)
        if batch.state not in {"committing", "committed"}:
            raise
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@blueprint.get("/<int:batch_id>/rejected.xlsx")
@requires(Permission.IMPORT_LEDGER)
def rejected(batch_id: int) -> Response:
    """The rows that wait, as they came, with a column of reasons; to be corrected and uploaded again."""
    batch = batch_at(batch_id)
    with transaction():
        data = rejected_workbook(actor(), batch)
    name = f"import-{batch.id}-rows.xlsx"
    return Response(data, mimetype=_XLSX, headers={"Content-Disposition": f"attachment; filename={name}"})
