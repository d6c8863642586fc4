"""What the demo's data files say, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One unit to be set up. `short` is its name without the words that all of its kind end in."""

    name: str
    short: str
    kind: str
    sector: str
    size: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One tenant of the demo. `home` is the unit of the secretary and the member who sign in."""

    tenant: str
    kind: str
    line: str
    domain: str
    home: str
    reviewed: str
    levels: tuple[tuple[Place, ...], ...]
    posts: tuple[str, ...]
    small_posts: tuple[str, ...]
    small_below: int
    root_posts: tuple[str, ...]
    middle_posts: tuple[str, ...]

    @property
    def leading(self) -> str:
        """The post of whoever answers for a unit."""
        return self.posts[0]

    @property
    def changes(self) -> dict[str, Any]:
        """What has changed in this tenant since its ledger began."""
        changed: dict[str, Any] = read("changes")[self.kind]
        return changed


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def plan(name: str) -> Plan:
    """The tenant that one data file describes, its units by level of the tree."""
    data = read(name)
    root = Place(data["root"]["name"], "", data["root"]["kind"], data["root"]["sector"])
    middle, basic = [], []
    for group in data["middle"]:
        above = group["name"] or root.name
        if group["name"]:
            middle.append(Place(above, "", group["kind"], group["sector"], parent=root.name))
        for short, size, sector in group["units"]:
            basic.append(
                Place(short + data["unit_suffix"], short, data["unit_kind"], sector, size, parent=above)
            )
    return Plan(
        tenant=data["tenant"],
        kind=data["kind"],
        line=data["line"],
        domain=data["domain"],
        home=data["home"] + data["unit_suffix"],
        reviewed=data["middle_of_reviewer"],
        levels=((root,), tuple(middle), tuple(basic)),
        posts=tuple(data["posts"]),
        small_posts=tuple(data["small_posts"]),
        small_below=data["small_below"],
        root_posts=tuple(data["root_posts"]),
        middle_posts=tuple(data["middle_posts"]),
    )
