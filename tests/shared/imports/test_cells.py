"""Every reader of a cell, by what offices really type."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.db.types import PartialDate
from shared.imports.cells.dates import parse_date
from shared.imports.cells.names import parse_name
from shared.imports.cells.numbers import (
    check_digit,
    parse_count,
    parse_credit_code,
    parse_identity,
    parse_phone,
)
from shared.imports.cells.words import (
    Standing,
    parse_choice,
    parse_email,
    parse_ethnic,
    parse_kind,
    parse_posts,
    parse_sector,
    parse_sex,
    parse_standing,
    says_gone,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1997年2月", "1997-02"),
        ("1997年2月8日", "1997-02-08"),
        ("1953-10-10", "1953-10-10"),
        ("2000.07", "2000-07"),
        ("2026.05.03", "2026-05-03"),
        ("2001/6/1", "2001-06-01"),
        ("19970201", "1997-02-01"),
        ("199702", "1997-02"),
        ("1997", "1997"),
        (date(1989, 1, 3), "1989-01-03"),
        (datetime(1989, 1, 3, 0, 0), "1989-01-03"),  # noqa: DTZ001 - a spreadsheet's own
        (19970201.0, "1997-02-01"),
        (2000.07, "2000-07"),
        ("1997年2月\u3000", "1997-02"),
        ("", None),
        (None, None),
        ("  ", None),
    ],
)
def test_a_date_keeps_its_precision(raw: object, value: str | None) -> None:
    assert parse_date(raw, TODAY.isoformat()) == (value, None)
    if value:
        assert str(PartialDate(value)) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("1875-03-01", "date_early"),
        (date(1875, 3, 1), "date_early"),
        ("2199.12", "date_late"),
        ("2026-11-23", "date_future"),
        ("2026年12月", "date_future"),
        ("1975.13", "date_impossible"),
        ("1999-02-29", "date_impossible"),
        ("不详", "date_unclear"),
        ("53-10-10", "date_unclear"),
        # 2026.10 typed as a number has lost its 0.
        (2026.1, "date_lost"),
        (True, "date_unclear"),
    ],
)
def test_an_impossible_date_says_why(raw: object, code: str) -> None:
    assert parse_date(raw, TODAY.isoformat()) == (None, code)


def test_a_term_may_end_ahead_but_not_in_another_century() -> None:
    assert parse_date("2031-05-31", TODAY.isoformat(), 10) == ("2031-05-31", None)
    assert parse_date("2199-05-31", TODAY.isoformat(), 10) == (None, "date_late")


@given(st.dates(date(1900, 1, 1), TODAY))
def test_each_notation_of_a_day_is_the_same_day(day: date) -> None:
    written = (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}",
        f"{day:%Y.%m.%d}",
        f"{day:%Y%m%d}",
        day,
    )
    assert {parse_date(one, TODAY.isoformat()) for one in written} == {(day.isoformat(), None)}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("王  帆", "王帆"),
        ("\u3000陈  峰 ", "陈峰"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("John  Smith", "John Smith"),
        ("𫖯欣", "𫖯欣"),
        ("㛃\u200b某", "㛃某"),
    ],
)
def test_blanks_that_fill_a_name_go_and_rare_characters_stay(raw: str, value: str) -> None:
    assert parse_name(raw) == (value, None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "name_missing"),
        ("\u3000", "name_missing"),
        ("=cmd|' /C calc'!A0", "name_formula"),
        ("@SUM(1)", "name_formula"),
        ("<script>alert(1)</script>", "name_script"),
        ("王{{7*7}}", "name_script"),
        ("王2", "name_digits"),
        ("王" * 51, "name_long"),
        ("王", "name_short"),
        ("王\ue123", "name_private"),
    ],
)
def test_a_name_that_is_none_says_why(raw: str, code: str) -> None:
    assert parse_name(raw)[1] == code


GOOD = "99010119800101001"
NUMBER = GOOD + check_digit(GOOD)


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (NUMBER, NUMBER, None),
        (f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", NUMBER, None),
        ("", None, None),
        # The published example of the standard, with an X.
        ("11010519491231002X".lower(), "11010519491231002X", None),
        (9.903491985082346e17, None, "identity_number"),
        ("9.90349198508235E+17", None, "identity_number"),
        ("990101800101001", None, "identity_old"),
        (NUMBER[:-1], None, "identity_length"),
        (GOOD + ("0" if NUMBER[-1] != "0" else "1"), None, "identity_check"),
    ],
)
def test_identity_numbers(raw: object, value: str | None, code: str | None) -> None:
    assert parse_identity(raw, TODAY) == (value, code)


def test_an_identity_number_with_an_impossible_birthday() -> None:
    body = "99010119801301001"
    assert parse_identity(body + check_digit(body), TODAY) == (None, "identity_date")


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(body: str, place: int, digit: str) -> None:
    number = body + check_digit(body)
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        assert parse_identity(wrong, TODAY)[0] is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("13812345678", "13812345678"),
        (13812345678.0, "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86-13812345678", "13812345678"),
        ("027-89862688", "027-89862688"),
        ("(027)89862688", "027-89862688"),
        ("0278986268转8", "0278986268-8"),
    ],
)
def test_telephones(raw: object, value: str) -> None:
    assert parse_phone(raw) == (value, None)


def test_what_is_no_telephone() -> None:
    assert parse_phone("1865 04") == (None, "phone_unclear")
    assert parse_phone("13812345678/13912345678") == (None, "phone_unclear")


def test_words_of_lists() -> None:
    assert parse_sex("男") == ("m", None)
    assert parse_sex("?") == (None, "sex_unclear")
    assert parse_ethnic("汉") == parse_ethnic("汉族") == ("汉族", None)
    assert parse_ethnic("火星族") == (None, "ethnic_unclear")
    assert parse_posts("书记、组织委员", "party") == (["secretary", "organisation"], None)
    assert parse_posts("副书记兼宣传委员", "party") == (["deputy_secretary", "publicity"], None)
    assert parse_posts("无", "party") == ([], None)
    assert parse_posts("总督", "party") == ([], "post_unclear")
    assert parse_kind("党总支") == ("general_branch", None)
    assert parse_kind("") == (None, "kind_missing")
    assert parse_sector("国企") == ("state_enterprise", None)
    assert parse_email("A.B@Example.TEST") == ("a.b@example.test", None)
    assert parse_email("not a mail") == (None, "email_unclear")
    assert says_gone("2026年3月转出，关系未接收")
    assert not says_gone("2026年3月转正")


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("预备党员", "party", Standing("probationary")),
        ("", "union", Standing()),
        ("外星人", "party", Standing(code="status_unclear")),
        ("流动党员", "party", Standing(None, "out")),
        ("正式党员（流出）", "party", Standing("full", "out")),
        ("预备党员、流入", "party", Standing("probationary", "in")),
        ("失联", "party", Standing(None, "lost")),
        ("在册", "union", Standing(None, "registered")),
        ("入会", "union", Standing(None, "registered")),
        ("退休会员", "union", Standing("retired_member")),
        ("转出", "union", Standing(code="status_gone")),
        ("退会", "union", Standing(code="status_gone")),
        ("会员、流动党员", "union", Standing("member", "out")),
    ],
)
def test_a_category_says_the_standing_and_the_relation(text: str, line: str, found: Standing) -> None:
    assert parse_standing(text, line) == found


@pytest.mark.parametrize(
    ("column", "text", "found"),
    [
        ("education", "大学本科", "bachelor"),
        ("education", "硕士研究生学历", "master"),
        ("education", "高中文化程度", "secondary"),
        ("political", "群众", "none"),
        ("household", "农民工", "rural"),
        ("household", "是", "rural"),
        ("household", "否", None),
        ("employment", "劳务派遣", "dispatched"),
        ("employment", "", None),
    ],
)
def test_the_words_of_the_real_name_register(column: str, text: str, found: str | None) -> None:
    assert parse_choice(column, text) == (found, None)
    assert parse_choice("education", "不知道") == (None, "choice_unclear")


def test_a_credit_code_has_a_check_character() -> None:
    """GB 32100-2015; the codes are invented but for the check character."""
    assert parse_credit_code("91350100M000100Y43") == ("91350100M000100Y43", None)
    assert parse_credit_code("91350100 m000100y43") == ("91350100M000100Y43", None)
    assert parse_credit_code("91350100M000100Y44") == (None, "credit_code_unclear")
    assert parse_credit_code(9.135e17) == (None, "credit_code_unclear")
    assert parse_credit_code("") == (None, None)
    assert parse_count("1,200 人") == (1200, None)
    assert parse_count(86.0) == (86, None)
    assert parse_count("很多") == (None, "count_unclear")
