"""The list of accounts as Excel: who has a place, with which roles. No address and no identifier leaves with it."""

from collections.abc import Iterator, Sequence
from typing import Any

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.access.roles import role_names
from shared.accounts.queries.people import (
    MANY,
    AccountFilter,
    AccountRow,
    account_page,
    people_ids,
)
from shared.errors import Invalid
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said
from shared.i18n import _, lazy_
from shared.members.posts import post_name


def _states() -> dict[str, str]:
    return {
        "none": _("Without account"),
        "invited": _("Invited"),
        "seated": _("With account"),
        "all": _("All"),
    }


def _columns(actor: Actor, _given: AccountFilter) -> list[Column[AccountRow]]:
    states, roles = _states(), role_names(actor.tenant_kind)

    def grants(row: AccountRow) -> str:
        return _("; ").join(
            str(roles[grant.role]) + (f" · {grant.unit_name}" if grant.unit_name else "")
            for grant in row.grants
        )

    return [
        Column(_("Name"), lambda row: row.name, 12),
        Column(_("Unit"), lambda row: _(", ").join(row.unit_names), 36),
        Column(_("Office"), lambda row: _(", ").join(post_name(code) for code in row.posts), 20),
        Column(_("State of the account"), lambda row: states[row.state], 14),
        Column(_("Role"), grants, 44),
        Column(_("Invited at"), lambda row: row.invited_at, 18),
        Column(_("Valid until"), lambda row: row.expires_at, 18),
    ]


def _chunks(actor: Actor, given: AccountFilter) -> Iterator[Sequence[AccountRow]]:
    after: tuple[str, int] | None = None
    while True:
        rows = account_page(given, after=after, size=CHUNK)
        shown = rows[:CHUNK]
        yield shown
        if len(rows) <= CHUNK:
            return
        after = shown[-1].name_key, shown[-1].person_id


def _said(_actor: Actor, given: AccountFilter) -> list[tuple[str, str]]:
    said = path_said(given.unit_path)
    if given.post:
        said.append((_("Office"), _("With an office") if given.post == "any" else post_name(given.post)))
    said.append((_("State of the account"), _states()[given.state]))
    if given.term or given.person_ids is not None:
        said.append((_("Name"), _("as it was looked for")))
    return said


def _pack(given: AccountFilter) -> dict[str, Any]:
    """No job keeps a name that somebody looked for: it keeps whom it found."""
    if not given.term:
        return given.as_args()
    found = people_ids(given)
    if len(found) >= MANY:
        raise Invalid(_("More than %(n)s names begin like this; write more of the name.", n=f"{MANY:,}"))
    return {**given.as_args(), "person_ids": found}


ACCOUNTS: List[AccountFilter, AccountRow] = List(
    name="accounts.people",
    title=lazy_("Accounts"),
    permission=Permission.ACCOUNT_VIEW,
    filter=AccountFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
    pack=_pack,
)
