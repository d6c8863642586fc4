"""Secrets of channels and robots under the tenant's present key, after a rotation."""

from typing import Any

from sqlalchemy import select

from shared.accounts.queries.channels import GROUP_SECRET, SETTING_SECRET
from shared.db import db
from shared.messages.models import ChannelSetting, MessageGroup
from shared.sealing import Keys, resealed


def _chunk(model: Any, context: str, keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    rows = db.session.scalars(
        select(model).where(model.id > after).order_by(model.id).limit(limit).with_for_update()
    ).all()
    found = 0
    for row in rows:
        new = resealed(keys, row.secret, context) if row.secret is not None else None
        if new is not None:
            row.secret = new
            found += 1
    return (rows[-1].id if len(rows) == limit else None), found


def reseal_channels(keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    """One chunk of channels; returns (where to go on, or None at the end; how many were sealed anew)."""
    return _chunk(ChannelSetting, SETTING_SECRET, keys, after, limit)


def reseal_groups(keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    """One chunk of robots' groups, likewise."""
    return _chunk(MessageGroup, GROUP_SECRET, keys, after, limit)
