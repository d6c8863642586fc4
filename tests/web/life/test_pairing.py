"""The next pairs: everybody's turn comes, the load is spread, the same talks give the same proposals."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.queries.life.pairing import Talked, missing_pairs, pair_of, propose, without_talk

JANUARY = date(2026, 1, 1)
LAST_YEAR = date(2025, 5, 5)
THIS_YEAR = date(2026, 5, 5)


def talked(*talks: tuple[int, int, date]) -> Talked:
    return Talked.of(talks, JANUARY)


def test_pairs_of_the_committee_are_those_without_a_talk_this_year() -> None:
    assert missing_pairs([1, 2, 3], talked((2, 1, THIS_YEAR), (1, 3, LAST_YEAR))) == [(1, 3), (2, 3)]


def test_a_member_is_served_by_one_of_the_committee_whoever_it_was() -> None:
    assert without_talk([7, 8, 9], [1, 2], talked((2, 8, THIS_YEAR), (9, 1, LAST_YEAR))) == [7, 9]


def test_who_never_talked_comes_before_who_talked_last_year() -> None:
    found = propose([1, 2, 3], [], talked((1, 2, LAST_YEAR)))
    assert [(one.chair, one.partner, one.last) for one in found] == [
        (1, 3, None),
        (2, 3, None),
        (1, 2, LAST_YEAR),
    ]


def test_the_load_is_spread_over_the_committee() -> None:
    talks = [(1, 2, THIS_YEAR), (1, 3, THIS_YEAR), (2, 3, THIS_YEAR), (1, 20, THIS_YEAR), (1, 21, THIS_YEAR)]
    members = [20, 21, 22, 23, 24, 25]
    found = [one for one in propose([1, 2, 3], members, talked(*talks)) if one.side == "member"]
    assert [one.partner for one in found] == [22, 23, 24, 25]
    assert [one.chair for one in found] == [2, 3, 2, 3]


def test_two_waiting_members_serve_each_other_and_the_odd_one_talks_with_anybody() -> None:
    found = [one for one in propose([1], [7, 8, 9], talked()) if one.side == "members"]
    assert [(one.chair, one.partner) for one in found] == [(7, 8), (9, 7)]
    assert [one for one in propose([1], [7], talked()) if one.side == "members"] == []


def test_nobody_is_proposed_where_there_is_no_committee() -> None:
    assert [one.side for one in propose([], [7, 8], talked())] == ["members"]
    assert propose([], [], talked()) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 6),
    st.integers(0, 12),
    st.lists(
        st.tuples(st.integers(0, 17), st.integers(0, 17), st.sampled_from([LAST_YEAR, THIS_YEAR])),
        max_size=25,
    ),
)
def test_what_is_proposed_is_missing_and_holding_it_all_leaves_nothing(
    seats: int, others: int, talks: list[tuple[int, int, date]]
) -> None:
    committee, members = list(range(seats)), list(range(seats, seats + others))
    talks = [one for one in talks if one[0] != one[1]]
    # As many rounds as it takes, each held as proposed.
    for _round in range(60):
        found = propose(committee, members, Talked.of(talks, JANUARY))
        if not found:
            break
        pairs = [pair_of(one.chair, one.partner) for one in found if one.side != "members"]
        assert len(set(pairs)) == len(pairs)
        now = Talked.of(talks, JANUARY)
        assert all(one.chair != one.partner and not now.this_year(one.chair, one.partner) for one in found)
        talks += [(one.chair, one.partner, THIS_YEAR) for one in found]
    after = Talked.of(talks, JANUARY)
    assert missing_pairs(committee, after) == []
    assert not committee or without_talk(members, committee, after) == []
    assert len(members) < 2 or without_talk(members, members, after) == []
