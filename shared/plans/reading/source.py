"""From a file or pasted text to plain text with LF line ends; what cannot be read is said in words."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

import docx
from docx.opc.exceptions import PackageNotFoundError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.plans.reading.word import lines_of

#: Largest file, in bytes; most characters, paragraphs and pages; unpacked size of a .docx.
LARGEST = 10 * 1024 * 1024
MOST_CHARACTERS = 200_000
MOST_PAGES = 200
LARGEST_UNPACKED = 60 * 1024 * 1024
#: What the form offers to choose from.
ACCEPT = ".docx,.txt,.pdf"
#: — 3 —, as official papers number their pages.
_PAGE_NUMBER = re.compile(r"^[\s　]*[-—–－]*[\s　]*\d{1,3}[\s　]*[-—–－]*[\s　]*$")
#: How an XML file begins that brings declarations of its own.
_DECLARED = b"<!DOCTYPE"
#: A page with fewer characters is a picture of one.
FEWEST_ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Source:
    """The text as it will be kept, every place in the tree points into it. `form`: docx, txt, pdf or pasted."""

    text: str
    form: str


def read_source(name: str, data: bytes) -> Source:
    """A .docx, .txt or .pdf with a text layer. Raises Invalid where the file cannot be read."""
    if not data:
        raise _wrong(_("The file is empty."))
    if len(data) > LARGEST:
        raise _wrong(_("The file is larger than %(n)s MB.", n=LARGEST // 1024 // 1024))
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PK\x03\x04"):
        return _kept(_of_docx(data), "docx")
    if data.startswith(b"%PDF-"):
        return _kept(_of_pdf(data), "pdf")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _wrong(_("This is the old Word format. Save it as .docx and choose it again."))
    if ending not in ("txt", "md", ""):
        raise _wrong(_("Choose a .docx, a .txt or a .pdf."))
    return _kept(_of_bytes(data), "txt")


def pasted(text: str) -> Source:
    """Text from the clipboard."""
    if not text.strip():
        raise _wrong(_("There is no text in it."))
    return _kept(text, "pasted")


def _wrong(problem: str) -> Invalid:
    return Invalid(problem, fields={"file": problem})


def _kept(text: str, form: str) -> Source:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    text = "".join(char for char in text if char.isprintable() or char in "\n\t　").strip("\ufeff \n\t")
    if not text:
        raise _wrong(_("There is no text in it."))
    if len(text) > MOST_CHARACTERS:
        raise _wrong(_("The text has more than %(n)s characters. Divide it.", n=f"{MOST_CHARACTERS:,}"))
    refuse_marks(text[:2000])
    return Source(text, form)


def _of_bytes(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _wrong(_("The text cannot be read. Save it as UTF-8 and choose it again."))


def _of_docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "word/document.xml" not in package.namelist():
                raise _wrong(_("Choose a .docx, a .txt or a .pdf."))
            if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
                raise _wrong(_("The file unfolds to more than %(n)s MB.", n=LARGEST_UNPACKED // 1024 // 1024))
            if any(name.lower().endswith("vbaproject.bin") for name in package.namelist()):
                raise _wrong(_("The file holds macros. Save it as .docx and choose it again."))
            # No program for papers writes declarations of its own; with them come foreign files and endless names.
            if any(
                _DECLARED in package.read(name)[:4096] for name in package.namelist() if name.endswith(".xml")
            ):
                raise _wrong(
                    _("The file refers to something outside of it. Open it in Word or WPS, save it anew.")
                )
        lines = lines_of(docx.Document(io.BytesIO(data)))
    except (
        zipfile.BadZipFile,
        zlib.error,
        PackageNotFoundError,
        KeyError,
        ValueError,
        SyntaxError,
        RecursionError,
    ) as problem:
        raise _wrong(_("The file is damaged. Open it in Word or WPS, save it anew.")) from problem
    return "\n".join(lines)


def _of_pdf(data: bytes) -> str:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise _wrong(_("The PDF is protected by a password."))
        if len(reader.pages) > MOST_PAGES:
            raise _wrong(_("The PDF has more than %(n)s pages.", n=MOST_PAGES))
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError) as problem:
        raise _wrong(_("The PDF cannot be read. Save it anew, or paste its text.")) from problem
    if sum(len(page.strip()) for page in pages) < FEWEST_ON_A_PAGE * len(pages):
        raise _wrong(_("The PDF holds pictures of pages and no text. Paste the text, or take the .docx."))
    lines = (line for page in pages for line in page.split("\n"))
    return "\n".join(line for line in lines if not _PAGE_NUMBER.match(line))
