"""Kinds of certificates, and what the placeholders of their templates stand for.

A placeholder stands in braces: {姓名}, {单位} … in Chinese or English. The five that the program knows fill themselves;
any other one is asked once for all certificates of a form.
"""

import re

from shared.i18n import lazy_

KINDS: dict[str, lazy_] = {
    "honour": lazy_("Certificate of honour"),
    "model_worker": lazy_("Certificate of a model worker"),
    "course": lazy_("Certificate of a finished course"),
    "card": lazy_("Small card"),
}
PAGES: dict[str, lazy_] = {
    "landscape": lazy_("A4, landscape"),
    "a5-landscape": lazy_("A5, landscape"),
}
#: Placeholder, by each of its words → what fills it.
BUILT_IN: dict[str, str] = {
    "姓名": "name", "name": "name",
    "单位": "unit", "單位": "unit", "unit": "unit",
    "年份": "year", "year": "year",
    "日期": "day", "day": "day",
    "编号": "number", "編號": "number", "number": "number",
}  # fmt: skip
#: The one without which a certificate names nobody.
NAMED = "name"
_HOLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[\w\u4e00-\u9fff]{1,12}")
#: So many placeholders of one's own.
MOST_OWN = 6


def plain(body: str) -> str:
    """The text with narrow braces, as it is kept."""
    return body.replace("｛", "{").replace("｝", "}").replace("\r\n", "\n").strip()


def holes(body: str) -> list[str]:
    """The placeholders of a text, each once, in their order."""
    return list(dict.fromkeys(name.strip() for name in _HOLE.findall(body)))


def own_holes(body: str) -> list[str]:
    """Those that the program cannot fill itself."""
    return [name for name in holes(body) if name not in BUILT_IN]


def odd_holes(body: str) -> list[str]:
    """Placeholders that are no names, and braces without a partner."""
    odd = ["{" + name + "}" for name in holes(body) if not _NAME.fullmatch(name)]
    rest = _HOLE.sub("", body)
    return odd + sorted({sign for sign in rest if sign in "{}"})


def fill_holes(body: str, values: dict[str, str]) -> str:
    """The text with every placeholder filled; `values` by what fills it, or by the own placeholder's name."""
    return _HOLE.sub(lambda hole: values[BUILT_IN.get(hole[1].strip(), hole[1].strip())], body)
