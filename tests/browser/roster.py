"""The roster that the journey of an import uses: the shared sample, or where there is none a small one like it."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "roster-party.xlsx"
PEOPLE = [
    [
        "钟离澄",
        "女",
        "汉",
        date(1988, 3, 4),
        "990101198803041226",
        date(2010, 6, 1),
        "第一党支部",
        "15400000001",
    ],
    [
        "东方樵",
        "男",
        "汉族",
        date(1979, 11, 20),
        "990101197911201237",
        date(2001, 7, 1),
        "第一党支部",
        "15400000002",
    ],
    # Held as a number, the last digits are lost: a question.
    [
        "令狐棠",
        "女",
        "回",
        date(1990, 1, 2),
        990101199001021244,
        date(2015, 5, 1),
        "第一党支部",
        "15400000003",
    ],
    # No such unit, and a day to come: bad rows.
    ["公孙岳", "男", "汉", date(1985, 5, 5), None, date(2008, 7, 1), "没有的党支部", "15400000004"],
    ["呼延朗", "男", "汉", date(1985, 5, 6), None, date(2199, 7, 1), "第一党支部", "15400000005"],
]


def roster(folder: Path) -> Path:
    """The path of a workbook with two sheets and some rows that need a decision."""
    if SAMPLE.exists():
        return SAMPLE
    book = Workbook()
    people = book.active
    assert people is not None
    people.title = "党员花名册"
    people.append(["花名册"])
    people.append(["姓名", "性别", "民族", "出生年月", "身份证号码", "入党时间", "所在党支部", "联系电话"])
    for row in PEOPLE:
        people.append(row)
    tree = book.create_sheet("组织架构")
    tree.append(["组织全称", "组织类别", "上级组织", "成立时间", "本届届满时间", "领域"])
    tree.append(["试用机关党委", "机关党委", None, date(2001, 5, 1), date(2027, 5, 31), "机关"])
    tree.append(["第一党支部", "党支部", "试用机关党委", date(2005, 6, 1), date(2027, 2, 1), "机关"])
    path = folder / "roster.xlsx"
    book.save(path)
    return path
