"""`jiceng demo`: two invented tenants with people, half a year of ledger, and a login for every role."""

from datetime import date

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from services.web.commands.demo.appraisals import appraise
from services.web.commands.demo.campaign import campaign
from services.web.commands.demo.cast import (
    OPERATOR,
    ROLES,
    SUCCESSOR,
    Part,
    acting,
    known,
    login,
    parts,
    seat,
)
from services.web.commands.demo.certificates import award
from services.web.commands.demo.circulars import tell_units
from services.web.commands.demo.dispatches import write_documents
from services.web.commands.demo.gathering import meet, pay
from services.web.commands.demo.grades import honour
from services.web.commands.demo.ledger import write_ledger
from services.web.commands.demo.lines import second_line, write_tenures
from services.web.commands.demo.minutes import keep_minutes
from services.web.commands.demo.moves import receive_post, register_stays, send_across, send_people
from services.web.commands.demo.notices import read_most, send_notices
from services.web.commands.demo.paper import issue_plans
from services.web.commands.demo.past import enter_past
from services.web.commands.demo.people import Staff, settle
from services.web.commands.demo.plan import Plan, plan
from services.web.commands.demo.rectification import put_right
from services.web.commands.demo.reforms import hold_election, reorganise
from services.web.commands.demo.rounds import assess
from services.web.commands.demo.schemes import draft_next
from services.web.commands.demo.service import serve
from services.web.commands.demo.study import study
from services.web.commands.demo.tables import ask_tables
from services.web.commands.demo.talks import hold_talks, keep_birthdays
from services.web.commands.demo.together import choose_rules, hold_together, make_public, spare
from services.web.commands.demo.tree import Planted, plant
from services.web.commands.demo.votes import vote
from services.web.commands.demo.watched import watch
from services.web.commands.demo.wording import word_messages
from services.web.commands.edge import SESSION
from shared.access.actor import Actor, Grant
from shared.accounts.models import RoleGrant
from shared.accounts.passwords import hash_password
from shared.assessments.actions import adopt_sheets, score_units
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions import adopt_pack, plan_year, years_ahead
from shared.i18n import DEFAULT, _, use_locale
from shared.members.models import Person
from shared.organisations.models import Unit
from shared.sealing import new_wrapped_key
from shared.settings import settings
from shared.tenancy import platform, tenant
from shared.tenants.models import Tenant
from shared.tenants.queries import keys, tenant_by_name
from shared.transfers.models import Transfer

TENANTS = ("organ", "union")
#: Full months of ledger before the present one.
MONTHS = 6


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demo once; done again, it changes nothing."""
    if not settings().demo_password:
        raise click.ClickException(_("DEMO_PASSWORD is not set: it becomes the password of the demo logins."))
    with use_locale(DEFAULT):
        if known(OPERATOR):
            click.echo(_("The demo is loaded already; nothing was changed."))
            return
        password_hash = hash_password(settings().demo_password)
        for name in TENANTS:
            load(plan(name), password_hash)
        exchange()
        # The last one: whoever finds it knows that all of it is there.
        login(OPERATOR, password_hash, operator=True)
        click.echo(_("The demo is loaded."))


def first_day(on: date) -> date:
    """The first day of the demo's ledger."""
    months = on.year * 12 + on.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def load(given: Plan, password_hash: str) -> None:
    """One tenant in one transaction; a run that was cut off is taken up by the next."""
    tenant_id = _opened(given)
    logins = {role: login(f"{role}@{given.domain}.demo", password_hash) for role in (*ROLES, SUCCESSOR)}
    with tenant(tenant_id):
        with transaction():
            if db.session.scalar(select(Unit.id).limit(1)) is None:
                _fill(given, tenant_id, logins)
        db.session.remove()


def _opened(given: Plan) -> int:
    """The tenant's key; it is opened where it is missing."""
    with platform():
        tenant_id = tenant_by_name(given.tenant)
        db.session.remove()
        if tenant_id is None:
            with transaction():
                row = Tenant(
                    kind=given.kind, name=given.tenant, wrapped_key=new_wrapped_key(settings().instance_key)
                )
                db.session.add(row)
                db.session.flush()
                tenant_id = row.id
            db.session.remove()
    return tenant_id


def _fill(given: Plan, tenant_id: int, logins: dict[str, int]) -> None:
    on = today()
    since = first_day(on)
    units = plant(given, since=since, on=on)
    staffs = settle(given, units, on=on, keys=keys())
    second_line(given, units, staffs, since=since, on=on)
    write_tenures(given, units, on=on)
    seat(given, units, staffs, logins, since=since)
    cast = {part.role: part for part in parts(given, units, staffs)}
    admin = Actor(
        name=cast["admin"].person.name,
        tenant_id=tenant_id,
        tenant_name=given.tenant,
        tenant_kind=given.kind,
        login_id=logins["admin"],
        person_id=cast["admin"].person.person_id,
        grants=(Grant("admin"),),
        session_id=SESSION,
    )
    adopt_pack(admin, pack=given.kind)
    choose_rules()
    adopt_sheets(admin, tenant_kind=given.kind)
    for year in sorted({since.year, *years_ahead(on)}):
        plan_year(admin, year=year)
    count = write_ledger(given, units, staffs, since=since, on=on)
    send_notices(officer_id=cast["officer"].person.person_id, on=on, seed=given.domain)
    heir = hold_election(given, units, staffs, admin, successor=logins[SUCCESSOR], on=on)
    register_stays(given, staffs, admin, on=on)
    send_people(given, units, staffs, admin, on=on)
    reorganise(given, units, staffs, admin, on=on)
    meet(admin, home=units[given.home].id, on=on)
    pay(given, units, staffs, admin, home=units[given.home].id, on=on)
    _live(given, units, staffs, admin, cast, since=since, on=on)
    for year in {since.year, on.year}:
        score_units(admin, year=year)
    honour(given, units, admin, on=on)
    award(given, units, admin, on=on)
    assess(given, units, staffs, admin, officer=cast["officer"].person, on=on)
    draft_next(admin)
    read_most(cast=[part.person.person_id for part in cast.values()])
    click.echo(
        _(
            "%(name)s: %(units)s units, %(people)s people, %(events)s events",
            name=given.tenant,
            units=len(units),
            people=sum(len(staff.members) for staff in staffs.values()),
            events=count,
        )
    )
    click.echo(
        _(
            "%(login)s signs in as %(person)s, elected at %(unit)s: the hand-over waits on the first page.",
            login=f"{SUCCESSOR}@{given.domain}.demo",
            person=heir.name,
            unit=given.changes["handover"],
        )
    )


def _live(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    since: date,
    on: date,
) -> None:
    """What the organisations do beside their duties, and what is planned above them."""
    officer = cast["officer"].person
    hold_together(given, units, staffs, admin, on=on)
    make_public(given, units, staffs, admin, on=on)
    spare(given, units, acting(admin, officer), on=on)
    keep_minutes(given, units, staffs, admin, on=on)
    hold_talks(given, on=on)
    keep_birthdays(given, units, staffs, admin, on=on)
    study(given, staffs, admin, home=units[given.home].id, on=on)
    enter_past(given, units, staffs, admin, since=since, on=on)
    issue_plans(given, units, staffs, admin, officer=officer, on=on)
    put_right(given, units, staffs, admin, cast, on=on)
    campaign(given, units, staffs, admin, officer=officer, on=on)
    ask_tables(given, units, staffs, admin, officer=officer, on=on)
    tell_units(given, units, staffs, admin, officer=officer, on=on)
    write_documents(given, units, admin, cast, on=on)
    word_messages(given, admin)
    serve(given, units, staffs, admin, cast, on=on)
    watch(given, units, staffs, admin, cast, on=on)
    vote(given, units, staffs, admin, cast, on=on)
    appraise(given, units, staffs, admin, cast, on=on)


def exchange() -> None:
    """Each tenant sends somebody to the other; a run that was cut off is taken up by the next."""
    keyed = {name: _opened(plan(name)) for name in TENANTS}
    for name, other in zip(TENANTS, reversed(TENANTS), strict=True):
        with tenant(keyed[name]):
            with transaction():
                if db.session.scalar(select(Transfer.id).where(Transfer.route == "tenant").limit(1)) is None:
                    send_across(
                        plan(name), _admin(plan(name), keyed[name]), to_tenant=keyed[other], on=today()
                    )
            db.session.remove()
    for tenant_id in keyed.values():
        with tenant(tenant_id):
            with transaction():
                receive_post()
            db.session.remove()


def _admin(given: Plan, tenant_id: int) -> Actor:
    """The tenant's administrator of the demo."""
    person = db.session.execute(
        select(Person.id, Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == "admin")
        .order_by(RoleGrant.id)
        .limit(1)
    ).one()
    return Actor(
        name=person.name,
        tenant_id=tenant_id,
        tenant_name=given.tenant,
        tenant_kind=given.kind,
        person_id=person.id,
        grants=(Grant("admin"),),
        session_id=SESSION,
    )
