"""Units on a ladder: thresholds, quotas, ties, vetoes, honours; and what holds whatever the marks are."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.assessments.grades import (
    LEVELS,
    Grading,
    Standing,
    grade_units,
    grading_of,
    places,
    shipped_grading,
    shipped_gradings,
    to_json,
    why_words,
)
from shared.errors import Invalid
from shared.locale.build import simplified


def ladder(**changes: Any) -> Grading:
    data: dict[str, Any] = {
        "key": "own",
        "name": "Own",
        "source": "C: a test",
        "steps": [
            {"key": "a", "name": "Good", "at_least": 80, "quota": 40},
            {"key": "b", "name": "Fair", "at_least": 60},
            {"key": "c", "name": "Poor"},
        ],
    }
    found = grading_of({**data, **changes})
    assert found is not None
    return found


def units(*rates: float | None, **more: Any) -> list[Standing]:
    return [
        Standing(number, None if rate is None else Decimal(str(rate)), **more)
        for number, rate in enumerate(rates, start=1)
    ]


def keys(standings: list[Standing], grading: Grading) -> list[str | None]:
    grades = grade_units(standings, grading)
    return [grades[each.unit_id].key for each in standings]


def test_a_threshold_holds_at_its_very_number() -> None:
    assert keys(units(80, 79.999, 60, 59.999, 0), ladder()) == ["a", "b", "b", "c", "c"]


def test_a_quota_is_rounded_down_or_half_up_and_the_rest_falls_to_the_next_grade() -> None:
    seven = units(99, 98, 97, 96, 95, 94, 93)
    assert keys(seven, ladder()).count("a") == 2  # 40 % of 7 is 2.8
    assert keys(seven, ladder(rounding="half_up")).count("a") == 3
    third = ladder(steps=[{"key": "a", "name": "A", "quota": "1/3"}, {"key": "b", "name": "B"}])
    assert keys(units(9, 8, 7), third) == ["a", "b", "b"]  # exactly one, no 0.999


def test_who_ties_for_the_last_place_stays_below_or_goes_in_together() -> None:
    tied = units(90, 85, 85, 70, 70)
    assert keys(tied, ladder()) == ["a", "b", "b", "b", "b"]
    assert keys(tied, ladder(ties="in")) == ["a", "a", "a", "b", "b"]
    why = grade_units(tied, ladder())[2].why
    assert why["code"] == "tie"
    assert "2" in why_words(why, ladder())


def test_a_quota_that_nobody_reaches_stays_empty() -> None:
    low = units(70, 65, 62, 50, 40)
    grades = grade_units(low, ladder())
    first = places(low, grades, ladder())[0]
    assert (first.places, first.taken, first.unfilled, first.kept_out) == (2, 0, 2, 0)


def test_a_veto_is_the_lowest_or_what_the_ladder_says_and_overrides_an_honour() -> None:
    honours = {"national": "a"}
    standing = [
        *units(99),
        Standing(2, Decimal(99), vetoed=True, honoured="national"),
        *units(30, 30, 30)[2:],
    ]
    assert grade_units(standing, ladder(honours=honours))[2].key == "c"
    assert grade_units(standing, ladder(honours=honours, veto="b"))[2].key == "b"


def test_an_honour_gives_its_grade_directly_and_takes_a_place() -> None:
    honours = {"national": "a"}
    standing = [*units(95, 94, 93, 92), Standing(5, Decimal(10), honoured="national")]
    assert keys(standing, ladder(honours=honours)) == ["a", "b", "b", "b", "a"]
    # It never takes a better one away.
    assert (
        keys([Standing(1, Decimal(90), honoured="city"), *units(1, 2, 3)[1:]], ladder(honours={"city": "b"}))[
            0
        ]
        == "a"
    )


def test_a_grade_by_hand_stays_and_takes_a_place() -> None:
    standing = [*units(95, 94, 93, 92), Standing(5, Decimal(10), by_hand="a")]
    assert keys(standing, ladder()) == ["a", "b", "b", "b", "a"]


def test_five_stars_by_marks_ask_for_a_bonus_mark() -> None:
    stars = shipped_grading("stars_a")
    assert stars is not None
    given_ = [Standing(1, Decimal(95), bonus=Decimal(2)), Standing(2, Decimal(97))]
    assert keys(given_, stars) == ["five", "four"]
    assert grade_units(given_, stars)[2].why["code"] == "need"


def test_stars_by_quota() -> None:
    stars = shipped_grading("stars_b")
    assert stars is not None
    found = keys(units(*range(20, 0, -1)), stars)
    assert found == ["five"] * 2 + ["four"] * 6 + ["three"] * 8 + ["none"] * 4
    # Of four units 10 % is no place at all: nobody gets it out of kindness.
    assert keys(units(4, 3, 2, 1), stars) == ["four", "three", "none", "none"]


def test_where_nothing_could_be_had_there_is_no_grade() -> None:
    assert keys(
        units(90, None), ladder(steps=[{"key": "a", "name": "A", "quota": 50}, {"key": "b", "name": "B"}])
    ) == [
        "b",
        None,
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": [{"key": "a", "name": "A"}]},
        {"steps": [{"key": "a", "name": "A", "at_least": 50}, {"key": "a", "name": "B"}]},
        {"steps": [{"key": "a", "name": "A", "at_least": 50}, {"key": "b", "name": "B", "at_least": 10}]},
        {
            "steps": [
                {"key": "a", "name": "A", "at_least": 50},
                {"key": "b", "name": "B", "at_least": 50},
                {"key": "c", "name": "C"},
            ]
        },
        {
            "steps": [
                {"key": "a", "name": "A", "quota": 70},
                {"key": "b", "name": "B", "quota": 40},
                {"key": "c", "name": "C"},
            ]
        },
        {"steps": [{"key": "a", "name": "A", "quota": 101}, {"key": "b", "name": "B"}]},
        {"steps": [{"key": "a", "name": "A", "quota": "many"}, {"key": "b", "name": "B"}]},
        {"steps": [{"key": "a", "name": "A", "quota": "1/0"}, {"key": "b", "name": "B"}]},
        {"steps": [{"key": "a", "name": "A", "at_least": "NaN"}, {"key": "b", "name": "B"}]},
        {"steps": [{"key": "a", "name": " ", "at_least": 50}, {"key": "b", "name": "B"}]},
        {"rounding": "up"},
        {"ties": "lots"},
        {"veto": "z"},
        {"honours": {"galaxy": "a"}},
        {"honours": {"city": "z"}},
        {"honour_years": 0},
    ],
)
def test_a_ladder_that_does_not_add_up_is_refused_in_words(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        ladder(**changes)
    assert str(refused.value)


def test_what_is_shipped_reads_back_and_has_its_chinese() -> None:
    known = simplified()
    assert [each.key for each in shipped_gradings()] == [
        "stars_a",
        "stars_b",
        "four_opinions",
        "plain",
        "third",
    ]
    for each in shipped_gradings():
        assert grading_of(to_json(each)) == each
        assert {each.name, each.source, *(step.name for step in each.steps)} <= set(known)
    assert grading_of({}) is None


RATES = st.decimals(min_value=0, max_value=110, places=1)
STANDINGS = st.lists(st.tuples(RATES, st.booleans()), min_size=1, max_size=40).map(
    lambda rows: [Standing(number, rate, vetoed=veto) for number, (rate, veto) in enumerate(rows, start=1)]
)
LADDERS = st.sampled_from([*shipped_gradings(), ladder(), ladder(veto="b")])


@settings(max_examples=200, deadline=None)
@given(standing=STANDINGS, grading=LADDERS)
def test_more_marks_never_make_a_worse_grade_and_no_quota_is_exceeded(
    standing: list[Standing], grading: Grading
) -> None:
    grades = grade_units(standing, grading)
    free = [each for each in standing if not each.vetoed]
    for one in free:
        for other in free:
            if one.rate is not None and other.rate is not None and one.rate >= other.rate:
                assert (grading.rank(grades[one.unit_id].key) or 0) <= (
                    grading.rank(grades[other.unit_id].key) or 0
                )
    for place in places(standing, grades, grading):
        assert place.places is None or place.taken <= place.places
    assert all(grades[each.unit_id].key is not None for each in standing)


@settings(max_examples=100, deadline=None)
@given(standing=STANDINGS, grading=LADDERS, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_units_are_given_does_not_matter(
    standing: list[Standing], grading: Grading, seed: Any
) -> None:
    shuffled = list(standing)
    seed.shuffle(shuffled)
    assert grade_units(standing, grading) == grade_units(shuffled, grading)


@settings(max_examples=100, deadline=None)
@given(
    rates=st.lists(RATES, min_size=1, max_size=30),
    level=st.sampled_from([*LEVELS]),
    hand=st.sampled_from(["five", "none"]),
)
def test_every_unit_gets_one_grade_whatever_honours_and_hands_do(
    rates: list[Decimal], level: str, hand: str
) -> None:
    grading = shipped_grading("stars_b")
    assert grading is not None
    standing = [
        Standing(
            number,
            rate,
            honoured=level if number % 3 == 0 else None,
            by_hand=hand if number % 5 == 0 else None,
        )
        for number, rate in enumerate(rates, start=1)
    ]
    grades = grade_units(standing, grading)
    assert set(grades) == {each.unit_id for each in standing}
    assert all(grades[each.unit_id].key == hand for each in standing if each.by_hand)
