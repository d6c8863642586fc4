"""Ledgers of the past as offices keep them in Excel, invented: titles over the table, two-row heads, merged cells."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from openpyxl import Workbook

Cell = str | int | float | date | datetime | None
#: Titles of an orderly ledger.
TITLES = (
    "日期",
    "党支部",
    "会议类型",
    "主题",
    "地点",
    "主持人",
    "应到",
    "实到",
    "缺席人员及原因",
    "内容",
    "备注",
)


def ledger(*sheets: tuple[str, Iterable[Sequence[Cell]]], merged: Iterable[tuple[str, str]] = ()) -> bytes:
    """A workbook of these sheets; `merged` are (sheet, range)."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for name, area in merged:
        book[name].merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def orderly(*rows: Sequence[Cell]) -> bytes:
    """One sheet, one header, these rows."""
    return ledger(("台账", [TITLES, *rows]))


def messy(branch: str) -> bytes:
    """A branch's own ledger: the unit and the year in the title, a head of two rows, days without a year, one day
    merged over two events, a repeated header, a signature below."""
    head = ("序号", "组织生活", None, None, None, "人数", None, "备注")
    lower = (None, "时间", "形式", "主题", "地点", "应到", "实到", None)
    return ledger(
        (
            "组织生活台账",
            [
                (f"{branch}2026年度组织生活台账",),
                (),
                head,
                lower,
                (1, "3月15日（星期日）下午2:30", "支部党员大会", "年度计划", "三楼会议室", 21, "20人", None),
                (2, None, "党课", "学习准则", "同上", 21, 20, None),
                (3, "4.10", "主题党日", "植树", "东湖", 21, 21, "全员参加"),
                (None, "时间", "形式", "主题", "地点", "应到", "实到", None),
                (4, "5月", "主题党日", "劳动", "社区", 21, 19, None),
                (5, "二月三十日", "支委会", "研究工作", "办公室", 5, 5, None),
                ("合计", None, None, None, None, None, 60, None),
                ("填表人：张三", None, None, None, None, None, None, None),
            ],
        ),
        merged=(
            ("组织生活台账", "A1:H1"),
            ("组织生活台账", "B3:E3"),
            ("组织生活台账", "F3:G3"),
            ("组织生活台账", "B5:B6"),
        ),
    )
