"""A unit's copy as a workbook, out and in."""

import io
from collections.abc import Sequence

from flask import Response, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.limits import limiter
from services.web.returns.views.routes import blueprint, copy_in_reach
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid, TooLarge
from shared.i18n import _
from shared.imports.workbook.safety import check_upload, refuse_secret
from shared.imports.workbook.sheets import sheets
from shared.returns.actions.filling import Typed, save
from shared.returns.columns import MAX_ROWS, columns_of
from shared.returns.columns.known import known_of
from shared.returns.workbook.reading import read_rows
from shared.returns.workbook.writing import MEDIA_TYPE, write_copy

#: A sheet of a unit is small.
LARGEST = 4 * 1024 * 1024


def sheet_sent() -> list[Sequence[object]]:
    """The first sheet of the uploaded file. Raises Invalid or TooLarge with a sentence for the person."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(_("Choose the filled-in sheet first."))
    data = sent.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooLarge(_("The file is larger than %(n)s MB.", n=LARGEST // 1024 // 1024))
    first = sheets(data, check_upload(data, sent.filename), sent.filename)[0]
    found: list[Sequence[object]] = []
    for _number, cells in first.rows:
        refuse_secret(cells)
        if any(cell not in (None, "") for cell in cells):
            found.append(cells)
        if len(found) > MAX_ROWS + 50:
            raise Invalid(_("At most %(n)s rows.", n=MAX_ROWS))
    return found


@blueprint.get("/fillings/<int:filling_id>/sheet")
@requires(Permission.RETURN_VIEW)
def sheet(filling_id: int) -> Response:
    """The copy as it stands, to fill in elsewhere."""
    table, filling, unit = copy_in_reach(filling_id, may=Permission.RETURN_VIEW)
    columns = columns_of(table.columns)
    data = write_copy(
        table.title,
        columns,
        filling.rows,
        known_of(columns, [unit.id])[unit.id],
        many=table.layout == "list",
    )
    answer = send_file(
        io.BytesIO(data),
        mimetype=MEDIA_TYPE,
        as_attachment=True,
        download_name=f"{table.title}-{unit.name}.xlsx",
        etag=False,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/fillings/<int:filling_id>/upload")
@requires(Permission.RETURN_FILL)
@limiter.limit("120 per hour")
def upload(filling_id: int) -> BaseResponse:
    """Take the cells of a filled-in sheet over into the copy; what does not fit is kept and shown at its cell."""
    table, filling, _unit = copy_in_reach(filling_id, may=Permission.RETURN_FILL, lock=True)
    here = redirect(url_for("returns.fill", filling_id=filling_id), 303)
    try:
        rows = read_rows(columns_of(table.columns), sheet_sent())
        with transaction():
            wrong = save(
                actor(),
                table=table,
                filling=filling,
                typed=Typed(rows, filling.note),
                version=person_key(request.form.get("version")) or 0,
            )
    except (Invalid, TooLarge, Conflict) as problem:
        flash(str(problem), "late")
        return here
    if wrong:
        flash(
            _("%(rows)s rows taken over; %(n)s cells need another look.", rows=len(rows), n=len(wrong)), "due"
        )
    else:
        flash(_("%(rows)s rows taken over; look at them and hand them in.", rows=len(rows)), "ok")
    return here
