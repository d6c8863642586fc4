"""Whether what somebody has uploaded is what it says, and safe to unfold.

A workbook is a zip of XML. Before the reader sees it, every sheet is run through once: no more bytes than the limits,
and no cell so far out that a dense table up to it would fill the memory.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from shared.errors import Invalid, TooLarge
from shared.i18n import _

#: Limits of one workbook: bytes unfolded, how much smaller the zip may be, columns, rows, cells of filled rectangles.
MAX_UNFOLDED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_COLUMNS = 500
MAX_ROWS = 200_000
MAX_CELLS = 6_000_000
MAX_MEMBERS = 2_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: A cell with content (not `<c …/>`) beyond column Z or below row 99,999; all the others lie within 26 × 99,999.
_FAR = re.compile(rb"""\sr=["']([A-Z]+)([0-9]+)["'](?:[^<>]*[^/<>])?>""")
_FAR_ONLY = re.compile(rb"""\sr=["'](?:[A-Z]{2,}[0-9]+|[A-Z][0-9]{6,})["'](?:[^<>]*[^/<>])?>""")
#: The same where every cell begins as spreadsheet programs write it: several times as fast.
_USUAL_FAR = re.compile(rb"""<c r="(?:[A-Z]{2,}[0-9]+|[A-Z][0-9]{6,})"(?:[^<>]*[^/<>])?>""")
_ODD_CELL = re.compile(rb"<c[\t\r\n>]|:c[\s>]")
#: A cell that does not say where it is.
_NAMELESS = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*?\sr=)[^<>]*>")
_OVERLAP = 256

#: 秘密★, 机密★5年, or a cell that says nothing but the mark.
_SECRET = re.compile(r"[秘机绝]密\s*[★☆*＊]|^[\s【\[(（]*(秘密|机密|绝密)[\s】\])）]*$")


def _letters(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def too_wide() -> Invalid:
    return Invalid(
        _("The sheet has more than %(n)s columns. Keep the columns of the roster only.", n=MAX_COLUMNS)
    )


def too_long() -> Invalid:
    return Invalid(_("The sheet reaches beyond row %(n)s. Split the file.", n=f"{MAX_ROWS:,}"))


def damaged() -> Invalid:
    return Invalid(_("The file is damaged. Open it in Excel or WPS, save it anew and upload it again."))


def is_encrypted() -> Invalid:
    return Invalid(_("The workbook is protected by a password. Remove the password and upload it again."))


def unusual() -> Invalid:
    return Invalid(
        _(
            "This is not a workbook that can be read here. Save it as an Excel workbook (.xlsx) and upload it again."
        )
    )


def bomb() -> TooLarge:
    return TooLarge(_("The workbook unfolds to more than it should and was not opened."))


def check_upload(data: bytes, name: str) -> str:
    """What the file is: xlsx, xls or csv. Cheap; for the moment of the upload.

    Raises Invalid or TooLarge with a sentence for the person.
    """
    if not data:
        raise Invalid(_("The file is empty."))
    if data.startswith(_ZIP):
        _check_directory(data)
        return "xlsx"
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise is_encrypted()
        return "xls"
    if name.lower().endswith((".csv", ".txt")) and b"\0" not in data[:4096]:
        return "csv"
    raise unusual()


def _check_directory(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise damaged() from error
    members = archive.infolist()
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise unusual()
    if any(member.flag_bits & 1 for member in members):
        raise is_encrypted()
    unfolded = sum(member.file_size for member in members)
    folded = sum(member.compress_size for member in members) or 1
    if len(members) > MAX_MEMBERS or unfolded > MAX_UNFOLDED:
        raise bomb()
    if unfolded > 20 * 1024 * 1024 and unfolded / folded > MAX_RATIO:
        raise bomb()
    return archive


def _texts(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member in overlapping stretches, as far as the directory says and no further."""
    tail = b""
    try:
        with archive.open(member) as part:
            while block := part.read(1 << 20):
                yield tail + block
                tail = block[-_OVERLAP:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise damaged() from error


def check_sheets(data: bytes) -> bool:
    """Unfold every member once and look how far the sheets among them reach.

    True when the character 密 stands anywhere in it, or anything that may spell it: only then each cell is looked at
    for a mark of secrecy.
    """
    suspect = False
    archive = _check_directory(data)
    for member in archive.infolist():
        is_sheet, columns, last = False, 26, 0
        for text in _texts(archive, member):
            suspect = suspect or "密".encode() in text or b"&#" in text
            is_sheet = is_sheet or b"sheetData" in text
            if not is_sheet:
                continue
            for match in _far_cells(text):
                if where := _FAR.search(match.group()):
                    columns = max(columns, _letters(where[1]))
                    last = max(last, int(where[2]))
            if columns > MAX_COLUMNS:
                raise too_wide()
            if last > MAX_ROWS:
                raise too_long()
        if (
            is_sheet
            and columns * max(last, 99_999) > MAX_CELLS
            and _last_row(archive, member) * columns > MAX_CELLS
        ):
            raise too_long()
    return suspect


def _far_cells(text: bytes) -> Iterator[re.Match[bytes]]:
    named = text.count(b'<c r="')
    usual = text.count(b"<c ") == named and (
        (text.count(b"<c") == named and b":c" not in text) or not _ODD_CELL.search(text)
    )
    if usual:
        return _USUAL_FAR.finditer(text)
    if _NAMELESS.search(text):
        raise unusual()
    return _FAR_ONLY.finditer(text)


def _last_row(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """A wide sheet: look at every cell, because width × length is what the reader will take."""
    return max(
        (int(match[2]) for text in _texts(archive, member) for match in _FAR.finditer(text)), default=0
    )


def refuse_secret(cells: Sequence[object]) -> None:
    """Material marked 秘密, 机密 or 绝密 does not belong here."""
    for cell in cells:
        if type(cell) is str and "密" in cell and _SECRET.search(cell):
            raise Invalid(
                _(
                    "A cell carries a mark of secrecy. Material marked secret, confidential or top secret does not"
                    " belong here; the file has been refused and deleted."
                )
            )
