"""Names on WeCom and DingTalk, pasted: looked at first, kept by a second press."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.channels.forms import NamesForm
from services.web.channels.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import show_problem
from shared.access.permissions import Permission
from shared.accounts.actions.channel_names import Line, put_names, read_names
from shared.accounts.actions.channels import spec_of
from shared.accounts.queries.channels import name_counts
from shared.db import transaction
from shared.errors import Invalid, NotFound
from shared.i18n import _


def _page(channel: str, form: NamesForm, lines: list[Line] | None = None) -> str:
    spec = spec_of(channel)
    if spec.reaches != "name":
        raise NotFound(_("There is nothing at this address."))
    return render_template(
        "channels/names.html",
        channel=channel,
        spec=spec,
        form=form,
        lines=lines,
        good=sum(line.verdict in ("new", "changed", "gone") for line in lines or []),
        known=name_counts().get(channel, 0),
    )


@blueprint.get("/<string:channel>/names")
@requires(Permission.SETTING_EDIT)
def names(channel: str) -> str:
    return _page(channel, NamesForm(formdata=None))


@blueprint.post("/<string:channel>/names")
@requires(Permission.SETTING_EDIT)
def put(channel: str) -> str | Response | tuple[str, int]:
    """First what the lines would do; with `keep`, doing it. What is wrong is left out and stays to be seen."""
    form = NamesForm()
    if not form.validate_on_submit():
        return _page(channel, form), 422
    text = str(form.lines.data)
    try:
        if request.form.get("act") != "keep":
            return _page(channel, form, read_names(channel=channel, text=text))
        with transaction():
            kept, gone = put_names(actor(), channel=channel, text=text)
    except Invalid as problem:
        show_problem(form, problem)
        return _page(channel, form), 422
    flash(_("%(kept)s names kept, %(gone)s taken away", kept=kept, gone=gone), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)
