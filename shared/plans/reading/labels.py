"""Printed labels of Chinese official papers: 一、（一）1.（1）①, 第一， and the running 一是 … 二是."""

import re
from dataclasses import dataclass

_DIGITS = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_NUMBER = "[一二三四五六七八九十百]{1,5}"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

#: Styles by depth, outermost first. Source: GB/T 9704-2012, 7.3.3, for the first four.
STYLES = ("heading", "ordinal", "bracket", "arabic", "arabic_bracket", "circle", "running")
_LEADING = (
    ("heading", re.compile(rf"({_NUMBER})、")),
    ("bracket", re.compile(rf"[（(]({_NUMBER})[）)]、?")),
    ("ordinal", re.compile(rf"第({_NUMBER})[，,、：:]")),
    ("arabic_bracket", re.compile(r"[（(](\d{1,2})[）)]、?")),
    ("arabic", re.compile(r"(\d{1,2})(?:[.．](?!\d)|、)\s*")),
    ("circle", re.compile(rf"([{_CIRCLES}])")),
    ("running", re.compile(rf"({_NUMBER})(?:是|要)(?!一[，,、])")),
)
#: A running label inside a paragraph: at its beginning or after a mark, and never of 第一要务 or 十一是.
_INSIDE = re.compile(rf"(?:^|(?<=[。；;：:！!？?，,、\n”’）)]))({_NUMBER})(?=是|要)")


@dataclass(frozen=True, slots=True)
class Label:
    """`text` as printed, `number` as counted, `style` one of STYLES; begin and end are places in the line."""

    text: str
    number: int
    style: str
    begin: int
    end: int

    @property
    def depth(self) -> int:
        return STYLES.index(self.style)


def numeral(text: str) -> int:
    """The number of a Chinese numeral up to 999: 十六 → 16. Raises ValueError for what is none."""
    if text in _CIRCLES:
        return _CIRCLES.index(text) + 1
    if text.isascii() and text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            raise ValueError(text)
    return total + digit


def leading(line: str) -> Label | None:
    """The label with which a line begins, blanks before it aside."""
    blank = len(line) - len(line.lstrip(" \t　"))
    for style, pattern in _LEADING:
        if found := pattern.match(line, blank):
            text = found.group()
            if style == "running":
                text = found.group(1) + line[found.end(1)]
                return Label(text, numeral(found.group(1)), style, blank, blank + len(text))
            return Label(text.strip(), numeral(found.group(1)), style, blank, found.end())
    return None


def running(text: str, *, after: int = 0) -> list[Label]:
    """The running labels inside a paragraph that count on from `after`: 一是 … 二是 …; out of turn they are words."""
    found: list[Label] = []
    expected = after + 1
    for match in _INSIDE.finditer(text):
        number = numeral(match.group(1))
        if number == expected or (number == 1 and found == [] and after):
            label = match.group(1) + text[match.end(1)]
            found.append(Label(label, number, "running", match.start(), match.start() + len(label)))
            expected = number + 1
    if after == 0 and len(found) == 1 and found[0].begin > 0:
        return []
    return found
