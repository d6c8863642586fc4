"""The editor of a draft: one form of rows, drawn again with what was typed after each button."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.schemes import words
from services.web.schemes.forms import HeadForm, grading_rows, grading_sent
from services.web.schemes.forms.rows import (
    TIERS,
    Row,
    act_on,
    number_of,
    other_params,
    rows_of,
    rows_sent,
    specs_of,
)
from services.web.schemes.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.schemes import Fault, faults_of, needs_of, save_draft, spec_of
from shared.assessments.metrics import METRICS
from shared.assessments.models import Scheme
from shared.assessments.queries.schemes import lines_at
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.members.posts import post_name, posts_on
from shared.tenants.queries import open_tenant

Page = Response | tuple[str, int]


def _line() -> str:
    return "union" if open_tenant().kind == "union" else "party"


def _form(scheme: Scheme, *, sent: bool) -> HeadForm:
    form = HeadForm() if sent else HeadForm(formdata=None)
    form.offer(_line(), scheme.applies.get("unit_kinds", ()))
    return form


def _metrics() -> list[tuple[str, str]]:
    nothing = [("", _("Not in the ledger yet"))]
    return nothing + [(key, words.metric_name(key)) for key in METRICS]


def _kinds(row: Row) -> list[tuple[str, str]]:
    line = _line()
    return [
        (code, str(kind.name))
        for code, kind in KINDS.items()
        if kind.line in (line, "both") or code in row["kinds"]
    ]


def _fields(row: Row) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for kind in row["kinds"]:
        for field in KINDS[kind].fields if kind in KINDS else ():
            found.setdefault(field.code, str(field.label))
    return list(found.items())


def _other_name(metric: str, name: str) -> str:
    return next((str(each.label) for each in METRICS[metric].params if each.name == name), name)


def _sums(rows: list[Row]) -> tuple[list[tuple[str, Any]], Any, Any]:
    """Marks by heading, in all, and of the bonus lines, as typed."""
    headings: dict[str, Decimal] = {}
    total = bonus = Decimal(0)
    for row in rows:
        marks = number_of(row["full"] or "0") or Decimal(0)
        if row["kind"] == "bonus":
            bonus += marks
        elif row["kind"] != "veto":
            headings[row["heading"]] = headings.get(row["heading"], Decimal(0)) + marks
            total += marks
    return list(headings.items()), total, bonus


def _by_field(faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(
            fault.field if fault.place is None else f"lines-{fault.place}-{fault.field}", fault.text
        )
    return found


def _page(
    scheme: Scheme,
    form: HeadForm,
    rows: list[Row],
    *,
    steps: list[dict[str, str]],
    wrong: dict[str, str] | None = None,
    look: int | None = None,
    clash: bool = False,
    status: int = 200,
) -> tuple[str, int]:
    headings, total, bonus = _sums(rows)
    return (
        render_template(
            "schemes/edit.html",
            scheme=scheme,
            form=form,
            rows=rows,
            steps=steps,
            wrong=wrong or {},
            look=look,
            clash=clash,
            headings=headings,
            total=total,
            bonus=bonus,
            words=words,
            metrics=_metrics(),
            needs={key: needs_of(key) for key in METRICS},
            kinds_of=_kinds,
            fields_of=_fields,
            rows_for=lambda row: [
                (each["uid"], each["name"])
                for each in rows
                if each["uid"] != row["uid"] and each["kind"] != "bonus"
            ],
            posts=[(code, post_name(code)) for code in posts_on(_line())],
            other_params=other_params,
            other_name=_other_name,
            tiers=TIERS,
        ),
        status,
    )


@blueprint.get("/<int:scheme_id>/edit")
@requires(Permission.SCHEME_EDIT)
def edit(scheme_id: int) -> Page:
    """A draft to be written; what keeps it from being issued stands at its place."""
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT)
    if scheme.state != "draft":
        return redirect(url_for("schemes.show", scheme_id=scheme.id), 303)
    form = _form(scheme, sent=False)
    form.fill(scheme, words.said)
    lines = [spec_of(line) for line in lines_at(scheme.id)]
    faults = faults_of(lines, total=scheme.total, bonus_cap=scheme.bonus_cap, applies=scheme.applies)
    return _page(
        scheme,
        form,
        rows_of(lines, words.said),
        steps=grading_rows(scheme.grading),
        wrong=_by_field(faults) if lines else {},
    )


@blueprint.post("/<int:scheme_id>/edit")
@requires(Permission.SCHEME_EDIT)
def save(scheme_id: int) -> Page:
    """Write the draft, or only draw it again with a line more, less or elsewhere."""
    act = request.form.get("act", "save")
    scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT, lock=act == "save")
    form = _form(scheme, sent=True)
    rows = rows_sent(request.form)
    grading = grading_sent(form.grading.data or "")
    steps = grading_rows(grading) or []
    if act != "save":
        rows, look = act_on(rows, act)
        return _page(scheme, form, rows, steps=steps, look=look)
    lines, wrong = specs_of(rows)
    steps_typed = _typed(steps, grading)
    if not form.validate() or wrong:
        wrong |= {name: str(errors[0]) for name, errors in form.errors.items() if name and errors}
        return _page(scheme, form, rows, steps=steps_typed, wrong=wrong, status=422)
    revision = number_of(form.revision.data or "")
    try:
        with transaction():
            save_draft(
                actor(), scheme=scheme, head=form.spec(grading), lines=lines, revision=int(revision or 0)
            )
    except Invalid as problem:
        wrong = {name: str(text) for name, text in problem.fields.items()}
        show_problem(
            form, Invalid(str(problem), fields={key: text for key, text in wrong.items() if key in form})
        )
        return _page(scheme, form, rows, steps=steps_typed, wrong=wrong, status=422)
    except Conflict:
        db.session.expire_all()
        scheme = fetch(Scheme, scheme_id, actor=actor(), may=Permission.SCHEME_EDIT)
        if scheme.state != "draft":
            raise
        # Saved again it replaces what the other one wrote, knowingly.
        form.revision.data = str(scheme.revision)
        return _page(scheme, form, rows, steps=steps_typed, clash=True, status=409)
    flash(_("Draft saved"), "ok")
    return redirect(url_for("schemes.edit", scheme_id=scheme_id), 303)


def _typed(steps: list[dict[str, str]], grading: dict[str, Any]) -> list[dict[str, str]]:
    """The steps as typed, also where they do not add up."""
    if not grading:
        return steps
    return [
        {
            "key": step["key"],
            "name": _(step["name"]),
            "at_least": step["at_least"] or "",
            "quota": step["quota"] or "",
        }
        for step in grading["steps"]
    ]
