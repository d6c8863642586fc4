"""What the real-name register (会员实名制) asks about a person, and the number of the membership card."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.access.actor import Actor
from shared.audit import record
from shared.errors import Invalid
from shared.i18n import _
from shared.members.models import Membership, Person
from shared.members.registry import REGISTRY

MAX_TITLE = 60
_CARD = re.compile(r"[0-9A-Za-z一-鿿()（）\-/〔〕 ]{1,40}")


@dataclass(frozen=True, slots=True)
class Register:
    """The columns of the register: keys of shared.members.registry, '' for not known; the job in words."""

    education: str = ""
    political: str = ""
    household: str = ""
    employment: str = ""
    job_title: str = ""


def clean_card(number: str) -> str | None:
    """The card's number without needless blanks, None for none. Raises Invalid for what can be none."""
    plain = " ".join(number.split())
    if not plain:
        return None
    if not _CARD.fullmatch(plain):
        raise Invalid(fields={"card_number": _("A card number holds at most 40 letters and digits.")})
    return plain


def write_register(person: Person, given: Register) -> list[str]:
    """Write the columns; returns those that changed. Raises Invalid for an unknown key."""
    changed = []
    for column, choices in REGISTRY.items():
        key = getattr(given, column) or None
        if key is not None and key not in choices:
            raise Invalid(fields={column: _("Choose one of the list.")})
        if getattr(person, column) != key:
            setattr(person, column, key)
            changed.append(column)
    title = " ".join(given.job_title.split())
    if len(title) > MAX_TITLE:
        raise Invalid(fields={"job_title": _("At most %(n)s characters.", n=MAX_TITLE)})
    if (person.job_title or "") != title:
        person.job_title = title or None
        changed.append("job_title")
    return changed


def change_register(
    actor: Actor,
    person: Person,
    *,
    register: Register,
    cards: Sequence[tuple[Membership, str]] = (),
    unit_id: int | None = None,
) -> bool:
    """Change the register's columns and the card numbers of memberships; returns whether anything changed."""
    changed = write_register(person, register)
    for membership, number in cards:
        if membership.person_id != person.id:
            raise Invalid(_("There is no such membership."))
        plain = clean_card(number)
        if membership.card_number != plain:
            membership.card_number = plain
            changed.append("card_number")
    if changed:
        record(
            actor,
            verb="member.register",
            object_type="person",
            object_id=person.id,
            unit_id=unit_id,
            detail={"fields": changed},
        )
    return bool(changed)
