"""Settings: what is not daily work, by right; the tenant's choices; who may what; lending the ledger."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from services.web.settings.forms import LendForm, SettingsForm
from services.web.settings.views.routes import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.access.permissions import Permission as P
from shared.access.roles import ROLES, role_names
from shared.accounts.actions.roles import end_role, lend_ledger
from shared.accounts.models import RoleGrant
from shared.accounts.queries.grants import lent, members_of
from shared.clock import today
from shared.db import transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _, lazy_
from shared.organisations.models import Unit
from shared.tenants.actions import put_setting
from shared.tenants.queries import all_settings
from shared.tenants.settings import SETTINGS


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: shown to whoever has the right."""

    endpoint: str
    permission: Permission
    name: lazy_
    purpose: lazy_


ENTRIES: tuple[tuple[lazy_, tuple[Entry, ...]], ...] = (
    (
        lazy_("People and rights"),
        (
            Entry("accounts.index", P.ACCOUNT_VIEW, lazy_("Accounts"), lazy_("Invite, give and end roles")),
            Entry(
                "settings.lend_page",
                P.ACCOUNT_LEND,
                lazy_("Lend the ledger"),
                lazy_("A member keeps it until a day"),
            ),
            Entry("settings.roles", P.SELF, lazy_("Roles and rights"), lazy_("Who may do what, and how far")),
            Entry("accounts.own", P.SELF, lazy_("My account"), lazy_("Password, address, language, devices")),
        ),
    ),
    (
        lazy_("Rules and data"),
        (
            Entry(
                "imports.index",
                P.IMPORT_RUN,
                lazy_("Import the roster"),
                lazy_("Tree and people from Excel, with undo"),
            ),
            Entry(
                "imports.past",
                P.IMPORT_LEDGER,
                lazy_("Enter the past from Excel"),
                lazy_("What the office's own ledger says was held, with undo"),
            ),
            Entry(
                "duties.rule_list",
                P.RULE_VIEW,
                lazy_("Rules"),
                lazy_("What must be held when, and by which source"),
            ),
            Entry(
                "settings.tenant",
                P.SETTING_EDIT,
                lazy_("Choices of this organisation"),
                lazy_("Days before and after, hour of the digest, quiet hours"),
            ),
            Entry(
                "settings.ladders",
                P.SETTING_EDIT,
                lazy_("Ladders"),
                lazy_("Who is told when: before the last day, on it, after it, by kind of duty"),
            ),
            Entry(
                "settings.days",
                P.SETTING_EDIT,
                lazy_("Work days"),
                lazy_("Days off of the state, and what is other here"),
            ),
            Entry(
                "channels.index",
                P.SETTING_EDIT,
                lazy_("Message channels"),
                lazy_("SMS, WeCom, DingTalk, e-mail: set up, try out, switch on and off"),
            ),
            Entry(
                "settings.texts",
                P.SETTING_EDIT,
                lazy_("Message texts"),
                lazy_("Own words for reminders, invitations and other messages, with a preview"),
            ),
            Entry(
                "letterheads.index",
                P.SETTING_EDIT,
                lazy_("Own words on papers"),
                lazy_("A line on top, a name of your own for a paper, a section of your own"),
            ),
            Entry(
                "certificates.templates",
                P.SETTING_EDIT,
                lazy_("Templates of certificates"),
                lazy_("What certificates of honour, of model workers and of courses read"),
            ),
            Entry(
                "certificates.seals",
                P.SETTING_EDIT,
                lazy_("Seals"),
                lazy_("Seals for certificates, and how often each was used"),
            ),
            Entry(
                "transfers.receivers",
                P.SETTING_EDIT,
                lazy_("Units open to receive"),
                lazy_("Which units other organisations may send people to"),
            ),
        ),
    ),
    (
        lazy_("What happened"),
        (
            Entry(
                "reminders.index",
                P.REMINDER_VIEW,
                lazy_("Reminders sent"),
                lazy_("Who got which reminder, and what did not arrive"),
            ),
            Entry(
                "audit.index", P.AUDIT_VIEW, lazy_("Audit trail"), lazy_("Who did what to which object, when")
            ),
        ),
    ),
)


@blueprint.get("")
@requires(Permission.SELF)
def index() -> str:
    """Only what the reader may open."""
    groups = [
        (
            name,
            [
                entry
                for entry in entries
                if actor().may(entry.permission) and entry.endpoint in current_app.view_functions
            ],
        )
        for name, entries in ENTRIES
    ]
    return render_template("settings/index.html", groups=[group for group in groups if group[1]])


@blueprint.get("/roles")
@requires(Permission.SELF)
def roles() -> str:
    """The table of roles as the program holds it."""
    return render_template("settings/roles.html", roles=ROLES, names=role_names(actor().tenant_kind))


@blueprint.get("/tenant", endpoint="tenant")
@requires(Permission.SETTING_EDIT)
def own_choices() -> str:
    return _choices(SettingsForm(formdata=None, data=all_settings()))


def _choices(form: Any) -> str:
    """The page of choices, group by group in the order of the registry."""
    groups: dict[str, list[str]] = {}
    for key, spec in SETTINGS.items():
        if spec.kind != "kept":
            groups.setdefault(str(spec.group), []).append(key)
    return render_template("settings/tenant.html", form=form, specs=SETTINGS, groups=list(groups.items()))


@blueprint.post("/tenant")
@requires(Permission.SETTING_EDIT)
def change() -> str | Response | tuple[str, int]:
    form = SettingsForm()
    if not form.validate_on_submit():
        return _choices(form), 422
    with transaction():
        for key, spec in SETTINGS.items():
            if spec.kind != "kept":
                put_setting(actor(), key=key, value=form[key].data)
    flash(_("Saved; it holds from now on."), "ok")
    return redirect(url_for("settings.tenant"), 303)


def _own_units() -> dict[int, str]:
    """The units whose ledger the actor may lend."""
    return {
        grant.unit_id: grant.unit_name or ""
        for grant in actor().grants
        if grant.unit_id is not None and Permission.ACCOUNT_LEND in ROLES[grant.role].permissions
    }


def _lend_form(*, fill: bool) -> LendForm:
    units = _own_units()
    form = LendForm(formdata=None, until=today() + timedelta(days=30)) if fill else LendForm()
    form.place.choices = [
        ("", _("Choose")),
        *(
            (f"{unit_id}-{person_id}", f"{name}　{units[unit_id]}" if len(units) > 1 else name)
            for unit_id, person_id, name in members_of(list(units))
            if person_id != actor().person_id
        ),
    ]
    return form


def _lend_page(form: LendForm) -> str:
    units = _own_units()
    return render_template("settings/lend.html", form=form, units=units, lent=lent(list(units)))


@blueprint.get("/lend")
@requires(Permission.ACCOUNT_LEND)
def lend_page() -> str:
    return _lend_page(_lend_form(fill=True))


@blueprint.post("/lend")
@requires(Permission.ACCOUNT_LEND)
def lend() -> str | Response | tuple[str, int]:
    """A member of the own unit keeps its ledger until a day."""
    form = _lend_form(fill=False)
    if not form.validate_on_submit() or form.until.data is None:
        return _lend_page(form), 422
    unit_id, _sign, person_id = str(form.place.data).partition("-")
    unit = fetch(Unit, int(unit_id), actor=actor(), may=Permission.ACCOUNT_LEND)
    try:
        with transaction():
            lend_ledger(actor(), person_id=int(person_id), unit_id=unit.id, until=form.until.data)
    except (Invalid, Conflict) as problem:
        show_problem(form, Invalid(str(problem) if not problem.fields else "", fields=problem.fields))
        return _lend_page(form), problem.status
    flash(_("Lent until %(day)s.", day=form.until.data), "ok")
    return redirect(url_for("settings.lend_page"), 303)


@blueprint.post("/lend/<int:grant_id>/end")
@requires(Permission.ACCOUNT_LEND)
def end_loan(grant_id: int) -> Response:
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with transaction():
        grant = fetch(RoleGrant, grant_id, actor=actor(), may=Permission.ACCOUNT_LEND, lock=True)
        if grant.role != "keeper":
            raise Forbidden(_("Only what was lent can be taken back here."))
        end_role(actor(), grant=grant, on=today())
    flash(_("Taken back."), "ok")
    return redirect(url_for("settings.lend_page"), 303)
