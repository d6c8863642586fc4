"""Two versions of the same minutes: what only one changed is taken, what both changed is named."""

from hypothesis import given
from hypothesis import strategies as st

from shared.events.actions.merging import Body, merge

BODIES = st.dictionaries(st.sampled_from(["theme", "place", "absent:1", "part:guests"]), st.integers(0, 2))


def test_what_only_one_has_changed_is_taken() -> None:
    base = {"theme": "a", "place": "b", "gains": "c"}
    merged, both = merge(base, base | {"place": "theirs"}, base | {"gains": "mine"})
    assert merged == {"theme": "a", "place": "theirs", "gains": "mine"}
    assert both == []


def test_what_both_have_changed_is_asked_and_stays_as_mine() -> None:
    merged, both = merge({"theme": "a"}, {"theme": "theirs"}, {"theme": "mine"})
    assert (merged, both) == ({"theme": "mine"}, ["theme"])


def test_each_absence_is_a_question_of_its_own() -> None:
    base = {"absent:1": ["sick", ""]}
    merged, both = merge(base, base | {"absent:2": ["duty", ""]}, {})
    assert merged == {"absent:2": ["duty", ""]}
    assert both == []


def test_a_field_that_my_form_did_not_have_stays_as_it_is_stored() -> None:
    merged, both = merge({}, {"part:votes": [{"yes": "3"}], "theme": "a"}, {"theme": "a"})
    assert merged == {"part:votes": [{"yes": "3"}], "theme": "a"}
    assert both == []


@given(BODIES, BODIES)
def test_whoever_has_changed_nothing_loses_nothing_of_the_other(base: Body, theirs: Body) -> None:
    merged, both = merge(base, theirs, base)
    assert both == []
    assert merged == theirs


@given(BODIES, BODIES, BODIES)
def test_nothing_that_only_one_said_is_lost(base: Body, theirs: Body, mine: Body) -> None:
    merged, both = merge(base, theirs, mine)
    for key in {*base, *theirs, *mine}:
        own = mine.get(key) if key in mine or key.startswith("absent:") else base.get(key, theirs.get(key))
        assert merged.get(key) in (theirs.get(key), own)
        if own != base.get(key) and own != theirs.get(key):
            assert merged.get(key) == own
            assert (key in both) == (theirs.get(key) != base.get(key))
