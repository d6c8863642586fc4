"""Where a member's relationship stands (组织关系, 会籍). Source: domain facts §8; the union's states: §11."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Relation:
    """`counts`: is in the number of the unit's members; `attends`: is expected at its meetings.

    `by_hand`: an officer may set it; the others follow from a mobile stay or a transfer.
    """

    name: lazy_
    #: Names used in spreadsheets.
    aliases: tuple[str, ...] = ()
    counts: bool = True
    attends: bool = True
    by_hand: bool = False
    #: Votes here, if the standing has a vote at all: a guest votes at home, and 停止党籍 suspends the right.
    votes: bool = True


RELATIONS: dict[str, Relation] = {
    "registered": Relation(lazy_("Registered"), ("在册", "入会", "正常"), by_hand=True),
    "out": Relation(lazy_("Away (mobile)"), ("流出", "流动党员", "流出党员", "外出流动"), attends=False),
    "in": Relation(lazy_("Here (mobile)"), ("流入", "流入党员"), counts=False, votes=False),
    "leaving": Relation(lazy_("Transfer on its way"), ("转出在途", "转出"), attends=False),
    "arriving": Relation(
        lazy_("Transferred, not yet reported"), ("转入待报到", "转入"), attends=False, by_hand=True
    ),
    "lost": Relation(lazy_("Lost contact"), ("失联", "停止党籍"), attends=False, by_hand=True, votes=False),
}

COUNTING = tuple(key for key, relation in RELATIONS.items() if relation.counts)
BY_HAND = tuple(key for key, relation in RELATIONS.items() if relation.by_hand)
VOTING_HERE = tuple(key for key, relation in RELATIONS.items() if relation.votes)
EXPECTED = tuple(key for key, relation in RELATIONS.items() if relation.attends)


def relation_name(key: str) -> str:
    """The relation in the reader's language; an unknown key as it is."""
    relation = RELATIONS.get(key)
    return str(relation.name) if relation else key
