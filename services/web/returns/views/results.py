"""The rows behind the numbers of a table."""

from decimal import Decimal

from flask import render_template, request

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.returns.views.lists import table_seen
from services.web.returns.views.routes import blueprint
from services.web.returns.words import cell_said
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.organisations.models import Unit
from shared.returns.columns import columns_of
from shared.returns.columns.checking import number_text
from shared.returns.queries.results import ResultFilter, results


@blueprint.app_template_filter("figure")
def figure(number: Decimal | None) -> str:
    """A sum as it is read, with thousands set apart."""
    if number is None:
        return ""
    whole, _point, digits = number_text(number).partition(".")
    return f"{int(whole):,}" + (f".{digits}" if digits else "")


def result_asked(return_id: int | None = None) -> ResultFilter:
    """The filter as the address says it; without a table it is the filter of none."""
    asked = return_id if return_id is not None else person_key(request.args.get("return_id"))
    unit_id = person_key(request.args.get("unit_id"))
    if unit_id is not None:
        fetch(Unit, unit_id, actor=actor(), may=Permission.RETURN_VIEW)
    if asked is None:
        return ResultFilter(0)
    table = table_seen(asked)
    keys = {one.key for one in columns_of(table.columns)}
    key, after = request.args.get("key", ""), request.args.get("after", "")[:600]
    return ResultFilter(
        asked,
        unit_id=unit_id,
        key=key if key in keys else "",
        value=request.args.get("value", "")[:500] if key in keys else "",
        after=after if after.replace(".", "").isdigit() else "",
    )


@blueprint.get("/<int:return_id>/rows")
@requires(Permission.RETURN_VIEW)
def rows(return_id: int) -> str:
    """What the units filled in, in the order of the tree; of one column, or of one answer."""
    table = table_seen(return_id)
    given = result_asked(return_id)
    found, more = results(actor(), given)
    columns = columns_of(table.columns)
    kept = {key: request.args[key] for key in ("unit_id", "key", "value") if request.args.get(key)}
    return render_template(
        "returns/rows.html",
        table=table,
        given=given,
        rows=found,
        further=more,
        kept=kept,
        # The unit heads each row anyway.
        columns=[one for one in columns if one.known != "unit"],
        column=next((one for one in columns if one.key == given.key), None),
        said=cell_said,
    )
