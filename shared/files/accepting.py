"""What may be attached to a record: kinds of files by their content, not by their name; pictures made small and bare.

A picture loses its place, camera and time (EXIF) and anything above 2000 pixels; a file whose content is not what its
name says is refused, as is what could run.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import Invalid
from shared.i18n import _

#: Longest side of a kept picture, in pixels.
LONGEST_SIDE = 2000
#: Largest file taken, in bytes, before a picture is made small.
LARGEST = 20 * 1024 * 1024
#: More pixels than any camera makes; a small file may unfold to far more.
MOST_PIXELS = 100_000_000
#: Unpacked size of an office file that is still opened to look for marks.
LARGEST_UNPACKED = 100 * 1024 * 1024

_PICTURES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
_OFFICE = {
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"),
}
_OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
#: GB/T 33190 electronic files of government offices.
_OFD = ".ofd"
#: What the form offers to choose from.
ACCEPT = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx,.pptx,.doc,.xls,.ppt,.ofd"
_PICTURE_ENDINGS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_TAG = re.compile(rb"<[^>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it will be kept. `text` is what could be read of it, for whoever looks for secrecy marks."""

    name: str
    media_type: str
    data: bytes
    text: str = ""


def clean_name(name: str) -> str:
    """The file's name alone, without path and control characters, at most 120 characters with its ending."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:120]
    return f"{stem[: 119 - len(ending)]}.{ending[:10]}"


def accept(data: bytes, *, name: str) -> Accepted:
    """The file as it may be kept. Raises Invalid, in the reader's language, for one that may not."""
    plain = clean_name(name)
    ending = "." + plain.rpartition(".")[2].lower() if "." in plain else ""
    if not data:
        raise Invalid(_("%(name)s is empty.", name=plain or "?"))
    if len(data) > LARGEST:
        raise Invalid(
            _("%(name)s is too large, at most %(size)s MB", name=plain, size=LARGEST // 1024 // 1024)
        )
    if ending in _PICTURE_ENDINGS:
        return _picture(data, plain, _PICTURE_ENDINGS[ending])
    if ending == ".pdf":
        if not data.startswith(b"%PDF-"):
            raise _lying(plain)
        return Accepted(plain, "application/pdf", data)
    if ending in _OFFICE or ending == _OFD:
        return _packed(data, plain, ending)
    if ending in _OLD_OFFICE:
        if not data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            raise _lying(plain)
        return Accepted(plain, _OLD_OFFICE[ending], data)
    raise Invalid(
        _(
            "%(name)s cannot be attached. Pictures (JPG, PNG, WebP), PDF, OFD, Word, Excel and PowerPoint can.",
            name=plain,
        )
    )


def _lying(name: str) -> Invalid:
    return Invalid(_("%(name)s is not what its name says; save it again in its own program.", name=name))


def _picture(data: bytes, name: str, expected: str) -> Accepted:
    """Turned upright, at most LONGEST_SIDE, without anything but its pixels."""
    try:
        with Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as opened:
            if opened.format != expected:
                raise _lying(name)
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid(_("%(name)s has too many pixels.", name=name))
            if opened.format == "JPEG":
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            bare = upright.convert("RGBA" if expected != "JPEG" and "A" in upright.getbands() else "RGB")
            written = io.BytesIO()
            # A fresh picture of the pixels alone: no EXIF, no place, no comment, no colour profile's text.
            fresh = Image.new(bare.mode, bare.size)
            fresh.paste(bare)
            fresh.save(written, expected, **({"quality": 85} if expected != "PNG" else {"optimize": False}))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _lying(name) from error
    return Accepted(name, _PICTURES[expected][0], written.getvalue())


def _packed(data: bytes, name: str, ending: str) -> Accepted:
    """An office file: a zip with the parts that such a file has, and no macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if any(one.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for one in names):
                raise Invalid(_("%(name)s holds macros or programs; save it without them.", name=name))
            if ending == _OFD:
                if "OFD.xml" not in names:
                    raise _lying(name)
                return Accepted(name, "application/ofd", data)
            media_type, folder = _OFFICE[ending]
            if "[Content_Types].xml" not in names or not any(one.startswith(folder) for one in names):
                raise _lying(name)
            text = _words(archive, [entry for entry in entries if entry.filename.startswith(folder)])
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _lying(name) from error
    return Accepted(name, media_type, data, text)


def _words(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    """The words of an office file's XML parts, one paragraph a line; a part that unfolds too far is left out."""
    found: list[str] = []
    room = LARGEST_UNPACKED
    for entry in entries:
        if not entry.filename.endswith(".xml") or entry.file_size > room:
            continue
        with archive.open(entry) as part:
            content = part.read(room)
        room -= len(content)
        broken = re.sub(rb"</(w:p|a:p|si|t)>", b"\n", content)
        found.append(_TAG.sub(b"", broken).decode("utf-8", "replace"))
    return "\n".join(found)
