"""What a person is in a unit: 正式党员, 预备党员, applicants in their stages, union members."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Status:
    """One standing. `votes`: 表决权; `counts`: is a member and belongs in the number of members."""

    name: lazy_
    line: str
    #: Names used in spreadsheets.
    aliases: tuple[str, ...]
    counts: bool = True
    votes: bool = True
    #: Is expected at meetings of all members.
    attends: bool = True
    rank: int = 50


STATUSES: dict[str, Status] = {
    "full": Status(lazy_("Full member"), "party", ("正式党员", "正式", "中共党员", "党员"), rank=1),
    "probationary": Status(
        lazy_("Probationary member"), "party", ("预备党员", "预备", "中共预备党员"), votes=False, rank=2
    ),
    "development_target": Status(
        lazy_("Candidate under development"),
        "party",
        ("发展对象",),
        counts=False,
        votes=False,
        attends=False,
        rank=4,
    ),
    "active_applicant": Status(
        lazy_("Active applicant"),
        "party",
        ("入党积极分子", "积极分子"),
        counts=False,
        votes=False,
        attends=False,
        rank=5,
    ),
    "applicant": Status(
        lazy_("Applicant"),
        "party",
        ("入党申请人", "申请人"),
        counts=False,
        votes=False,
        attends=False,
        rank=6,
    ),
    "member": Status(lazy_("Union member"), "union", ("会员", "工会会员", "正式会员"), rank=1),
    "retired_member": Status(
        lazy_("Retired union member"), "union", ("退休会员",), votes=False, attends=False, rank=2
    ),
    "kept_member": Status(
        lazy_("Union membership kept"), "union", ("保留会籍", "保留"), votes=False, attends=False, rank=3
    ),
}

#: Keys that count as members, that vote, that are expected at meetings.
COUNTED = tuple(key for key, status in STATUSES.items() if status.counts)
VOTING = tuple(key for key, status in STATUSES.items() if status.votes)
ATTENDING = tuple(key for key, status in STATUSES.items() if status.attends)

#: Why a membership ends.
ENDINGS: dict[str, lazy_] = {
    "transferred": lazy_("Relationship transferred"),
    "reformed": lazy_("Reorganisation"),
    "left": lazy_("Left the unit"),
    "retired": lazy_("Retired"),
    "died": lazy_("Died"),
    "withdrew": lazy_("Withdrew"),
    "struck": lazy_("Removed from the rolls"),
    "expelled": lazy_("Expelled"),
    "mistake": lazy_("Entered by mistake"),
}

#: Those that an officer may give on each line; a reorganisation gives its own.
ENDINGS_ON: dict[str, tuple[str, ...]] = {
    "party": ("transferred", "left", "retired", "died", "withdrew", "struck", "expelled", "mistake"),
    "union": ("transferred", "left", "retired", "died", "withdrew", "expelled", "mistake"),
}


def status_of(words: str, line: str) -> str | None:
    """The standing that a spreadsheet's words name on this line; None when unknown."""
    plain = "".join(words.split())
    for key, status in STATUSES.items():
        if status.line == line and plain in status.aliases:
            return key
    return None


def statuses_on(line: str) -> list[str]:
    """The keys of a line in their order."""
    return sorted(
        (key for key, one in STATUSES.items() if one.line == line), key=lambda key: STATUSES[key].rank
    )


def status_name(key: str) -> str:
    """The standing in the reader's language; an unknown key as it is."""
    status = STATUSES.get(key)
    return str(status.name) if status else key
