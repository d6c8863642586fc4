"""The list of people: its filter read from the address, its pages as addresses."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.i18n import _
from shared.members.posts import post_name, posts_on
from shared.members.queries import CAP, RosterFilter
from shared.members.queries.roster import LEADERS
from shared.members.statuses import statuses_on
from shared.organisations.models import Unit


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    unit: Unit | None
    given: RosterFilter
    after: tuple[str, int] | None
    before: tuple[str, int] | None
    whole: bool

    def address(self, **changes: Any) -> str:
        """The same list with something else asked for; paging begins anew."""
        values: dict[str, Any] = {
            "unit_id": self.unit.id if self.unit else None,
            "status": self.given.status,
            "post": self.given.post,
            "show": "gaps" if self.given.gaps else "all",
            "total": 1 if self.whole else None,
        }
        values.update(changes)
        return url_for("members.index", **{key: value for key, value in values.items() if value is not None})


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _place(name: str) -> tuple[str, int] | None:
    """A place in the list, 'id~name_key'; whatever cannot be read counts as not given."""
    number, _tilde, key = request.args.get(name, "").partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return key[:400].replace("\0", ""), int(number)


def place_text(place: tuple[str, int] | None) -> str | None:
    return f"{place[1]}~{place[0]}" if place else None


def read_filter(actor: Actor) -> Asked:
    """The filter of the address; the unit is fetched, so a stranger's is not found and a colleague's is refused."""
    unit_id = _number("unit_id")
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.MEMBER_VIEW) if unit_id is not None else None
    line = unit.line if unit else ("union" if actor.tenant_kind == "union" else "party")
    status = request.args.get("status") or None
    post = request.args.get("post") or None
    return Asked(
        unit=unit,
        given=RosterFilter(
            line=line,
            path=unit.path if unit else None,
            status=status if status in statuses_on(line) else None,
            post=post if post == LEADERS or post in posts_on(line) else None,
            gaps=request.args.get("show") == "gaps",
        ),
        after=_place("after"),
        before=_place("before"),
        whole=request.args.get("total") == "1",
    )


def total_text(number: int, *, whole: bool) -> str:
    """'512', '10,000+' where nobody asked for more."""
    if number > CAP and not whole:
        return f"{CAP:,}+"
    return f"{number:,}"


def post_choices(line: str) -> list[tuple[str, str]]:
    """The choices of the filter by office: everybody who answers for a unit, then each office."""
    names = [(code, post_name(code)) for code in posts_on(line)]
    return [("", _("All offices and none")), (LEADERS, _("Whoever answers for a unit")), *names]
