"""What the pages of organisational life by person share: the year, the part of the tree, what is missing or all."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.clock import today
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.members.posts import POSTS

#: A place in a list ordered by unit and name: path, sort key of the name, key of the person.
Place = tuple[str, str, int]

COMMITTEE = tuple(code for code, post in POSTS.items() if post.line == "party" and post.committee)
LEADING = tuple(code for code, post in POSTS.items() if post.line == "party" and post.leads)


@dataclass(frozen=True, slots=True)
class LifeFilter:
    """A year of a unit (`path`, None: everything in reach) and all below; `view`: what is missing, or everything."""

    year: int
    path: str | None = None
    view: Literal["missing", "all"] = "missing"

    @property
    def on(self) -> date:
        """The day whose members and holders of office are meant: today, of a past year its last day."""
        return min(today(), self.last)

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 12, 31)


def in_reach(actor: Actor, given: LifeFilter, path: Any) -> ColumnElement[bool]:
    """The unit lies in the actor's reach and in the part of the tree that is asked for."""
    inside = reach_filter(actor, Permission.MEMBER_VIEW, path)
    return inside if given.path is None else and_(inside, func.starts_with(path, given.path))


def stands(since: Any, until: Any, on: date) -> ColumnElement[bool]:
    """It lasted on that day: the first day included, the last not (a successor begins then)."""
    return and_(since <= on, or_(until.is_(None), until > on))


def filed_in(given: LifeFilter) -> tuple[ColumnElement[bool], ...]:
    """Records of the year that are not void."""
    return Event.state == "filed", Event.held_on.between(given.first, given.last)


def life_kinds() -> tuple[str, ...]:
    """Organisational life of a branch or group: kinds of the Party at which all its members are expected."""
    return tuple(
        code for code, kind in KINDS.items() if kind.line == "party" and kind.attendance == "members"
    )
