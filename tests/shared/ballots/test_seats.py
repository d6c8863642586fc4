"""Who fills the seats: never more than there are, never without the majority, and nobody by the order of the ballot."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.ballots.models import PollItem
from shared.ballots.queries.results import Class, Line, Result, seat
from shared.events.voting.rules import rule_on

RULE = rule_on("election", date(2026, 1, 1))


@st.composite
def elections(draw: st.DrawFn) -> tuple[int, int, int, list[int]]:
    """Due, present, seats, and the ayes of each candidate."""
    due = draw(st.integers(5, 60))
    present = draw(st.integers(0, due))
    ayes = draw(st.lists(st.integers(0, present), min_size=1, max_size=8))
    return due, present, draw(st.integers(1, len(ayes))), ayes


def counted(due: int, present: int, seats: int, ayes: list[int]) -> Result:
    lines = [
        Line(
            PollItem(id=key, ordinal=key, title=f"candidate {key}"),
            {"for": yes, "against": present - yes, "abstain": 0},
        )
        for key, yes in enumerate(ayes, start=1)
    ]
    return seat(seats, "for", RULE, Result(due, present, 0, [Class("members", due, present, True)], lines))


@given(elections())
def test_seats_go_by_votes_and_majority(given_votes: tuple[int, int, int, list[int]]) -> None:
    due, present, seats, ayes = given_votes
    result = counted(due, present, seats, ayes)
    elected = [line.votes["for"] for line in result.lines if line.elected]
    others = [line.votes["for"] for line in result.lines if not line.elected]
    assert len(elected) + result.left == seats
    assert all(2 * yes > present for yes in elected)
    if 5 * present < 4 * due:
        assert not elected
        assert result.quorate is False
    else:
        # Whoever got more is never passed over for whoever got fewer; as many is a tie, and then neither is elected.
        assert all(yes < min(elected) for yes in others) if elected else True
    for line in result.lines:
        if line.tied:
            assert not line.elected
            assert sum(other.votes["for"] == line.votes["for"] for other in result.lines) > 1


@given(elections(), st.randoms(use_true_random=False))
def test_the_order_of_the_ballot_decides_nothing(
    given_votes: tuple[int, int, int, list[int]], chance: object
) -> None:
    due, present, seats, ayes = given_votes
    shuffled = sorted(ayes, key=lambda _yes: chance.random())  # type: ignore[attr-defined]
    one, other = counted(due, present, seats, ayes), counted(due, present, seats, shuffled)
    assert sorted(line.votes["for"] for line in one.lines if line.elected) == sorted(
        line.votes["for"] for line in other.lines if line.elected
    )
    assert one.left == other.left
