"""Which font of this machine has which character: chains of faces, and the characters that leave the first of them.

A face that lacks a character would be replaced by the layout engine silently, and the replacement's own height would
push the lines of a page apart. So each such character is found here, set in a span of its own, and named to the user.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont
from markupsafe import Markup, escape

from services.worker.pdf.fonts import FOLDERS

#: Stands for a character that no font has: the sign of the compositors for a missing type.
GETA = "〓"


@dataclass(frozen=True, slots=True)
class Face:
    """One font file. `scale` makes its ideographs as wide as those of the others."""

    family: str
    file: str
    scale: float = 1.0


#: What stands in for 仿宋_GB2312, 楷体_GB2312, 黑体, 方正小标宋简体 and 宋体: the first that is there sets the text,
#: the next take over single characters. Coverage of each: docs/adr/0037-official-layout.md.
FANG = Face("FandolFang", "FandolFang-Regular.otf")
FANG_TRADITIONAL = Face("cwTeXFangSong", "cwfs.ttf", 1 / 0.92)
KAI = Face("FandolKai", "FandolKai-Regular.otf")
WENKAI = Face("LXGW WenKai", "LXGWWenKai-Regular.ttf")
SERIF = Face("Noto Serif CJK SC", "NotoSerifCJK-Regular.ttc")
SERIF_BOLD = Face("Noto Serif CJK SC", "NotoSerifCJK-Bold.ttc")
SANS = Face("Noto Sans CJK SC", "NotoSansCJK-Regular.ttc")
SANS_BOLD = Face("Noto Sans CJK SC", "NotoSansCJK-Bold.ttc")
SIGNS = Face("DejaVu Sans", "DejaVuSans.ttf")
LAST = (SERIF, SANS, SIGNS)
CHAINS: dict[str, tuple[Face, ...]] = {
    "fang": (FANG, FANG_TRADITIONAL, WENKAI, *LAST),
    "kai": (KAI, WENKAI, *LAST),
    "hei": (SANS_BOLD, *LAST),
    "biao": (SERIF_BOLD, *LAST),
    "song": LAST,
}
#: The official name of each, as an office knows it.
NAMES = {
    "fang": "仿宋_GB2312",
    "kai": "楷体_GB2312",
    "hei": "黑体",
    "biao": "方正小标宋简体",
    "song": "宋体",
}


@dataclass(slots=True)
class Found:
    """What was seen while a paper was set: characters by the face that took them over, and those none has."""

    replaced: dict[str, str]
    lost: set[str]

    @classmethod
    def nothing(cls) -> "Found":
        return cls({}, set())


def place_of(face: Face) -> Path | None:
    """The file of a face on this machine."""
    return _files().get(face.file)


@cache
def _files() -> dict[str, Path]:
    wanted = {face.file for chain in CHAINS.values() for face in chain}
    return {
        path.name: path
        for folder in FOLDERS
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.name in wanted
    }


@cache
def _has(face: Face) -> frozenset[int]:
    """Code points of a face; nothing where its file is not there."""
    path = place_of(face)
    if path is None:
        return frozenset()
    if path.suffix != ".ttc":
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap())
    with TTCollection(path, lazy=True) as collection:
        named = [font for font in collection.fonts if font["name"].getDebugName(1) == face.family]
        return frozenset((named or collection.fonts)[0].getBestCmap())


def faces(role: str) -> tuple[Face, ...]:
    """The chain of a role, those only whose files are there."""
    return tuple(face for face in CHAINS[role] if place_of(face) is not None)


def absent() -> list[str]:
    """Official names whose first face is not on this machine: the next one sets the whole text."""
    return [NAMES[role] for role, chain in CHAINS.items() if place_of(chain[0]) is None]


def families(role: str) -> str:
    """As a value of font-family."""
    return ", ".join(f'"{face.family}"' for face in faces(role)) or "serif"


def _plain(character: str) -> bool:
    """Blanks and what shows nothing by itself need no glyph."""
    return character.isspace() or unicodedata.category(character) in {"Cc", "Cf", "Zs"}


def _drawn(text: str) -> Iterator[str]:
    """The characters that are drawn: control signs and variation selectors left out, as no face here knows them."""
    for character in text:
        code = ord(character)
        if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
            continue
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} and not character.isspace():
            if unicodedata.category(character) in {"Co", "Cn"}:
                yield character
            continue
        yield character


def pieces(text: str, role: str, found: Found) -> list[tuple[Face | None, str]]:
    """Runs of the text with the face that takes over, None where it is the role's own. Notes what it met."""
    chain = faces(role)
    runs: list[tuple[Face | None, str]] = []
    for character in _drawn(text):
        face: Face | None = None
        if chain and not _plain(character) and ord(character) not in _has(chain[0]):
            face = next((each for each in chain[1:] if ord(character) in _has(each)), None)
            if face is None:
                found.lost.add(character)
                character = GETA if ord(GETA) in _has(chain[0]) else "?"
            else:
                found.replaced[character] = face.family
        if runs and runs[-1][0] == face:
            runs[-1] = (face, runs[-1][1] + character)
        else:
            runs.append((face, character))
    return runs


def spans(text: str, role: str, found: Found) -> Markup:
    """The text as HTML, each run of another face in a span (class f0, f1 … of `face_rules`) without height."""
    every = _every()
    return Markup("").join(
        escape(run) if face is None else Markup('<span class="f{}">{}</span>').format(every.index(face), run)
        for face, run in pieces(text, role, found)
    )


@cache
def _every() -> tuple[Face, ...]:
    return tuple(dict.fromkeys(face for chain in CHAINS.values() for face in chain))


def face_rules() -> str:
    """The CSS of the spans: another font, no height of its own."""
    lines: Iterable[str] = (
        f'.f{number} {{ font-family: "{face.family}"; line-height: 0'
        + (f"; font-size: {face.scale:.4f}em" if face.scale != 1 else "")
        + ("; font-weight: 700" if face.file.endswith("-Bold.ttc") else "; font-weight: 400")
        + " }"
        for number, face in enumerate(_every())
    )
    return "\n".join(lines)
