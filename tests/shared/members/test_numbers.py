"""Identity and telephone numbers."""

import pytest

from shared.members.numbers import born_of, identity_number, phone_number, sex_of


def with_check(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


def test_a_valid_identity_number_and_what_it_tells() -> None:
    number = with_check("99125619890103531")
    assert identity_number(f" {number.lower()} ") == number
    assert str(born_of(number)) == "1989-01-03"
    assert sex_of(number) == "m"


@pytest.mark.parametrize(
    "wrong", ["", "123", "99125619890103531", "9912561989010353100", "99125619891303531X"]
)
def test_an_invalid_identity_number(wrong: str) -> None:
    assert identity_number(wrong) is None


def test_a_wrong_check_digit_is_noticed() -> None:
    number = with_check("99125619890103531")
    other = "0" if number[-1] != "0" else "1"
    assert identity_number(number[:-1] + other) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("138 1234 5678", "13812345678"), ("+8613812345678", "13812345678"), ("0591-87654321", "0591-87654321"),
     ("12345", None), ("23812345678", None), ("=1+1", None)],
)  # fmt: skip
def test_telephones(text: str, number: str | None) -> None:
    assert phone_number(text) == number
