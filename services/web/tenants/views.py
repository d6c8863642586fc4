"""Pages of the platform operator: tenants by name, state and size; nothing of what is in them."""

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from services.web.tenants.forms import FirstAdminForm, RoomForm, SuspendForm, TenantForm
from shared.access.permissions import Permission
from shared.accounts.actions.links import unsent
from shared.accounts.actions.operating import invite_first, open_new
from shared.accounts.jobs import post_soon
from shared.db import after_commit, transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import _, lazy_
from shared.settings import settings
from shared.tenancy import platform
from shared.tenants.actions import reopen, size, suspend
from shared.tenants.queries import all_tenants, operator_trail, tenant_by_id

GIGABYTE = 1024**3
blueprint = Blueprint("tenants", __name__, url_prefix="/platform")

VERBS = {
    "tenant.open": lazy_("Opened"),
    "tenant.invite": lazy_("New link for the first administrator"),
    "tenant.suspend": lazy_("Suspended"),
    "tenant.size": lazy_("Room for files changed"),
    "tenant.reopen": lazy_("Reopened"),
    "operator.invite": lazy_("Operator invited"),
}


@blueprint.get("")
@requires(Permission.TENANT_MANAGE)
def index() -> str:
    with platform():
        return render_template("tenants/index.html", tenants=all_tenants())


@blueprint.get("/new")
@requires(Permission.TENANT_MANAGE)
def new() -> str:
    return render_template("tenants/new.html", form=TenantForm(formdata=None))


@blueprint.post("/new")
@requires(Permission.TENANT_MANAGE, fresh=True)
def add() -> str | Response | tuple[str, int]:
    form = TenantForm()
    if not form.validate_on_submit():
        return render_template("tenants/new.html", form=form), 422
    try:
        with platform(), transaction():
            tenant, secret = open_new(
                actor(),
                kind=form.kind.data,
                name=form.name.data or "",
                admin_name=form.admin_name.data or "",
                admin_mail=form.admin_mail.data or "",
            )
            tenant_id = tenant.id
            _mail_soon()
    except (Invalid, Conflict) as problem:
        show_problem(form, Invalid(fields=problem.fields or {"name": str(problem)}))
        return render_template("tenants/new.html", form=form), problem.status
    return _link_shown(tenant_id, secret)


def _mail_soon() -> None:
    for token_id in unsent(limit=5):
        after_commit(post_soon(token_id))


def _link_shown(tenant_id: int, secret: str) -> Response:
    """The link waits in the operator's own session for the page that shows it once."""
    session["shown_link"] = [tenant_id, f"{settings().base_url}/invitation/{secret}"]
    flash(_("The first administrator's link is on its way by mail."), "ok")
    return redirect(url_for("tenants.show", tenant_id=tenant_id), 303)


def _page(
    tenant_id: int,
    *,
    invite: FirstAdminForm | None = None,
    stop: SuspendForm | None = None,
    room: RoomForm | None = None,
    link: str = "",
) -> str:
    with platform():
        tenant = tenant_by_id(tenant_id)
        if tenant is None:
            raise NotFound(_("There is nothing at this address."))
        return render_template(
            "tenants/show.html",
            tenant=tenant,
            usage={row.id: usage for row, usage in all_tenants()}.get(tenant_id),
            trail=operator_trail(tenant_id),
            verbs=VERBS,
            link=link,
            invite=invite or FirstAdminForm(formdata=None),
            stop=stop or SuspendForm(formdata=None),
            room=room or RoomForm(formdata=None, data={"gigabytes": Decimal(tenant.quota_bytes) / GIGABYTE}),
            gigabyte=GIGABYTE,
        )


@blueprint.get("/<int:tenant_id>")
@requires(Permission.TENANT_MANAGE)
def show(tenant_id: int) -> str:
    shown = session.get("shown_link")
    link = session.pop("shown_link")[1] if shown and shown[0] == tenant_id else ""
    return _page(tenant_id, link=link)


@blueprint.post("/<int:tenant_id>/invite")
@requires(Permission.TENANT_MANAGE, fresh=True)
def invite_again(tenant_id: int) -> str | Response | tuple[str, int]:
    form = FirstAdminForm()
    if not form.validate_on_submit():
        return _page(tenant_id, invite=form), 422
    try:
        with platform(), transaction():
            secret = invite_first(
                actor(),
                tenant_id=tenant_id,
                admin_name=form.admin_name.data or "",
                admin_mail=form.admin_mail.data or "",
            )
            _mail_soon()
    except Invalid as problem:
        show_problem(form, Invalid(fields=problem.fields))
        return _page(tenant_id, invite=form), 422
    return _link_shown(tenant_id, secret)


@blueprint.post("/<int:tenant_id>/suspend")
@requires(Permission.TENANT_MANAGE, fresh=True)
def stop(tenant_id: int) -> str | Response | tuple[str, int]:
    form = SuspendForm()
    if not form.validate_on_submit():
        return _page(tenant_id, stop=form), 422
    with platform(), transaction():
        suspend(actor(), tenant_id=tenant_id, reason=form.reason.data or "")
    flash(_("Suspended: nobody gets in, nothing is sent, nothing is deleted."), "ok")
    return redirect(url_for("tenants.show", tenant_id=tenant_id), 303)


@blueprint.post("/<int:tenant_id>/room")
@requires(Permission.TENANT_MANAGE, fresh=True)
def resize(tenant_id: int) -> Response | tuple[str, int]:
    form = RoomForm()
    if not form.validate_on_submit():
        return _page(tenant_id, room=form), 422
    try:
        with platform(), transaction():
            size(
                actor(), tenant_id=tenant_id, quota_bytes=int((form.gigabytes.data or Decimal(0)) * GIGABYTE)
            )
    except Invalid as problem:
        show_problem(form, problem)
        return _page(tenant_id, room=form), 422
    flash(_("Room for files changed"), "ok")
    return redirect(url_for("tenants.show", tenant_id=tenant_id), 303)


@blueprint.post("/<int:tenant_id>/reopen")
@requires(Permission.TENANT_MANAGE, fresh=True)
def start(tenant_id: int) -> Response:
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    with platform(), transaction():
        reopen(actor(), tenant_id=tenant_id)
    flash(_("Reopened: reminders begin with today, what fell due meanwhile is not sent."), "ok")
    return redirect(url_for("tenants.show", tenant_id=tenant_id), 303)
