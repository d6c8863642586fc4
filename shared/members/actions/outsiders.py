"""People who work here without belonging to a unit: a tenant's first administrator, before there is a tree."""

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.members.actions.people import clean_name, set_terms
from shared.members.models import Person
from shared.members.terms import name_key


def add_outsider(actor: Actor, *, name: str, email: str | None) -> Person:
    """Enter somebody by name alone; a membership may follow from the roster. Raises Invalid for a name that is none."""
    plain = clean_name(name)
    person = Person(name=plain, name_key=name_key(plain), email=email)
    db.session.add(person)
    db.session.flush()
    set_terms([(person.id, plain)])
    record(actor, verb="member.add", object_type="person", object_id=person.id)
    return person
