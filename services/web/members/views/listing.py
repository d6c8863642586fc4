"""The list of people: its filter read from the address, its pages as addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.i18n import _
from shared.members.posts import post_name, posts_on
from shared.members.queries import CAP, RosterFilter
from shared.members.queries.roster import ANY, LEADERS, MEMBERS
from shared.members.registry import REGISTRY
from shared.members.relations import RELATIONS, relation_name
from shared.members.statuses import STATUSES, statuses_on
from shared.organisations.models import Unit

#: The conditions on the person's own columns, beside the register's.
SEXES = ("m", "f")


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    unit: Unit | None
    given: RosterFilter
    after: tuple[str, int] | None
    before: tuple[str, int] | None
    whole: bool

    def values(self, **changes: Any) -> dict[str, Any]:
        """The filter as it stands in an address, with something else asked for; without the place in the list."""
        given = self.given
        values: dict[str, Any] = {
            "unit_id": self.unit.id if self.unit else None,
            "line": given.line if self.unit is None else None,
            "status": given.status,
            "post": given.post,
            "relation": given.relation,
            "on": given.on.isoformat() if given.on else None,
            **given.of_person(),
            "show": "gaps" if given.gaps else "all",
            "total": 1 if self.whole else None,
        }
        values.update(changes)
        return {key: value for key, value in values.items() if value is not None}

    def address(self, **changes: Any) -> str:
        """The same list with something else asked for; paging begins anew."""
        return url_for("members.index", **self.values(**changes))

    @property
    def narrowed(self) -> bool:
        given = self.given
        return bool(
            self.unit or given.status or given.post or given.relation or given.on or given.of_person()
        )


def number_in(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def day_in(args: Mapping[str, str], name: str) -> date | None:
    """A day of the address up to today; whatever cannot be read, or has not come, counts as not given."""
    try:
        day = date.fromisoformat(args.get(name, ""))
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= today() else None


def _place(args: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """A place in the list, 'id~name_key'; whatever cannot be read counts as not given."""
    number, _tilde, key = args.get(name, "").partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return key[:400].replace("\0", ""), int(number)


def place_text(place: tuple[str, int] | None) -> str | None:
    return f"{place[1]}~{place[0]}" if place else None


def line_in(actor: Actor, unit: Unit | None, args: Mapping[str, str]) -> str:
    """The line that is looked at: the unit's, the one asked for, or the one the tenant is of."""
    if unit is not None:
        return unit.line
    if args.get("line") in ("party", "union"):
        return args["line"]
    return "union" if actor.tenant_kind == "union" else "party"


def read_filter(actor: Actor, args: Mapping[str, str] | None = None) -> Asked:
    """The filter of the address; the unit is fetched, so a stranger's is not found and a colleague's is refused."""
    args = request.args if args is None else args
    unit_id = number_in(args, "unit_id")
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.MEMBER_VIEW) if unit_id is not None else None
    line = line_in(actor, unit, args)
    status, post, relation = args.get("status"), args.get("post"), args.get("relation")
    on, sex = day_in(args, "on"), args.get("sex")
    register = {
        column: args[column] for column, choices in REGISTRY.items() if args.get(column, "") in choices
    }
    return Asked(
        unit=unit,
        given=RosterFilter(
            line=line,
            path=unit.path if unit else None,
            status=status if status == MEMBERS or status in statuses_on(line) else None,
            post=post if post == LEADERS or post in posts_on(line) else None,
            gaps=args.get("show") == "gaps",
            relation=relation if relation == ANY or relation in RELATIONS else None,
            on=on if on is not None and on < today() else None,
            sex=sex if sex in SEXES else None,
            **register,
        ),
        after=_place(args, "after"),
        before=_place(args, "before"),
        whole=args.get("total") == "1",
    )


def total_text(number: int, *, whole: bool) -> str:
    """'512', '10,000+' where nobody asked for more."""
    if number > CAP and not whole:
        return f"{CAP:,}+"
    return f"{number:,}"


def status_choices(line: str) -> list[tuple[str, str]]:
    """The choices of the filter by standing."""
    names = [(key, str(STATUSES[key].name)) for key in statuses_on(line)]
    return [("", _("Every standing")), (MEMBERS, _("All who count as members")), *names]


def post_choices(line: str) -> list[tuple[str, str]]:
    """The choices of the filter by office: everybody who answers for a unit, then each office."""
    names = [(code, post_name(code)) for code in posts_on(line)]
    return [("", _("All offices and none")), (LEADERS, _("Whoever answers for a unit")), *names]


def relation_choices() -> list[tuple[str, str]]:
    """The choices of the filter by relation: who is in the number, everybody, each relation."""
    names = [(key, relation_name(key)) for key in RELATIONS]
    return [("", _("In the number of the unit")), (ANY, _("Every relation")), *names]


def said_register(given: RosterFilter) -> list[tuple[str, str]]:
    """The conditions on the person's own columns in words: (column, word)."""
    words = {
        column: str(choices[key].name)
        for column, choices in REGISTRY.items()
        if (key := getattr(given, column))
    }
    if given.sex:
        words["sex"] = _("male") if given.sex == "m" else _("female")
    return list(words.items())
