"""Kinds of units, as data: their line, what may stand above them, and their posts.

How many members a kind is usual for, how large its committee is and what should stand beside it are rules of law with
their sources: shared.organisations.advice. They are advice, never a refusal.
"""

from dataclasses import dataclass, field

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class UnitKind:
    """One kind of unit. `posts` are the codes of shared.members.posts that it should have."""

    name: lazy_
    line: str
    #: Kinds that may stand directly above; empty: it is always a root.
    parents: frozenset[str]
    #: Names used in spreadsheets, longest first where one holds another.
    aliases: tuple[str, ...]
    posts: tuple[str, ...] = ()
    #: Whether it has members of its own or only units below.
    has_members: bool = True
    #: Counts as a basic unit in sentences such as “24 branches”.
    basic: bool = False
    #: Below this number of members the posts of `posts_small` are enough.
    small_below: int | None = None
    posts_small: tuple[str, ...] = field(default=())


_ABOVE_GENERAL = frozenset({"party_committee", "organ_committee", "work_committee", "leading_group"})
_ABOVE_BRANCH = _ABOVE_GENERAL | {"general_branch"}
_BRANCH_POSTS = ("secretary", "organisation", "publicity", "discipline")
_FEDERATIONS = frozenset({"union_federation", "township_federation"})
_ABOVE_UNION = _FEDERATIONS | {"joint_union_federation", "industrial_union"}
#: Bodies elected beside the committee of any union.
_BESIDE_UNION = _ABOVE_UNION | {"primary_union_committee", "joint_primary_union"}

KINDS: dict[str, UnitKind] = {
    "work_committee": UnitKind(
        lazy_("Work committee"), "party", frozenset({"party_committee"}),
        ("直属机关工作委员会", "机关工委", "工作委员会", "工委"), posts=("secretary",), has_members=False,
    ),
    "leading_group": UnitKind(
        lazy_("Leading Party members group"), "party", frozenset({"party_committee", "work_committee"}),
        ("党组",), posts=("secretary",), has_members=False,
    ),
    "party_committee": UnitKind(
        lazy_("Party committee"), "party", frozenset({"party_committee", "work_committee"}),
        ("基层委员会", "党委", "党的基层委员会"), ("secretary", "deputy_secretary", "discipline"),
    ),
    "organ_committee": UnitKind(
        lazy_("Organ Party committee"), "party", _ABOVE_GENERAL,
        ("机关委员会", "机关党委", "直属机关党委"), ("secretary", "deputy_secretary", "discipline"),
    ),
    "general_branch": UnitKind(
        lazy_("General Party branch"), "party", _ABOVE_GENERAL,
        ("总支部委员会", "党总支部", "党总支", "总支"), ("secretary", "deputy_secretary"),
    ),
    "party_branch": UnitKind(
        lazy_("Party branch"), "party", _ABOVE_BRANCH, ("党支部委员会", "支部委员会", "党支部", "支部"),
        _BRANCH_POSTS, basic=True, small_below=7, posts_small=("secretary",),
    ),
    "joint_branch": UnitKind(
        lazy_("Joint Party branch"), "party", _ABOVE_BRANCH, ("联合党支部", "联合支部"),
        _BRANCH_POSTS, basic=True, small_below=7, posts_small=("secretary",),
    ),
    "temporary_branch": UnitKind(
        lazy_("Temporary Party branch"), "party", _ABOVE_BRANCH, ("临时党支部", "临时支部"),
        posts=("secretary",), basic=True,
    ),
    "project_branch": UnitKind(
        lazy_("Project Party branch"), "party", _ABOVE_BRANCH, ("项目党支部", "工程项目党支部"),
        posts=_BRANCH_POSTS, basic=True, small_below=7, posts_small=("secretary",),
    ),
    "discipline_commission": UnitKind(
        lazy_("Discipline commission"), "party", _ABOVE_GENERAL,
        ("机关纪律检查委员会", "纪律检查委员会", "机关纪委", "纪委"), posts=("secretary",), has_members=False,
    ),
    "party_group": UnitKind(
        lazy_("Party group"), "party",
        frozenset({"party_branch", "joint_branch", "temporary_branch", "project_branch"}),
        ("党小组",), posts=("group_leader",),
    ),
    "study_group": UnitKind(
        lazy_("Theory study group"), "party", _ABOVE_GENERAL,
        ("理论学习中心组", "中心组"), has_members=False,
    ),
    "party_node": UnitKind(
        lazy_("Organisation without a branch"), "party", _ABOVE_GENERAL,
        ("单位", "部门"), has_members=False,
    ),
    "union_federation": UnitKind(
        lazy_("Federation of trade unions"), "union", frozenset({"union_federation"}),
        ("总工会",), ("union_chair", "union_vice_chair", "union_audit_chair"), has_members=False,
    ),
    "township_federation": UnitKind(
        lazy_("Township or street federation of trade unions"), "union", frozenset({"union_federation"}),
        ("街道总工会", "乡镇总工会", "乡镇（街道）总工会", "镇总工会", "乡总工会"), posts=("union_chair",),
        has_members=False,
    ),
    "joint_union_federation": UnitKind(
        lazy_("Union federation"), "union", _FEDERATIONS | {"joint_union_federation"},
        ("工会联合会", "工会工作委员会"), ("union_chair",), has_members=False,
    ),
    "industrial_union": UnitKind(
        lazy_("Industrial union"), "union", _FEDERATIONS,
        ("产业工会", "行业工会联合会"), ("union_chair",), has_members=False,
    ),
    "primary_union_committee": UnitKind(
        lazy_("Primary trade union committee"), "union", _ABOVE_UNION,
        ("基层工会委员会", "工会委员会", "基层工会", "工会"),
        ("union_chair", "union_audit_chair", "union_women"), basic=True, small_below=25, posts_small=("union_chair",),
    ),
    "joint_primary_union": UnitKind(
        lazy_("Joint primary trade union"), "union", _ABOVE_UNION, ("联合基层工会", "联合工会"),
        ("union_chair", "union_audit_chair"), basic=True, small_below=25, posts_small=("union_chair",),
    ),
    "union_branch": UnitKind(
        lazy_("Union branch"), "union", frozenset({"primary_union_committee", "joint_primary_union"}),
        ("工会分会", "分会", "分工会"), posts=("union_chair",),
    ),
    "union_group": UnitKind(
        lazy_("Union group"), "union", frozenset({"primary_union_committee", "joint_primary_union", "union_branch"}),
        ("工会小组",), posts=("union_group_leader",),
    ),
    "union_audit_committee": UnitKind(
        lazy_("Auditing committee"), "union", _BESIDE_UNION,
        ("经费审查委员会", "经审委员会", "经审会"), posts=("union_audit_chair",), has_members=False,
    ),
    "women_workers_committee": UnitKind(
        lazy_("Women workers' committee"), "union", _BESIDE_UNION,
        ("女职工委员会", "女工委员会"), posts=("union_women",), has_members=False,
    ),
}  # fmt: skip

#: Parts of another unit: they never stand at the top of a tree.
NEVER_TOP = frozenset({
    "party_group", "study_group", "discipline_commission", "union_group", "union_branch", "union_audit_committee",
    "women_workers_committee",
})  # fmt: skip

#: Where a unit works (领域); the rules of a sector differ.
SECTORS: dict[str, lazy_] = {
    "organ": lazy_("Organ"),
    "institution": lazy_("Public institution"),
    "state_enterprise": lazy_("State-owned enterprise"),
    "private": lazy_("Private enterprise"),
    "social": lazy_("Social organisation"),
}
SECTOR_ALIASES: dict[str, tuple[str, ...]] = {
    "organ": ("机关", "党政机关"),
    "institution": ("事业", "事业单位"),
    "state_enterprise": ("国企", "国有企业", "企业"),
    "private": ("非公", "非公企业", "非公有制企业", "民企", "民营企业"),
    "social": ("社会组织", "社团", "社会团体"),
}


def may_stand_under(kind: str, parent: str | None) -> bool:
    """Whether a unit of `kind` may stand directly below one of `parent` (None: at the top of the tree)."""
    if parent is None:
        return kind not in NEVER_TOP
    return parent in KINDS[kind].parents


def posts_of(kind: str, members: int) -> tuple[str, ...]:
    """The posts a unit of this kind and size should have filled."""
    spec = KINDS.get(kind)
    if spec is None:
        return ()
    if spec.small_below is not None and members < spec.small_below:
        return spec.posts_small
    return spec.posts


def kind_name(kind: str) -> str:
    """The kind in the reader's language; an unknown key as it is."""
    spec = KINDS.get(kind)
    return str(spec.name) if spec else kind
