"""Offices held at a unit. Source: the branch regulation and the Trade Union Law (domain facts, chapter 1)."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class PostKind:
    """One office. `leads`: who holds it answers for the unit and is reminded."""

    name: lazy_
    line: str
    #: Names used in spreadsheets.
    aliases: tuple[str, ...]
    leads: bool = False
    #: Sits in the committee (支委会, 工会委员会).
    committee: bool = True
    #: Held by one person at a time in a unit.
    single: bool = True
    #: Order in lists.
    rank: int = 50


POSTS: dict[str, PostKind] = {
    "secretary": PostKind(
        lazy_("Secretary"),
        "party",
        ("党支部书记", "党总支书记", "支部书记", "党委书记", "书记"),
        leads=True,
        rank=1,
    ),
    "deputy_secretary": PostKind(
        lazy_("Deputy secretary"),
        "party",
        ("党支部副书记", "支部副书记", "专职副书记", "副书记"),
        leads=True,
        single=False,
        rank=2,
    ),
    "organisation": PostKind(lazy_("Committee member for organisation"), "party", ("组织委员",), rank=3),
    "publicity": PostKind(lazy_("Committee member for publicity"), "party", ("宣传委员",), rank=4),
    "discipline": PostKind(
        lazy_("Committee member for discipline"), "party", ("纪检委员", "纪律检查委员"), rank=5
    ),
    "youth": PostKind(lazy_("Committee member for youth"), "party", ("青年委员",), rank=6),
    "united_front": PostKind(lazy_("Committee member for the united front"), "party", ("统战委员",), rank=7),
    "mass_work": PostKind(lazy_("Committee member for mass work"), "party", ("群工委员", "群众委员"), rank=8),
    "secrecy": PostKind(lazy_("Committee member for secrecy"), "party", ("保密委员",), rank=9),
    "welfare": PostKind(lazy_("Committee member for welfare"), "party", ("生活委员",), rank=10),
    "women": PostKind(lazy_("Committee member for women"), "party", ("妇女委员",), rank=11),
    "committee_member": PostKind(
        lazy_("Committee member"), "party", ("支部委员", "支委", "委员"), single=False, rank=12
    ),
    "first_secretary": PostKind(
        lazy_("First secretary"), "party", ("第一书记",), leads=True, committee=False, rank=13
    ),
    "group_leader": PostKind(
        lazy_("Party group leader"),
        "party",
        ("党小组组长", "党小组长"),
        leads=True,
        committee=False,
        single=False,
        rank=20,
    ),
    "organiser": PostKind(lazy_("Organiser"), "party", ("组织员",), committee=False, single=False, rank=21),
    "instructor": PostKind(
        lazy_("Party building instructor"),
        "party",
        ("党建指导员", "党建工作指导员"),
        committee=False,
        single=False,
        rank=22,
    ),
    "liaison": PostKind(
        lazy_("Liaison"), "party", ("联络员", "党建联络员"), committee=False, single=False, rank=23
    ),
    "party_worker": PostKind(
        lazy_("Party worker"), "party", ("党务工作者", "党务干部"), committee=False, single=False, rank=24
    ),
    "union_chair": PostKind(lazy_("Union chair"), "union", ("工会主席", "主席"), leads=True, rank=1),
    "union_vice_chair": PostKind(
        lazy_("Union vice-chair"), "union", ("工会副主席", "副主席"), leads=True, single=False, rank=2
    ),
    "union_audit_chair": PostKind(
        lazy_("Head of the auditing committee"),
        "union",
        ("经费审查委员会主任", "经审委主任", "经审主任"),
        rank=3,
    ),
    "union_women": PostKind(
        lazy_("Head of the women workers' committee"),
        "union",
        ("女职工委员会主任", "女职工委员", "女工主任", "女工委员"),
        rank=4,
    ),
    "union_organisation": PostKind(
        lazy_("Union committee member for organisation"), "union", ("工会组织委员",), rank=5
    ),
    "union_publicity": PostKind(
        lazy_("Union committee member for publicity"), "union", ("工会宣传委员",), rank=6
    ),
    "union_culture": PostKind(
        lazy_("Union committee member for culture and sport"), "union", ("文体委员",), rank=7
    ),
    "union_labour": PostKind(
        lazy_("Union committee member for labour protection"), "union", ("劳保委员", "劳动保护委员"), rank=8
    ),
    "union_life": PostKind(lazy_("Union committee member for welfare"), "union", ("工会生活委员",), rank=9),
    "union_audit": PostKind(lazy_("Union auditing member"), "union", ("经审委员",), single=False, rank=10),
    "union_committee_member": PostKind(
        lazy_("Union committee member"), "union", ("工会委员", "委员"), single=False, rank=11
    ),
    "union_organiser": PostKind(
        lazy_("Union organiser"), "union", ("工会组织员", "组织员"), leads=True, committee=False, rank=20
    ),
    "union_group_leader": PostKind(
        lazy_("Union group leader"),
        "union",
        ("工会小组长", "小组长"),
        leads=True,
        committee=False,
        single=False,
        rank=21,
    ),
    "law_supervisor": PostKind(
        lazy_("Labour law supervisor"), "union", ("劳动法律监督员",), committee=False, single=False, rank=22
    ),
    "mediator": PostKind(lazy_("Mediator"), "union", ("调解员",), committee=False, single=False, rank=23),
    "bargainer": PostKind(
        lazy_("Representative in collective consultation"),
        "union",
        ("集体协商代表",),
        committee=False,
        single=False,
        rank=24,
    ),
}

#: Codes whose holder answers for the unit.
LEADING = tuple(code for code, post in POSTS.items() if post.leads)

#: How somebody came to a post.
BASES: dict[str, lazy_] = {
    "elected": lazy_("elected"),
    "appointed": lazy_("appointed"),
    "by_election": lazy_("by-election"),
}


def code_of(words: str, line: str) -> str | None:
    """The post that a spreadsheet's words name on this line (party or union); None when unknown."""
    plain = "".join(words.split())
    for code, post in POSTS.items():
        if post.line == line and plain in post.aliases:
            return code
    return None


def posts_on(line: str) -> list[str]:
    """The codes of a line in their order."""
    return sorted(
        (code for code, post in POSTS.items() if post.line == line), key=lambda code: POSTS[code].rank
    )


def post_name(code: str) -> str:
    """The office in the reader's language; an unknown key as it is."""
    post = POSTS.get(code)
    return str(post.name) if post else code
