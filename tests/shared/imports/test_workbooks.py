"""What may be uploaded, and everything that is refused, with a sentence and before it can do harm."""

import io
import struct
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from shared.errors import Invalid, Problem, TooLarge
from shared.imports.workbook.safety import MAX_ROWS, check_upload, refuse_secret
from shared.imports.workbook.sheets import sheets
from tests.factories.rosters import PEOPLE, workbook

SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def with_sheet(xml: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A good workbook whose first sheet is replaced."""
    good = workbook([("a", [PEOPLE])])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, xml if member == name else old.read(member))
    return stream.getvalue()


def rows(data: bytes, name: str = "a.xlsx") -> list[tuple[str, list[list[object]]]]:
    kind = check_upload(data, name)
    return [(sheet.name, [list(cells) for _row, cells in sheet.rows]) for sheet in sheets(data, kind, name)]


def test_the_row_numbers_are_the_spreadsheets_own() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("b")["C5"] = "x"
    stream = io.BytesIO()
    book.save(stream)
    [sheet] = sheets(stream.getvalue(), "xlsx", "a")
    assert [(number, cells) for number, cells in sheet.rows if any(cells)] == [(5, ["x"])]


def test_csv_in_either_encoding() -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        [(_name, found)] = rows("姓名,身份证号\n王帆,11010519491231002X\n".encode(encoding), "a.csv")
        assert found == [["姓名", "身份证号"], ["王帆", "11010519491231002X"]]


def bomb() -> bytes:
    return with_sheet(SHEET % (b'<row r="1"><c r="A1"><v>1</v></c></row>' + b" " * (201 * 1024 * 1024)))


def dense_bomb() -> bytes:
    return with_sheet(SHEET % (b"<row/>" * 5_000_000))


def lying() -> bytes:
    """The directory says 100 bytes, the member holds more."""
    data = bytearray(with_sheet(SHEET % (b'<row r="1"><c r="A1"><v>1</v></c></row>' * 3000)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return bytes(data).replace(struct.pack("<L", size), struct.pack("<L", 100))


def encrypted() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2048


def encrypted_zip() -> bytes:
    data = bytearray(workbook([("a", [PEOPLE])]))
    place = data.rfind(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.rfind(b"PK\x01\x02", 0, place)
    return bytes(data)


def empty() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def wide() -> bytes:
    """200,000 columns: beyond what a spreadsheet program writes, and what would be a table of 200,000 × rows."""
    cells = b"".join(b'<c r="%s1"><v>1</v></c>' % letters(number) for number in range(1, 200_001))
    return with_sheet(SHEET % (b'<row r="1">' + cells + b"</row>"))


def letters(number: int) -> bytes:
    found = b""
    while number:
        number, rest = divmod(number - 1, 26)
        found = bytes([65 + rest]) + found
    return found


def far(where: bytes, first: bytes = b'<c r="A1"><v>1</v></c>') -> bytes:
    return with_sheet(
        SHEET % (b'<row r="1">' + first + b'</row><row r="9"><c r="' + where + b'"><v>1</v></c></row>')
    )


@pytest.mark.parametrize(
    ("make", "name", "error", "word"),
    [
        (lambda: b"", "a.xlsx", Invalid, "空"),
        (lambda: b"%PDF-1.7 " * 100, "a.xlsx", Invalid, "另存为"),
        (lambda: b"\x7fELF\0\0\0\0", "a.csv", Invalid, "另存为"),
        (lambda: b"PK\x03\x04 broken", "a.xlsx", Invalid, "损坏"),
        (encrypted, "a.xlsx", Invalid, "密码"),
        (encrypted_zip, "a.xlsx", Invalid, "密码"),
        (bomb, "a.xlsx", TooLarge, "解压"),
        (dense_bomb, "a.xlsx", TooLarge, "解压"),
        (lying, "a.xlsx", Invalid, "损坏"),
        (empty, "a.xlsx", Invalid, "空"),
        (wide, "a.xlsx", Invalid, "500 列"),
        (("x," * 501).encode, "a.csv", Invalid, "500 列"),
        # Two cells that would make a table of billions.
        (lambda: far(b"XFD1048576"), "a.xlsx", Invalid, "列"),
        (lambda: far(b"B1048576"), "a.xlsx", Invalid, "行"),
        (lambda: far(b"ZZ99999"), "a.xlsx", Invalid, ""),
        (lambda: far(b"CZ99999"), "a.xlsx", Invalid, "行"),
        # Cells that do not say where they are, written in ways that a spreadsheet program never writes.
        (lambda: far(b"B2", b"<c><v>1</v></c>"), "a.xlsx", Invalid, "另存为"),
        (lambda: far(b"B2", b'<c t="s"><v>0</v></c>'), "a.xlsx", Invalid, "另存为"),
        (lambda: far(b"B2", b'<c\ts="1"><v>1</v></c>'), "a.xlsx", Invalid, "另存为"),
        (lambda: far(b"B2", b'<c s="1" r="XFD1048576"><v>1</v></c>'), "a.xlsx", Invalid, "列"),
    ],
)
def test_refused_with_a_sentence(
    make: Callable[[], bytes], name: str, error: type[Problem], word: str
) -> None:
    with pytest.raises(error) as refused:
        rows(make(), name)
    assert word in str(refused.value)


def test_a_csv_of_too_many_rows() -> None:
    with pytest.raises(Invalid, match="行"):
        rows(b"a\n" * (MAX_ROWS + 1), "a.csv")


def test_formatted_empty_cells_far_out_do_no_harm() -> None:
    """Half of all real rosters have a border drawn down to the last row."""
    found = rows(
        with_sheet(
            SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="1"/></row>'
        )
    )
    assert found == [("a", [[1.0]])]


@pytest.mark.parametrize("cell", ["秘密★5年", "机密 ★", "【绝密】", "机密", "文件：绝密★启用前"])
def test_a_mark_of_secrecy_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match="密级"):
        refuse_secret(["王帆", 1.0, cell])


@pytest.mark.parametrize("cell", ["保密委员", "市机密局支部", "秘密工作旧址支部", "密云区"])
def test_words_that_only_look_like_it_pass(cell: str) -> None:
    refuse_secret([cell])
