"""How Chinese text is folded for search and read aloud: script, pinyin, initials.

Everything is per character and cached, so that a hundred thousand names take seconds. The readings come from
pypinyin's table of single characters, read on first use; its table of phrases (tens of megabytes) is left alone.
"""

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import opencc

#: Blanks, dots between parts of a foreign name, quotation marks, brackets and other punctuation.
_BETWEEN = re.compile(r"[\s\W_]+")
_TONES = dict.fromkeys((0x300, 0x301, 0x304, 0x30C), None)
#: ü as people type it.
_UMLAUT = ("v", "u", "yu")

#: Characters whose second reading is common in names of people and units; first the usual one.
POLYPHONES = {
    "乐": ("le", "yue"), "行": ("xing", "hang"), "长": ("chang", "zhang"), "重": ("zhong", "chong"),
    "朝": ("chao", "zhao"), "晟": ("sheng", "cheng"), "茜": ("qian", "xi"), "莘": ("xin", "shen"),
    "柏": ("bai", "bo"), "蔚": ("wei", "yu"), "会": ("hui", "kuai"), "调": ("diao", "tiao"),
    "都": ("du", "dou"), "传": ("chuan", "zhuan"), "校": ("xiao", "jiao"), "厦": ("xia", "sha"),
    "车": ("che", "ju"), "藏": ("cang", "zang"), "省": ("sheng", "xing"), "盛": ("sheng", "cheng"),
    "宿": ("su", "xiu"), "单": ("dan", "shan"), "解": ("jie", "xie"), "曾": ("zeng", "ceng"),
    "铅": ("qian", "yan"), "佛": ("fo", "fu"), "弹": ("dan", "tan"), "还": ("hai", "huan"),
    "奇": ("qi", "ji"), "强": ("qiang", "jiang"), "降": ("jiang", "xiang"), "参": ("can", "shen"),
    "石": ("shi", "dan"), "娜": ("na", "nuo"), "率": ("shuai", "lv"), "洗": ("xi", "xian"),
}  # fmt: skip


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _folded(character: str) -> str:
    """One character in simplified script and lower case. Single, so that a part folds as it does in the whole."""
    return str(_converter().convert(character)) if character > "\u2e7f" else character


@lru_cache(maxsize=65_536)
def _simple(character: str) -> str:
    found = _converter().convert(character)
    return found if len(found) == 1 else character


def simplified(text: str) -> str:
    """The text in simplified script, character by character: places and length stay."""
    return text if text.isascii() else "".join(map(_simple, text))


def fold(text: str) -> str:
    """`text` for comparing: either script becomes simplified, wide letters narrow, no blanks, no punctuation."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text).lower())
    return "".join(_folded(character) for character in plain)


def words(text: str) -> list[str]:
    """The folded parts of a text between blanks, dots and other punctuation."""
    parts = _BETWEEN.split(unicodedata.normalize("NFKC", text).lower())
    return ["".join(_folded(character) for character in part) for part in parts if part]


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """Code point (in decimal) → readings with tone marks, the usual one first, as pypinyin ships them."""
    spec = find_spec("pypinyin")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pypinyin")
    path = Path(spec.submodule_search_locations[0]) / "pinyin_dict.json"
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return table


def _toneless(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading).translate(_TONES)
    return unicodedata.normalize("NFC", plain)


def spellings(reading: str) -> tuple[str, ...]:
    """The ways a toneless reading is typed: lü is lv, lu or lyu."""
    if "ü" not in reading:
        return (reading,)
    return tuple(reading.replace("ü", typed) for typed in _UMLAUT)


@cache
def readings(character: str) -> tuple[str, ...]:
    """How a character is read, without tones, the usual reading first; a letter or an unknown sign is itself."""
    known = POLYPHONES.get(_folded(character))
    if known:
        return known
    listed = _table().get(str(ord(character)))
    if not listed:
        return (character,)
    return spellings(_toneless(listed.split(",")[0]))


def chinese(text: str) -> bool:
    """Whether any character has a Chinese reading."""
    return any(character > "\u2e7f" for character in text)


def variants(syllables: list[tuple[str, ...]], limit: int) -> list[tuple[str, ...]]:
    """The ways to read a row of syllables, the usual one first, at most `limit`."""
    found: list[tuple[str, ...]] = []
    for way in product(*syllables):
        found.append(way)
        if len(found) >= limit:
            break
    return found
