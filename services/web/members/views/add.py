"""Enter a person: somebody new, or, after a question, somebody the tenant knows already."""

import secrets
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import and_, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.members.forms import PersonForm
from services.web.members.views.listing import line_in, number_in
from services.web.members.views.person import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.db import db, transaction
from shared.errors import Invalid, Problem
from shared.hanzi import fold
from shared.i18n import _
from shared.members import actions, queries
from shared.members.actions.entering import entered_by
from shared.members.actions.people import holder_of
from shared.members.models import Membership, Person
from shared.organisations.models import Unit
from shared.organisations.queries import choices


@dataclass(frozen=True)
class Known:
    """Whom the tenant knows by the identity number that was typed."""

    person: Person
    #: The former or other belonging, in words for whoever may read it.
    said: str


def _choices(line: str) -> list[tuple[int, str, int]]:
    """The units of a line in which the actor may enter people."""
    units = choices(actor(), Permission.MEMBER_EDIT)
    of_line = set(
        db.session.scalars(
            select(Unit.id).where(Unit.id.in_([unit_id for unit_id, _n, _d in units]), Unit.line == line)
        )
    )
    return [unit for unit in units if unit[0] in of_line]


def _page(form: PersonForm, line: str, known: Known | None = None) -> str:
    return render_template(
        "members/add.html", form=form, line=line, other_line=queries.other_line(line), known=known
    )


@blueprint.get("/members/add")
@requires(Permission.MEMBER_EDIT)
def add() -> str:
    wanted = number_in(request.args, "unit_id")
    line = db.session.scalar(select(Unit.line).where(Unit.id == wanted)) if wanted is not None else None
    line = line or line_in(actor(), None, request.args)
    form = PersonForm()
    form.offer(_choices(line), line)
    if wanted is not None:
        form.unit_id.data = wanted
    return _page(form, line)


def _known(form: PersonForm, unit: Unit) -> Known | None:
    """Whom the identity number names already; a question, where it may be the same person who comes back.

    Raises Invalid where they belong to a unit of this line now, or where neither the name agrees nor the actor may
    see them: the number alone tells nothing about anybody.
    """
    person = holder_of(form.identity.data or "")
    if person is None:
        return None
    rows = db.session.execute(
        select(Unit.name, Unit.path, Membership.kind, Membership.until)
        .join(Membership, and_(Membership.tenant_id == Unit.tenant_id, Membership.unit_id == Unit.id))
        .where(Membership.person_id == person.id)
        .order_by(Membership.until.is_not(None), Membership.until.desc(), Membership.id.desc())
    ).all()
    who = actor()
    seen = [row for row in rows if who.can(Permission.MEMBER_VIEW, row.path)]
    if any(row.until is None and row.kind == unit.line for row in rows):
        place = next((row.name for row in seen if row.until is None and row.kind == unit.line), None)
        raise Invalid(
            fields={
                "identity": _("This person belongs to %(unit)s. Carry them over instead.", unit=place)
                if place
                else _("Somebody with this identity number belongs to another unit of the tenant already.")
            }
        )
    if fold(form.name.data or "") != fold(person.name) and not seen and not who.can(Permission.MEMBER_VIEW):
        raise Invalid(
            fields={"identity": _("The roster knows this identity number under another name. Check the two.")}
        )
    last = seen[0] if seen else None
    if last is None:
        said = _("was in the roster before")
    elif last.until is None:
        said = _("belongs to %(unit)s", unit=last.name)
    else:
        said = _("belonged to %(unit)s until %(day)s", unit=last.name, day=last.until)
    return Known(person, said)


def _enter(form: PersonForm, unit: Unit) -> Person:
    return actions.add_person(
        actor(),
        unit=unit,
        name=form.name.data or "",
        status=form.status.data,
        relation=form.relation.data or "registered",
        sex=form.sex.data,
        ethnic=form.ethnic.data or "",
        born=form.born.data,
        identity=form.identity.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        joined=form.joined.data,
        confirmed=form.confirmed.data,
        since=form.since.data,
        card_number=form.card_number.data or "",
        register=form.register(),
        form_key=(form.form_key.data or secrets.token_urlsafe(16))[:64],
    )


def _take_in(form: PersonForm, unit: Unit, person: Person) -> Person:
    actions.take_in(
        actor(),
        person,
        unit=unit,
        status=form.status.data,
        relation=form.relation.data or "registered",
        joined=form.joined.data,
        confirmed=form.confirmed.data,
        since=form.since.data,
        card_number=form.card_number.data or "",
    )
    return person


def _after(person: Person, form: PersonForm) -> Response:
    flash(_("%(name)s is entered", name=person.name), "ok")
    # Who is here from elsewhere is asked at once from where.
    target = "members.stay" if form.relation.data == "in" else "members.show"
    return redirect(url_for(target, person_id=person.id), 303)


@blueprint.post("/members/add")
@requires(Permission.MEMBER_EDIT)
def create() -> Response | tuple[str, int]:
    form = PersonForm()
    wanted = number_in(request.form, "unit_id")
    unit = fetch(Unit, wanted, actor=actor(), may=Permission.MEMBER_EDIT) if wanted is not None else None
    line = line_in(actor(), unit, request.form)
    form.offer(_choices(line), line)
    form.unit_id.validate_choice = False
    known = None
    if form.validate() and unit is not None:
        try:
            sent = entered_by((form.form_key.data or "")[:64])
            known = _known(form, unit) if sent is None else None
            if known is None or form.same_person.data == str(known.person.id):
                with transaction():
                    person = _enter(form, unit) if known is None else _take_in(form, unit, known.person)
                return _after(person, form)
        except Problem as problem:
            db.session.rollback()
            known = None
            show_problem(form, problem if isinstance(problem, Invalid) else Invalid(str(problem)))
    return _page(form, line, known), 422
