"""Offices: given and ended by day."""

from datetime import date

from sqlalchemy import and_, select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.members.models import Membership, Person, Post
from shared.members.posts import BASES, POSTS, post_name
from shared.organisations.models import Unit


def give_post(actor: Actor, person: Person, *, unit: Unit, code: str, basis: str | None, since: date) -> Post:
    """Put a person into an office of a unit from a day on. An office for one ends for its former holder that day.

    The person belongs to the unit or to one below it. Raises Invalid with the field; Conflict when they
    hold it already.
    """
    spec = POSTS.get(code)
    if spec is None or spec.line != unit.line:
        raise Invalid(fields={"code": _("Choose an office of this unit.")})
    if basis not in BASES:
        raise Invalid(fields={"basis": _("Choose how the person came to the office.")})
    if since > today() or since.year < 1950:
        raise Invalid(fields={"since": _("This cannot be right: %(day)s", day=since)})
    if unit.state != "active":
        raise Invalid(fields={"unit_id": _("%(name)s is dissolved.", name=unit.name)})
    homes = db.session.scalars(
        select(Unit.path)
        .join(Membership, and_(Membership.tenant_id == Unit.tenant_id, Membership.unit_id == Unit.id))
        .where(Membership.person_id == person.id, Membership.until.is_(None), Membership.kind == unit.line)
    ).all()
    if not any(home.startswith(unit.path) for home in homes):
        raise Invalid(fields={"person_id": _("The person belongs neither to this unit nor to one below it.")})
    living = db.session.scalars(
        select(Post).where(Post.unit_id == unit.id, Post.code == code, Post.until.is_(None))
    ).all()
    if any(post.person_id == person.id for post in living):
        raise Conflict(_("%(name)s holds this office already.", name=person.name))
    ended = 0
    if spec.single:
        for post in living:
            if since < post.since:
                raise Invalid(
                    fields={
                        "since": _(
                            "The present holder took office on %(day)s, later than this.", day=post.since
                        )
                    }
                )
            post.until = since
            ended += 1
        db.session.flush()
    given = Post(person_id=person.id, unit_id=unit.id, code=code, basis=basis, since=since)
    db.session.add(given)
    db.session.flush()
    record(
        actor,
        verb="post.give",
        object_type="person",
        object_id=person.id,
        unit_id=unit.id,
        detail={"code": code, "basis": basis, "ended": ended},
    )
    return given


def end_post(actor: Actor, post: Post, *, on: date) -> None:
    """End an office on a day. Raises Conflict when it ended already."""
    if post.until is not None:
        raise Conflict(_("%(post)s ended on %(day)s already.", post=post_name(post.code), day=post.until))
    if on > today() or on < post.since:
        raise Invalid(fields={"on": _("The day lies in the future or before the beginning: %(day)s", day=on)})
    post.until = on
    record(
        actor,
        verb="post.end",
        object_type="person",
        object_id=post.person_id,
        unit_id=post.unit_id,
        detail={"code": post.code},
    )
