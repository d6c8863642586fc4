"""Settings → Message channels: what each needs, a trial, on and off."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.channels.forms import FIELD, GroupForm, channel_form
from services.web.channels.views.routes import blueprint
from services.web.edge import actor, requires
from services.web.fields import Form, show_problem
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.accounts.actions.channels import (
    add_group,
    end_group,
    save_channel,
    spec_of,
    switch_channel,
    try_channel,
)
from shared.accounts.queries.channels import (
    PAGE,
    Setup,
    group_counts,
    groups,
    last_trials,
    name_counts,
    setup_of,
    setups,
    units_named,
)
from shared.db import transaction
from shared.db.types import key_of
from shared.errors import Invalid
from shared.i18n import _
from shared.messages.channels import BY_TOPIC, SPECS
from shared.messages.models import MessageGroup
from shared.messages.reasons import reason_text
from shared.organisations.models import Unit

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.SETTING_EDIT)
def index() -> str:
    """Every channel, whether it is on, and what became of its last trial."""
    return render_template(
        "channels/index.html",
        specs=SPECS,
        setups=setups(),
        trials=last_trials(),
        reason_text=reason_text,
        groups=group_counts(),
        names=name_counts(),
    )


def _filled(channel: str, setup: Setup) -> Any:
    """The form as the channel stands; a secret is never put into it."""
    kept: dict[str, Any] = {
        FIELD.format(option.key): setup.text(option.key) or option.default
        for option in SPECS[channel].options
        if not option.secret
    }
    return channel_form(channel)(
        formdata=None, data=kept | {"per_minute": setup.per_minute, "topics": setup.options.get("topics", [])}
    )


def _page(channel: str, *, form: Any = None, group: GroupForm | None = None) -> str:
    spec, setup = spec_of(channel), setup_of(channel)
    after = key_of(request.args.get("after", "")) or 0
    rows = groups(channel, after=after) if spec.reaches == "group" else []
    return render_template(
        "channels/show.html",
        channel=channel,
        spec=spec,
        setup=setup,
        form=form or _filled(channel, setup),
        field_name=FIELD.format,
        trial=last_trials().get(channel),
        reason_text=reason_text,
        form_key=secrets.token_hex(12),
        groups=rows[:PAGE],
        more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        group_form=group or GroupForm(formdata=None),
        names=name_counts().get(channel, 0) if spec.reaches == "name" else 0,
        by_topic=channel in BY_TOPIC,
    )


@blueprint.get("/<string:channel>")
@requires(Permission.SETTING_EDIT)
def show(channel: str) -> str:
    return _page(channel)


@blueprint.post("/<string:channel>")
@requires(Permission.SETTING_EDIT)
def save(channel: str) -> Answer:
    """Keep the settings; what is wrong stands beside its field and what was typed stays."""
    spec = spec_of(channel)
    form = channel_form(channel)()
    if not form.validate_on_submit():
        return _page(channel, form=form), 422
    given = {option.key: form[FIELD.format(option.key)].data or "" for option in spec.options}
    try:
        with transaction():
            save_channel(
                actor(),
                channel=channel,
                options=given,
                per_minute=form["per_minute"].data,
                topics=form["topics"].data if "topics" in form else [],
            )
    except Invalid as problem:
        wrong = {
            key if key == "per_minute" else FIELD.format(key): text for key, text in problem.fields.items()
        }
        show_problem(form, Invalid(str(problem) if not wrong else "", fields=wrong))
        return _page(channel, form=form), 422
    flash(_("Saved; it holds from now on."), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)


def _sent() -> None:
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))


def _key() -> str:
    """The form's own key: the same form sent twice acts once."""
    key = request.form.get("form_key", "")
    if not (key.isascii() and key.isalnum() and 8 <= len(key) <= 64):
        raise Invalid(_("The form could not be read."))
    return key


@blueprint.post("/<string:channel>/switch")
@requires(Permission.SETTING_EDIT)
def switch(channel: str) -> Response:
    _sent()
    enabled = request.form.get("enabled") == "1"
    try:
        with transaction():
            switch_channel(actor(), channel=channel, enabled=enabled)
    except Invalid as problem:
        flash(str(problem), "late")
    else:
        flash(_("The channel is on") if enabled else _("The channel is off"), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)


@blueprint.post("/<string:channel>/test", endpoint="test")
@requires(Permission.SETTING_EDIT)
def trial(channel: str) -> Response:
    """One message to oneself; its outcome stands on the page a moment later."""
    spec_of(channel)
    _sent()
    try:
        with transaction():
            try_channel(actor(), channel=channel, form_key=_key())
    except Invalid as problem:
        flash(str(problem), "late")
    else:
        flash(_("A trial message is on its way; load the page again to see what became of it"), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)


@blueprint.post("/<string:channel>/groups")
@requires(Permission.SETTING_EDIT)
def add(channel: str) -> Answer:
    """Let the robot write to a unit's group."""
    spec_of(channel)
    form = GroupForm()
    if not form.validate_on_submit():
        return _page(channel, group=form), 422
    try:
        unit = _unit(str(form.unit.data).strip())
        with transaction():
            add_group(
                actor(),
                unit_id=unit.id,
                channel=channel,
                name=str(form.name.data),
                url=str(form.url.data),
                key=str(form.key.data or ""),
                form_key=_key(),
            )
    except Invalid as problem:
        show_problem(form, Invalid(str(problem) if not problem.fields else "", fields=problem.fields))
        return _page(channel, group=form), 422
    flash(_("The group is added; try it out"), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)


def _unit(name: str) -> Unit:
    found = units_named(name)
    if not found:
        raise Invalid(fields={"unit": _("No unit of that name.")})
    if len(found) > 1:
        raise Invalid(fields={"unit": _("Several units have this name; rename one of them first.")})
    return fetch(Unit, found[0], actor=actor(), may=Permission.SETTING_EDIT)


@blueprint.post("/groups/<int:group_id>/end")
@requires(Permission.SETTING_EDIT)
def end(group_id: int) -> Response:
    _sent()
    with transaction():
        group = fetch(MessageGroup, group_id, actor=actor(), may=Permission.SETTING_EDIT, lock=True)
        end_group(actor(), group=group)
    flash(_("The robot writes there no more"), "ok")
    return redirect(url_for("channels.show", channel=group.channel), 303)


@blueprint.post("/groups/<int:group_id>/test")
@requires(Permission.SETTING_EDIT)
def try_group(group_id: int) -> Response:
    """One message into the group."""
    _sent()
    group = fetch(MessageGroup, group_id, actor=actor(), may=Permission.SETTING_EDIT)
    channel = group.channel
    with transaction():
        try_channel(actor(), channel=channel, form_key=_key(), group=group)
    flash(_("A trial message is on its way; load the page again to see what became of it"), "ok")
    return redirect(url_for("channels.show", channel=channel), 303)
