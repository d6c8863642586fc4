"""Put right what was entered wrong about a person: by hand, with a reason, with a trace."""

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db.types import PartialDate
from shared.errors import Invalid
from shared.i18n import _
from shared.members.actions.people import clean_name, holder_of, set_identity, set_terms
from shared.members.models import Person
from shared.members.terms import name_key

MAX_REASON = 200


def said_reason(reason: str) -> str:
    """The reason without needless blanks. Raises Invalid for none."""
    said = " ".join(reason.split())[:MAX_REASON]
    if not said:
        raise Invalid(fields={"reason": _("Write the reason.")})
    return said


def correct_person(
    actor: Actor,
    person: Person,
    *,
    name: str,
    sex: str | None,
    born: PartialDate | None,
    ethnic: str,
    identity: str = "",
    reason: str,
    unit_id: int | None = None,
) -> list[str]:
    """Correct name, sex, birthday, ethnic group and, where one is given, the identity number; '' keeps the number.

    Search terms follow the name. The trail keeps which fields changed and why, never what they held. Returns the
    fields that changed. Raises Invalid with the field, also for an identity number that somebody else has.
    """
    said = said_reason(reason)
    plain = clean_name(name)
    if born is not None and not (1900 <= born.year <= today().year):
        raise Invalid(fields={"born": _("This cannot be right: %(day)s", day=born)})
    changed = []
    if plain != person.name:
        person.name, person.name_key = plain, name_key(plain)
        set_terms([(person.id, plain)])
        changed.append("name")
    for field, value in (
        ("sex", sex if sex in ("m", "f") else None),
        ("born", born),
        ("ethnic", ethnic.strip()[:20] or None),
    ):
        if getattr(person, field) != value:
            setattr(person, field, value)
            changed.append(field)
    if identity.strip():
        before = holder_of(identity)
        set_identity(person, identity)
        if before is None or before.id != person.id:
            changed.append("identity")
    if changed:
        record(
            actor,
            verb="member.correct",
            object_type="person",
            object_id=person.id,
            unit_id=unit_id,
            detail={"fields": changed, "reason": said},
        )
    return changed
