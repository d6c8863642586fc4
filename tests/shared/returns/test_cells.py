"""What a cell may hold, and how sheets become columns and rows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.i18n import use_locale
from shared.returns.columns import Column, columns_of, kept
from shared.returns.columns.checking import check_cell, check_rows
from shared.returns.workbook.reading import read_columns, read_rows


def column(kind: str, **values: object) -> Column:
    return Column(**({"key": "c1", "label": "人数", "kind": kind} | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "canonical"),
    [
        ("whole", "1,200", "1200"),
        ("whole", "１２", "12"),
        ("whole", "3.0", "3"),
        ("whole", "-4", "-4"),
        ("decimal", "12.50", "12.5"),
        ("decimal", "1E+3", "1000"),
        ("decimal", "0E-99999999", "0"),
        ("whole", "-0", "0"),
        ("whole", "1\0", "1"),
        ("date", "2026年3月5日", "2026-03-05"),
        ("date", "2026-3-5", "2026-03-05"),
        ("yes_no", "是", "y"),
        ("yes_no", "没有", "n"),
        ("text", "  =1+1 ", "=1+1"),
    ],
)
def test_what_fits_is_kept_in_one_form(kind: str, typed: str, canonical: str) -> None:
    assert check_cell(column(kind), typed) == (canonical, None)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("whole", "3.5"),
        ("whole", "many"),
        ("whole", "NaN"),
        ("whole", "9" * 20),
        ("decimal", "Infinity"),
        ("decimal", "1.1234567"),
        ("decimal", "1e-99999999"),
        ("decimal", "123456789012345.00000000000000001"),
        ("date", "2026-02-30"),
        ("date", "3月5日"),
        ("yes_no", "perhaps"),
        ("text", "机密★10年"),
        ("text", "长" * 501),
    ],
)
def test_what_does_not_fit_is_said_and_kept_as_typed(kind: str, typed: str) -> None:
    text, wrong = check_cell(column(kind), typed)
    assert wrong
    assert text == typed[:500]


def test_bounds_measures_and_choices() -> None:
    bounded = column("whole", least="0", most="100", measure="人")
    assert check_cell(bounded, "12人") == ("12", None)
    assert check_cell(bounded, "-1")[1]
    assert check_cell(bounded, "101")[1]
    day = column("date", least="2026-01-01", most="2026-12-31")
    assert check_cell(day, "2027-01-01")[1]
    choice = column("choice", choices=("甲", "乙"))
    assert check_cell(choice, " 甲 ") == ("甲", None)
    assert check_cell(choice, "丙")[1]
    assert check_cell(column("whole", required=True), " ")[1]
    assert check_cell(column("whole"), " ") == ("", None)


def test_columns_survive_being_kept() -> None:
    made = [column("choice", choices=("甲", "乙"), required=True), column("text", key="c2", known="unit")]
    assert columns_of(kept(made)) == made
    # What a later version wrote beside is passed over.
    assert columns_of([{**kept(made)[1], "colour": "red"}]) == [made[1]]


@given(st.integers(-(10**14), 10**14))
def test_a_number_is_its_own_canonical_form(number: int) -> None:
    assert check_cell(column("whole"), f"{number:,}") == (str(number), None)


def test_rows_are_found_below_their_heads_wherever_they_stand() -> None:
    columns = [
        Column("c1", "单位", known="unit"),
        Column("c2", "姓名"),
        Column("c3", "人数", kind="whole", measure="人"),
    ]
    sheet: list[list[object]] = [
        ["2026年统计表"],
        ["人数（人）", "备注", "姓 名", "单位"],
        [3.0, "x", "王帅", "别人填的"],
        ["", "", "", "x"],
        ["四", None, "李四", ""],
    ]
    rows = read_rows(columns, sheet)
    assert rows == [{"c2": "王帅", "c3": "3"}, {"c2": "李四", "c3": "四"}]
    found, wrong = check_rows(columns, rows)
    assert found == rows
    with use_locale("en"):
        assert set(wrong) == {(1, "c3")}
    with pytest.raises(Invalid):
        read_rows(columns, [["a", "b"], [1, 2]])


def test_heads_become_columns_with_a_guess_of_their_kind() -> None:
    sheet: list[list[object]] = [
        ["党员情况统计表"],
        ["单位名称", "党员人数", "经费", "成立日期", "是否换届", "人数", "人数"],
        ["第一支部", 12.0, 3.5, date(2020, 1, 2), "是", 1.0, 2.0],
        ["第二支部", 8.0, 4.0, "2021-03-04", "否", "x", 3.0],
    ]
    assert [(one.label, one.kind) for one in read_columns(sheet)] == [
        ("单位名称", "text"),
        ("党员人数", "whole"),
        ("经费", "decimal"),
        ("成立日期", "date"),
        ("是否换届", "yes_no"),
        ("人数", "text"),
    ]
    with pytest.raises(Invalid):
        read_columns([])
