"""Verbs of channels: set one up, switch it, try it out; a robot's groups."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.queries.channels import GROUP_SECRET, SETTING_SECRET, TRIAL, own_address, setup_of
from shared.audit import record
from shared.clock import now
from shared.db import after_commit, db
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.jobs import nudge
from shared.messages.actions import SEND, open_occasion
from shared.messages.channels import BY_TOPIC, GROUPED, SPECS, Channel
from shared.messages.channels.destinations import checked_url
from shared.messages.models import ChannelSetting, Delivery, MessageGroup
from shared.sealing import seal
from shared.tenants.queries import keys

#: Signs of one line and of a longer text.
LINE, TEXT = 500, 4000
#: The most a tenant may ask for a minute.
FASTEST = 100_000


def spec_of(channel: str) -> Channel:
    """Raises NotFound for what is no channel."""
    if channel not in SPECS:
        raise NotFound(_("There is nothing at this address."))
    return SPECS[channel]


def save_channel(
    actor: Actor,
    *,
    channel: str,
    options: Mapping[str, str],
    per_minute: int | None,
    topics: list[str],
) -> None:
    """Keep how a channel is set up. A secret that is left empty stays as it was; it is sealed and never read back.

    Raises Invalid with the fields that are wrong; nothing is kept then.
    """
    spec = spec_of(channel)
    before = setup_of(channel, opened=True)
    kept: dict[str, Any] = {}
    secrets = dict(before.secrets)
    wrong: dict[str, object] = {}
    for option in spec.options:
        value = str(options.get(option.key) or "").strip()
        if len(value) > (TEXT if option.kind == "lines" else LINE) or "\0" in value:
            wrong[option.key] = _("At most %(n)s characters.", n=TEXT if option.kind == "lines" else LINE)
        elif option.secret:
            secrets |= {option.key: value} if value else {}
        elif value:
            kept[option.key] = value
            if option.kind == "url":
                wrong |= _unfit(option.key, value, ("https",))
            elif option.key == "mailbox":
                wrong |= _unfit(option.key, value, ("pop3s",))
    most = min(spec.most_a_minute or FASTEST, FASTEST)
    if per_minute is not None and not 1 <= per_minute <= most:
        wrong["per_minute"] = _("A whole number from %(least)s to %(most)s.", least=1, most=most)
    if wrong:
        raise Invalid(fields=wrong)
    if channel in BY_TOPIC:
        kept["topics"] = sorted(set(topics))
    values = {
        "options": kept,
        "secret": seal(keys(), json.dumps(secrets), SETTING_SECRET) if secrets else None,
        "per_minute": per_minute,
    }
    db.session.execute(
        insert(ChannelSetting)
        .values(channel=channel, enabled=before.enabled, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "channel"], set_=values)
    )
    if before.enabled and not spec.of_old and not setup_of(channel).ready:
        raise Invalid(_("Something that the channel needs is missing; switch it off first."))
    changed = sorted(key for key in kept if kept[key] != before.options.get(key))
    record(
        actor,
        verb="channel.save",
        object_type="channel",
        detail={"channel": channel, "fields": changed, "secret": secrets != before.secrets},
    )


def _unfit(key: str, value: str, schemes: tuple[str, ...]) -> dict[str, object]:
    try:
        # Where placeholders stand, any word may.
        checked_url(value.replace("{template}", "x").replace("{key}", "x"), schemes=schemes)
    except Invalid as problem:
        return {key: str(problem)}
    return {}


def switch_channel(actor: Actor, *, channel: str, enabled: bool) -> None:
    """On or off. Raises Invalid where something that it needs is missing; the notices in the product stay on."""
    spec = spec_of(channel)
    if spec.fixed:
        raise Invalid(_("Messages in the system cannot be switched off."))
    if enabled and not setup_of(channel).ready:
        raise Invalid(_("Fill in what the channel needs first."))
    db.session.execute(
        insert(ChannelSetting)
        .values(channel=channel, enabled=enabled)
        .on_conflict_do_update(index_elements=["tenant_id", "channel"], set_={"enabled": enabled})
    )
    record(
        actor,
        verb="channel.on" if enabled else "channel.off",
        object_type="channel",
        detail={"channel": channel},
    )


def try_channel(actor: Actor, *, channel: str, form_key: str, group: MessageGroup | None = None) -> None:
    """Send one message to oneself, or to this group. What became of it is read from its delivery."""
    spec = spec_of(channel)
    if spec.fixed or (spec.reaches == "group") != (group is not None):
        raise NotFound(_("There is nothing at this address."))
    if not setup_of(channel).ready:
        raise Invalid(_("Fill in what the channel needs first."))
    if group is None and (actor.person_id is None or not own_address(channel, actor.person_id)):
        raise Invalid(_("You have no address on this channel yourself; enter one first."))
    occasion_id, new = open_occasion(
        actor, kind="channel_test", key=f"{TRIAL}:{channel}:{form_key}", detail={"channel": channel}
    )
    if not new:
        return
    to = {"person_id": actor.person_id} if group is None else {"group_id": group.id}
    db.session.execute(
        insert(Delivery).values(occasion_id=occasion_id, channel=channel, not_before=now(), **to)
    )
    db.session.execute(
        insert(ChannelSetting)
        .values(channel=channel, enabled=setup_of(channel).enabled, tested_at=now())
        .on_conflict_do_update(index_elements=["tenant_id", "channel"], set_={"tested_at": now()})
    )
    record(actor, verb="channel.try", object_type="channel", detail={"channel": channel})
    after_commit(nudge(SEND))


def add_group(
    actor: Actor, *, unit_id: int, channel: str, name: str, url: str, key: str, form_key: str
) -> int:
    """Let a robot write to a unit's group chat. The same form sent twice adds one. Raises Invalid by field."""
    if channel not in GROUPED:
        raise NotFound(_("There is nothing at this address."))
    wrong: dict[str, object] = {}
    if not name.strip() or len(name.strip()) > 60:
        wrong["name"] = _("From 1 to %(n)s characters.", n=60)
    wrong |= _unfit("url", url, ("https",))
    if len(key) > LINE:
        wrong["key"] = _("At most %(n)s characters.", n=LINE)
    if wrong:
        raise Invalid(fields=wrong)
    secret = seal(keys(), json.dumps({"url": url.strip(), "key": key.strip()}), GROUP_SECRET)
    made = db.session.execute(
        insert(MessageGroup)
        .values(unit_id=unit_id, channel=channel, name=name.strip(), secret=secret, form_key=form_key)
        .on_conflict_do_nothing(index_elements=["tenant_id", "form_key"])
        .returning(MessageGroup.id)
    ).scalar_one_or_none()
    if made is None:
        return db.session.execute(
            select(MessageGroup.id).where(MessageGroup.form_key == form_key)
        ).scalar_one()
    record(
        actor,
        verb="group.add",
        object_type="message_group",
        object_id=made,
        unit_id=unit_id,
        detail={"channel": channel},
    )
    return made


def end_group(actor: Actor, *, group: MessageGroup) -> None:
    """The robot writes there no more; ending it twice is ending it once."""
    if group.state == "ended":
        return
    group.state = "ended"
    record(actor, verb="group.end", object_type="message_group", object_id=group.id, unit_id=group.unit_id)
