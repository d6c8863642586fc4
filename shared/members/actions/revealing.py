"""Look at a hidden number: for a reason, and never without a trace."""

from collections.abc import Mapping
from typing import Literal

from shared.access.actor import Actor
from shared.audit import record
from shared.errors import Invalid, NotFound
from shared.i18n import _, lazy_
from shared.members.models import Person
from shared.members.numbers import show_identity, show_phone
from shared.tenants.queries import keys

#: Why somebody looks; "other" asks for words.
PURPOSES: Mapping[str, lazy_] = {
    "reach": lazy_("To reach the person"),
    "form": lazy_("For a form or letter"),
    "verify": lazy_("To compare with a document"),
    "other": lazy_("Another purpose"),
}
MAX_NOTE = 100


def reveal(
    actor: Actor,
    person: Person,
    *,
    what: Literal["identity", "phone"],
    purpose: str,
    note: str = "",
    unit_id: int | None = None,
) -> str:
    """The number in full; each look is a row in the audit trail with its purpose (a key of PURPOSES) and note.

    Raises NotFound where there is no number, Invalid without a purpose.
    """
    said = " ".join(note.split())[:MAX_NOTE]
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": _("Choose what the number is needed for.")})
    if purpose == "other" and not said:
        raise Invalid(fields={"note": _("Say what the number is needed for.")})
    sealed = person.identity_sealed if what == "identity" else person.phone_sealed
    if sealed is None:
        raise NotFound(_("There is no number."))
    record(
        actor,
        verb="member.reveal",
        object_type="person",
        object_id=person.id,
        unit_id=unit_id,
        detail={"what": what, "purpose": purpose, **({"note": said} if said else {})},
    )
    show = show_identity if what == "identity" else show_phone
    return show(keys(), sealed, full=True)
