"""Everything fails while mail goes out: nothing is lost, and doubled only what the documented window allows."""

from tests.factories.neighbours import waited
from tests.factories.storm import brewed


def test_killed_flushed_restarted_and_a_night_asleep_nothing_is_lost() -> None:
    found = brewed(messages=1500, kills=4, milliseconds=10, limit=200)
    assert (found.flushes, found.restarts, found.nights) == (1, 1, 1)
    assert found.kills == 6
    assert (found.lost, found.strange) == (0, 0), found
    assert found.states == {"sent": 1500}, found
    assert found.doubled <= found.window, found


def test_a_neighbours_ten_do_not_wait_for_the_many_of_somebody_else() -> None:
    # More than one worker can send in the goes that may come before the neighbour's.
    found = waited(20_000)
    assert found["waiting"] > 500, "the big one was through before the small one began"
    assert found["seconds"] < 30
