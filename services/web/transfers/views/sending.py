"""Sending somebody: choose whom, which way and where to, on one filled form."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import and_, select
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.transfers.forms import SendByLetterForm, SendForm, SendToUnitForm
from services.web.transfers.views.lists import blueprint
from shared.access.door import fetch, reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.members import queries as members
from shared.members.models import Membership, Person
from shared.members.statuses import status_name
from shared.organisations.models import Unit
from shared.transfers import actions
from shared.transfers.models import Transfer
from shared.transfers.queries import (
    Place,
    is_any_published,
    last_contact,
    open_of,
    places_elsewhere,
    places_inside,
)
from shared.transfers.states import ROUTES
from shared.transfers.validity import validity


@dataclass(frozen=True)
class Whom:
    """A person with the membership that is to be transferred."""

    person: Person
    membership: Membership
    unit: Unit

    @property
    def standing(self) -> str:
        return status_name(self.membership.status)


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _words(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:60]


def _whom() -> Whom | None:
    """Who is named by membership, or by person: then the first living membership in the actor's reach."""
    membership_id, person_id = _number("membership_id"), _number("person_id")
    if membership_id is not None:
        membership = fetch(Membership, membership_id, actor=actor(), may=Permission.TRANSFER_EDIT)
    elif person_id is not None:
        fetch(Person, person_id, actor=actor(), may=Permission.TRANSFER_EDIT)
        membership = _first_of(person_id)
    else:
        return None
    row = db.session.execute(
        select(Person, Unit)
        .join(Unit, and_(Unit.tenant_id == Person.tenant_id, Unit.id == membership.unit_id))
        .where(Person.id == membership.person_id)
    ).one()
    return Whom(row[0], membership, row[1])


def _first_of(person_id: int) -> Membership:
    found = db.session.scalars(
        select(Membership)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Membership.person_id == person_id,
            Membership.until.is_(None),
            reach_filter(actor(), Permission.TRANSFER_EDIT, Unit.path),
        )
        .order_by(Membership.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such membership."))
    return found


def _route() -> str:
    wanted = request.values.get("route", "")
    return wanted if wanted in ROUTES else "inside"


@blueprint.get("/new")
@requires(Permission.TRANSFER_EDIT)
def new() -> str:
    whom = _whom()
    if whom is None:
        words = _words("who")
        return render_template(
            "transfers/whom.html",
            typed=words,
            found=members.find(actor(), words, permission=Permission.TRANSFER_EDIT) if words else [],
        )
    form = _form(_route(), filled=False)
    form.fill()
    form.membership_id.data = str(whom.membership.id)
    if isinstance(form, SendByLetterForm):
        form.valid_days.data = validity("beyond", today()).days
        form.contact.data = last_contact(whom.unit.id)
    return _page(whom, form)


def _form(route: str, *, filled: bool) -> SendForm:
    given = {} if filled else {"formdata": None}
    if route == "outside":
        by_letter = SendByLetterForm(**given)
        by_letter.offer()
        return by_letter
    to_unit = SendToUnitForm(**given)
    to_unit.offer([])
    return to_unit


def _page(whom: Whom, form: SendForm) -> str:
    route, words = _route(), _words("q")
    form.route.data = route
    places: list[Place] = []
    if isinstance(form, SendToUnitForm):
        line = whom.membership.kind
        places = (
            places_inside(line, words, beside=whom.unit)
            if route == "inside"
            else places_elsewhere(line, words)
        )
        form.offer(places)
    return render_template(
        "transfers/new.html",
        whom=whom,
        form=form,
        route=route,
        routes=ROUTES,
        places=places,
        typed=words,
        on_its_way=open_of(whom.person.id, whom.membership.kind),
        none_published=route == "tenant" and not places and not is_any_published(whom.membership.kind),
        rule=validity("beyond" if route == "outside" else "system", today()),
        longest=validity("longest", today()),
        may_both=route == "inside"
        and any(reached.below for reached in actor().reaches(Permission.TRANSFER_EDIT)),
    )


@blueprint.post("/new")
@requires(Permission.TRANSFER_EDIT)
def create() -> Response | tuple[str, int]:
    whom = _whom()
    if whom is None:
        raise Invalid(_("The form does not say which membership. Open the page again."))
    form = _form(_route(), filled=True)
    if form.validate():
        try:
            with transaction():
                sent = _send(whom, form)
        except (Invalid, Conflict) as problem:
            show_problem(form, Invalid(str(problem) if not problem.fields else "", fields=problem.fields))
            db.session.rollback()
            return _page(whom, form), problem.status
        flash(_sent_words(whom, sent), "ok")
        return redirect(url_for("transfers.show", transfer_id=sent.id), 303)
    return _page(whom, form), 422


def _sent_words(whom: Whom, sent: Transfer) -> str:
    name = whom.person.name
    if sent.state == "accepted":
        return _("%(name)s now belongs to the other unit", name=name)
    if sent.route == "outside":
        return _("The letter for %(name)s is being printed", name=name)
    return _("%(name)s is on the way; the receiver has been told", name=name)


def _send(whom: Whom, form: SendForm) -> Transfer:
    said = actions.Particulars(
        effective_on=form.effective_on.data or today(),
        form_key=(form.form_key.data or "")[:64] or _no_key(),
        dues_paid_to=form.dues_paid_to.data,
        reason=form.reason.data or "",
        external_no=form.external_no.data or "",
    )
    if isinstance(form, SendByLetterForm):
        return actions.send_outside(
            actor(),
            whom.membership,
            addressed_to=form.addressed_to.data or "",
            unit_there=form.unit_there.data or "",
            valid_days=form.valid_days.data,
            contact=form.contact.data or "",
            said=said,
        )
    assert isinstance(form, SendToUnitForm)
    place = _chosen(form)
    if _route() == "tenant":
        return actions.send_to_tenant(actor(), whom.membership, place=place, said=said)
    to = db.session.execute(select(Unit).where(Unit.id == place.unit_id)).scalar_one_or_none()
    if to is None:
        raise Invalid(fields={"place": _("Choose the receiving unit.")})
    sent = actions.send_inside(actor(), whom.membership, to=to, said=said)
    if form.at_once.data and sent.state == "sent":
        if not actor().can(Permission.TRANSFER_EDIT, to.path):
            raise Forbidden(_("This belongs to a unit outside your duties."))
        actions.accept(actor(), sent)
    return sent


def _no_key() -> str:
    raise Invalid(_("The form could not be read."))


def _chosen(form: SendToUnitForm) -> Place:
    tenant_id, _sign, unit_id = str(form.place.data or "").partition("-")
    if not (tenant_id.isascii() and tenant_id.isdigit() and unit_id.isascii() and unit_id.isdigit()) or (
        len(tenant_id) > 16 or len(unit_id) > 16
    ):
        raise Invalid(fields={"place": _("Choose the receiving unit.")})
    return Place(int(tenant_id), int(unit_id), "")
