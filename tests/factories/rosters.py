"""Rosters as workbooks, invented: written as XML directly, because a hundred thousand rows shall take seconds."""

import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

from shared.imports.cells.numbers import check_digit

PEOPLE = (
    "序号", "姓  名", "性别", "民族", "出生年月", "身份证号码", "入党时间", "转正时间", "所在党支部", "党内职务",
    "联系电话", "人员类别", "备注",
)  # fmt: skip
UNITS = ("组织全称", "组织类别", "上级组织", "成立时间", "本届届满时间", "领域")
UNION_PEOPLE = (
    "序号", "姓名", "性别", "民族", "身份证号码", "移动电话", "学历", "政治面貌", "户籍类型", "就业形态", "工作岗位",
    "会员卡号", "入会时间", "所在基层工会", "工会职务", "会籍状态",
)  # fmt: skip
UNION_UNITS = (
    "工会名称", "工会类型", "上级工会", "建会时间", "届满时间", "单位性质", "统一社会信用代码", "工会法人资格证书号",
    "职工人数",
)  # fmt: skip
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单解仇查"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂珍华建国志海燕雪梅凤云乐行"
_EPOCH = date(1899, 12, 30)
Cell = str | int | float | date | None


def _column(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def workbook(sheets: Sequence[tuple[str, Iterable[Sequence[Cell]]]]) -> bytes:
    """An .xlsx with shared strings, as spreadsheet programs write it."""
    strings: dict[str, int] = {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, (_name, rows) in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                part.write(
                    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    b"<sheetData>"
                )
                for row_no, row in enumerate(rows, 1):
                    cells = "".join(
                        _cell(f"{_column(at)}{row_no}", value, strings)
                        for at, value in enumerate(row, 1)
                        if value not in ("", None)
                    )
                    part.write(f'<row r="{row_no}">{cells}</row>'.encode())
                part.write(b"</sheetData></worksheet>")
        _parts(archive, [name for name, _rows in sheets], strings)
    return stream.getvalue()


def _cell(where: str, value: Cell, strings: dict[str, int]) -> str:
    if isinstance(value, date):
        return f'<c r="{where}" s="1"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{where}"><v>{value!r}</v></c>'
    return f'<c r="{where}" t="s"><v>{strings.setdefault(str(value), len(strings))}</v></c>'


def _parts(archive: zipfile.ZipFile, names: Sequence[str], strings: dict[str, int]) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in numbers
    )
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    archive.writestr(
        "[Content_Types].xml",
        f'<Types xmlns="{package}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{types}'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
    )
    archive.writestr(
        "_rels/.rels",
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
    )
    archive.writestr(
        "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{sheets}</sheets></workbook>'
    )
    archive.writestr(
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{package}/relationships">{links}<Relationship Id="s" Type="{office}/styles"'
        f' Target="styles.xml"/><Relationship Id="t" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
    )
    archive.writestr(
        "xl/styles.xml",
        f'<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    )
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{items}</sst>')


def identity(number: int, born: date, sex: str) -> str:
    """A number of an area that does not exist, with the right check digit; unique by `number`."""
    serial = (number // 9999) % 99 * 10 + (1 if sex == "男" else 2)
    body = f"99{number % 9999:04d}{born:%Y%m%d}{serial:03d}"
    return body + check_digit(body)


def people(count: int, units: Sequence[str], *, seed: int = 1) -> Iterable[Sequence[Cell]]:
    """Title rows, header and `count` good rows in the four notations of dates."""
    luck = random.Random(seed)
    yield ("党员花名册",)
    yield ("填报单位：某单位",)
    yield PEOPLE
    for number in range(count):
        born = date(luck.randint(1950, 2003), luck.randint(1, 12), luck.randint(1, 28))
        sex = luck.choice("男女")
        name = luck.choice(_SURNAMES) + "".join(luck.choices(_GIVEN, k=luck.choice((1, 2))))
        written: Cell = luck.choice(
            (born, f"{born.year}年{born.month}月", f"{born:%Y.%m}", f"{born:%Y-%m-%d}")
        )
        joined = born.year + 20
        yield (
            number + 1,
            name if len(name) == 3 else f"{name[0]}  {name[1]}",
            sex,
            luck.choice(("汉", "汉族", "满族", "土家")),
            written,
            identity(number, born, sex),
            f"{joined}年{born.month}月" if joined < 2025 else f"{joined - 1}-06-01",
            f"{joined + 1}-{born.month:02d}-{born.day:02d}" if joined < 2024 else "",
            units[number % len(units)],
            "书记" if number < len(units) else "",
            f"1{luck.choice('3578')}{luck.randint(10**8, 10**9 - 1)}",
            "正式党员",
            "",
        )


def branches(count: int, root: str = "某机关党委") -> list[str]:
    return [f"{root}第{number}支部" for number in range(1, count + 1)]


def tree(count: int, root: str = "某机关党委") -> Iterable[Sequence[Cell]]:
    """A committee with its branches."""
    yield UNITS
    yield (root, "机关党委", "", date(2001, 5, 1), date(2027, 5, 31), "机关")
    for name in branches(count, root):
        yield (name, "党支部", root, date(2012, 11, 15), "", "事业")


def roster(count: int, *, units: int = 10, root: str = "某机关党委", seed: int = 1) -> bytes:
    """A workbook of both sheets."""
    names = branches(units, root)
    return workbook([("党员花名册", people(count, names, seed=seed)), ("组织架构", tree(units, root))])


def credit_code(number: int) -> str:
    """A code of an area that does not exist, with the right check character (GB 32100); unique by `number`."""
    body = f"8199{number:013d}"
    characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(characters.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + characters[-total % 31]


def unions(count: int, root: str = "某市总工会") -> list[str]:
    return [f"{root}第{number}基层工会" for number in range(1, count + 1)]


def union_tree(count: int, root: str = "某市总工会") -> Iterable[Sequence[Cell]]:
    """A federation with its primary unions, as the real-name register asks."""
    yield UNION_UNITS
    yield (
        root,
        "总工会",
        "",
        date(2001, 5, 1),
        date(2027, 5, 31),
        "机关",
        credit_code(0),
        "工法证字第000001号",
        "",
    )
    for number, name in enumerate(unions(count, root), 1):
        yield (
            name, "基层工会", root, date(2012, 11, 15), "", "非公", credit_code(number),
            f"工法证字第{number + 1:06d}号", 100 + number,
        )  # fmt: skip


def union_people(count: int, units: Sequence[str], *, seed: int = 1) -> Iterable[Sequence[Cell]]:
    """Header and `count` good rows of a union's real-name register."""
    luck = random.Random(seed)
    yield UNION_PEOPLE
    for number in range(count):
        born = date(luck.randint(1960, 2005), luck.randint(1, 12), luck.randint(1, 28))
        sex = luck.choice("男女")
        yield (
            number + 1,
            luck.choice(_SURNAMES) + "".join(luck.choices(_GIVEN, k=luck.choice((1, 2)))),
            sex,
            luck.choice(("汉族", "汉", "满族")),
            identity(number, born, sex),
            f"1{luck.choice('3578')}{luck.randint(10**8, 10**9 - 1)}",
            luck.choice(("大学本科", "大专", "高中", "硕士研究生")),
            luck.choice(("群众", "中共党员", "共青团员")),
            luck.choice(("农业户口", "非农业户口")),
            luck.choice(("合同制", "劳务派遣", "快递员")),
            luck.choice(("装配工", "会计", "驾驶员")),
            f"H{number:08d}",
            f"{luck.randint(born.year + 18, 2025)}-{luck.randint(1, 12):02d}",
            units[number % len(units)],
            "工会主席" if number < len(units) else "",
            luck.choice(("入会", "在册", "")),
        )
