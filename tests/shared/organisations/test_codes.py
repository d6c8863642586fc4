"""The unified social credit code: the check digit of GB 32100-2015."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.organisations.codes import credit_code_is_sound, plain_code

SOUND = "91350100M000100Y43"


def test_the_standards_own_example_is_sound() -> None:
    assert credit_code_is_sound(SOUND)
    assert plain_code(" ９１350100-m000100y43 ") == SOUND


@pytest.mark.parametrize(
    "code", ["", SOUND[:-1], SOUND + "0", SOUND.replace("M", "I"), "０" * 18, "0" * 17 + "é"]
)
def test_what_is_no_code(code: str) -> None:
    assert not credit_code_is_sound(code)


@given(place=st.integers(0, 17), to=st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(place: int, to: str) -> None:
    wrong = SOUND[:place] + to + SOUND[place + 1 :]
    assert credit_code_is_sound(wrong) == (wrong == SOUND)
