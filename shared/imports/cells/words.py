"""Cells that name one of a list: sex, ethnic group, status, post, kind, sector."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from shared.imports.cells.parsed import Parsed, text_of
from shared.members.posts import code_of
from shared.members.registry import choice_of
from shared.members.relations import RELATIONS
from shared.members.statuses import status_of
from shared.organisations.kinds import KINDS, SECTOR_ALIASES

_SEXES = {"男": "m", "女": "f", "男性": "m", "女性": "f", "m": "m", "f": "f"}
#: GB/T 3304-1991.
ETHNIC = frozenset(
    re.split(
        ",",
        "汉,蒙古,回,藏,维吾尔,苗,彝,壮,布依,朝鲜,满,侗,瑶,白,土家,哈尼,哈萨克,傣,黎,傈僳,佤,畲,高山,拉祜,水,东乡,"
        "纳西,景颇,柯尔克孜,土,达斡尔,仫佬,羌,布朗,撒拉,毛南,仡佬,锡伯,阿昌,普米,塔吉克,怒,乌孜别克,俄罗斯,鄂温克,"
        "德昂,保安,裕固,京,塔塔尔,独龙,鄂伦春,赫哲,门巴,珞巴,基诺",
    )
)
_BETWEEN_POSTS = re.compile(r"[、,，;；/\s兼]+")
_BETWEEN_STANDINGS = re.compile(r"[()（）、,，;；/]+")
#: Relations that begin and end with a transfer.
ON_THE_WAY = frozenset(("leaving", "arriving"))
_GONE = re.compile(r"转出|调出|去世|死亡|逝世|病故|除名|开除|退党|退会|脱党|失联|停止党籍")


def plain(raw: object) -> str:
    return "".join(unicodedata.normalize("NFKC", text_of(raw)).split())


@lru_cache(maxsize=4096)
def _sex(text: str) -> Parsed:
    word = plain(text).lower()
    return (_SEXES[word], None) if word in _SEXES else (None, "sex_unclear" if word else None)


def parse_sex(raw: object) -> Parsed:
    return (None, None) if raw == "" or raw is None else _sex(text_of(raw))


@lru_cache(maxsize=4096)
def _ethnic(text: str) -> Parsed:
    word = plain(text)
    if not word:
        return None, None
    stem = word.removesuffix("族")
    return (stem + "族", None) if stem in ETHNIC else (None, "ethnic_unclear")


def parse_ethnic(raw: object) -> Parsed:
    """汉 and 汉族 are one."""
    return (None, None) if raw == "" or raw is None else _ethnic(text_of(raw))


@lru_cache(maxsize=4096)
def parse_posts(text: str, line: str) -> Parsed:
    """The codes of the posts that a cell names, several parted by 、 or 兼."""
    codes: list[str] = []
    for word in _BETWEEN_POSTS.split(unicodedata.normalize("NFKC", text)):
        if word in {"", "无", "-", "—"}:
            continue
        code = code_of(word, line)
        if code is None:
            return codes, "post_unclear"
        codes.append(code)
    return list(dict.fromkeys(codes)), None


@cache
def _relations() -> dict[str, str]:
    return {plain(alias): key for key, relation in RELATIONS.items() for alias in relation.aliases}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a cell of a category or a state of membership says; None: nothing about it."""

    status: str | None = None
    #: A key of RELATIONS: registered, away, here, lost.
    relation: str | None = None
    code: str | None = None


@lru_cache(maxsize=4096)
def parse_standing(text: str, line: str) -> Standing:
    """The standing, the relation, or both: 正式党员, 流动党员, 预备党员（流出）, 保留会籍.

    A relation on its way (转出, 转入) is not taken from a file: it needs the other side's answer.
    """
    status: str | None = None
    relation: str | None = None
    code: str | None = None
    for word in _BETWEEN_STANDINGS.split(plain(text)):
        if not word:
            continue
        said, stands = _relations().get(word), status_of(word, line)
        if stands:
            status = stands
        elif said in ON_THE_WAY or (said is None and says_gone(word)):
            code = "status_gone"
        elif said:
            relation = said
        else:
            code = code or "status_unclear"
    return Standing(status, relation, code)


_SCHOOLING = re.compile(r"(学历|教育|毕业|文化程度|文化)$")
_YES_NO: dict[str, str | None] = {"是": "rural", "否": None}


@lru_cache(maxsize=4096)
def parse_choice(column: str, text: str) -> Parsed:
    """A key of the real-name register's words in this column; a column 是否农民工 says 是 or 否."""
    word = plain(text)
    if not word or word in {"无", "-", "—"}:
        return None, None
    if column == "household" and word in _YES_NO:
        return _YES_NO[word], None
    found = choice_of(column, word) or choice_of(column, _SCHOOLING.sub("", word))
    return (found, None) if found else (None, "choice_unclear")


def parse_words(raw: object, limit: int) -> Parsed:
    """A short free text: a job, a card's number."""
    text = " ".join(unicodedata.normalize("NFKC", text_of(raw)).split())
    return (text[:limit] or None), None


def says_gone(note: str) -> bool:
    """A remark that speaks of leaving."""
    return bool(note) and _GONE.search(note) is not None


@cache
def _kinds() -> dict[str, str]:
    return {plain(alias): key for key, kind in KINDS.items() for alias in kind.aliases}


def parse_kind(raw: object) -> Parsed:
    word = plain(raw)
    if not word:
        return None, "kind_missing"
    found = _kinds().get(word)
    return (found, None) if found else (None, "kind_unclear")


@cache
def _sectors() -> dict[str, str]:
    return {plain(alias): key for key, aliases in SECTOR_ALIASES.items() for alias in aliases}


def parse_sector(raw: object) -> Parsed:
    word = plain(raw)
    if not word:
        return None, None
    found = _sectors().get(word)
    return (found, None) if found else (None, "sector_unclear")


_MAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")


def parse_email(raw: object) -> Parsed:
    word = plain(raw).lower()
    if not word:
        return None, None
    return (word, None) if _MAIL.fullmatch(word) else (None, "email_unclear")
