"""Which events count for another duty too: the tenant's choice, none as shipped."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.errors import Invalid
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.tenants.models import Setting

#: The tenant's setting: {"kinds": {"theme_day": ["party_lecture"]}} lets one event count for two duties.
COUNTS_AS = "counts_as"


def counting() -> dict[str, list[str]]:
    """The tenant's choice: kind of event → the kinds of duty it counts for beside its own."""
    value = db.session.scalar(select(Setting.value).where(Setting.key == COUNTS_AS)) or {}
    kinds: Any = value.get("kinds", {})
    if not isinstance(kinds, dict):
        return {}
    return {
        kind: [other for other in also if other in KINDS and other != kind]
        for kind, also in kinds.items()
        if kind in KINDS
    }


def choose_counting(actor: Actor, *, kind: str, also: str, on: bool) -> None:
    """Let an event of `kind` count for a duty of `also` too, or no longer; what is recorded stays as it is.

    Raises Invalid for two kinds that are the same, unknown, or of different lines.
    """
    known = {code for code, spec in KINDS.items() if not spec.own_page}
    if kind not in known or also not in known or kind == also or KINDS[kind].line != KINDS[also].line:
        raise Invalid(_("Choose two different kinds of duty."))
    chosen = counting()
    others = [other for other in chosen.get(kind, []) if other != also]
    chosen[kind] = [*others, also] if on else others
    statement = insert(Setting).values(key=COUNTS_AS, value={"kinds": chosen})
    setting_id = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Setting.tenant_id, Setting.key], set_={"value": statement.excluded.value}
        ).returning(Setting.id)
    ).scalar_one()
    record(
        actor,
        verb="setting.change",
        object_type="setting",
        object_id=setting_id,
        detail={"key": COUNTS_AS, "kinds": [kind, also]},
    )
