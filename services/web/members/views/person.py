"""The roster, one person, myself."""

import secrets

from flask import Blueprint, current_app, render_template, request
from sqlalchemy import select

from services.web.edge import actor, requires
from services.web.members.views.listing import (
    place_text,
    post_choices,
    read_filter,
    relation_choices,
    said_register,
    status_choices,
    total_text,
)
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.queries.attended import person_record
from shared.errors import Forbidden, Invalid, NotFound
from shared.i18n import _
from shared.members import actions, queries
from shared.members.actions.revealing import PURPOSES
from shared.members.models import Membership, Person
from shared.members.numbers import show_identity, show_phone
from shared.members.registry import REGISTRY, choice_name
from shared.organisations.models import Unit
from shared.tenants.queries import keys

blueprint = Blueprint("members", __name__)


@blueprint.get("/members")
@requires(Permission.MEMBER_VIEW)
def index() -> str:
    """The roster of a unit and all below it, fifty a page, those whose data lack something one press away."""
    who = actor()
    if not who.reaches(Permission.MEMBER_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    asked = read_filter(who)
    given = asked.given
    page = queries.roster_page(who, given, after=asked.after, before=asked.before)
    everybody, gaps = queries.count(who, given, whole=asked.whole)
    return render_template(
        "members/index.html",
        asked=asked,
        page=page,
        line=given.line,
        other_line=queries.other_line(given.line) if asked.unit is None else None,
        everybody=total_text(everybody, whole=asked.whole),
        gaps=total_text(gaps, whole=asked.whole),
        capped=not asked.whole and max(everybody, gaps) > queries.CAP,
        statuses=status_choices(given.line),
        posts=post_choices(given.line),
        relations=relation_choices(),
        register=said_register(given),
        next=asked.address(after=place_text(page.after)) if page.after else None,
        previous=asked.address(before=place_text(page.before)) if page.before else None,
        today=today(),
        may_add=(asked.unit is not None and who.can(Permission.MEMBER_EDIT, asked.unit.path))
        or who.may(Permission.MEMBER_EDIT),
        may_import=who.may(Permission.IMPORT_RUN),
    )


def homes_of(person: Person) -> list[tuple[int, str]]:
    """The units the person belongs to now: id and path."""
    return [
        (unit_id, path)
        for unit_id, path in db.session.execute(
            select(Unit.id, Unit.path)
            .join(Membership, (Membership.tenant_id == Unit.tenant_id) & (Membership.unit_id == Unit.id))
            .where(Membership.person_id == person.id, Membership.until.is_(None))
        )
    ]


def can(permission: Permission, homes: list[tuple[int, str]]) -> bool:
    """Whether the actor has the right where the person belongs."""
    who = actor()
    return who.can(permission) or any(who.can(permission, path) for _unit, path in homes)


def register_facts(person: Person, line: str | None) -> list[tuple[str, str | None]]:
    """What the real-name register knows: (word, value); the political status is asked of union members only."""
    names = {
        "education": _("Education"),
        "political": _("Political status"),
        "household": _("Household registration"),
        "employment": _("Form of employment"),
    }
    return [
        (word, choice_name(column, getattr(person, column)) or None)
        for column, word in names.items()
        if column in REGISTRY and (column != "political" or line != "party")
    ] + [(_("Position at work"), person.job_title)]


def _person_page(
    person: Person, *, shown: dict[str, str] | None = None, refused: tuple[str, Invalid] | None = None
) -> str:
    opened, shown, homes = keys(), shown or {}, homes_of(person)
    card, stays = queries.person_card(person), queries.stays_of(person.id)
    living = card.living_in(None)
    stay = next((one for one in stays if one.until is None), None)
    who = actor()
    return render_template(
        "members/show.html",
        person=person,
        card=card,
        stays=stays,
        stay=stay,
        advice=queries.advice_of(stay, today()) if stay else "",
        register=register_facts(person, living.kind if living else None),
        shown=shown,
        refused=refused,
        purposes=PURPOSES,
        identity=shown.get("identity") or show_identity(opened, person.identity_sealed),
        phone=shown.get("phone") or show_phone(opened, person.phone_sealed),
        record=person_record(person.id, today().year) if can(Permission.EVENT_VIEW, homes) else None,
        year=today().year,
        today=today(),
        form_key=secrets.token_urlsafe(9),
        may_edit=can(Permission.MEMBER_EDIT, homes),
        may_reveal=can(Permission.MEMBER_REVEAL, homes),
        may_transfer=can(Permission.TRANSFER_EDIT, homes),
        may_account=who.may(Permission.ACCOUNT_VIEW) and "accounts.index" in current_app.view_functions,
    )


@blueprint.get("/members/<int:person_id>")
@requires(Permission.MEMBER_VIEW)
def show(person_id: int) -> str:
    return _person_page(fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_VIEW))


@blueprint.post("/members/<int:person_id>/reveal")
@requires(Permission.MEMBER_REVEAL)
def reveal(person_id: int) -> str | tuple[str, int]:
    """Show one number in full, once; the look and its purpose are in the audit trail.

    No redirect: the number is not kept anywhere.
    """
    person = fetch(Person, person_id, actor=actor(), may=Permission.MEMBER_REVEAL)
    what = request.form.get("what")
    if what not in ("identity", "phone"):
        raise Invalid(_("Choose which number."))
    homes = homes_of(person)
    try:
        with transaction():
            number = actions.reveal(
                actor(),
                person,
                what="identity" if what == "identity" else "phone",
                purpose=request.form.get("purpose", ""),
                note=request.form.get("note", ""),
                unit_id=homes[0][0] if homes else None,
            )
    except Invalid as problem:
        db.session.rollback()
        return _person_page(person, refused=(what, problem)), 422
    return _person_page(person, shown={what: number})


@blueprint.get("/me")
@requires(Permission.SELF)
def me() -> str:
    """What the tenant keeps about me: my data, my belonging, my record of the year."""
    person = db.session.execute(select(Person).where(Person.id == actor().person_id)).scalar_one_or_none()
    if person is None:
        raise NotFound(_("There is no person behind this account."))
    opened = keys()
    card = queries.person_card(person)
    living = card.living_in(None)
    return render_template(
        "members/me.html",
        person=person,
        card=card,
        stays=queries.stays_of(person.id),
        identity=show_identity(opened, person.identity_sealed),
        phone=show_phone(opened, person.phone_sealed, full=True),
        record=person_record(person.id, today().year, limit=50),
        register=register_facts(person, living.kind if living else None),
        year=today().year,
    )
