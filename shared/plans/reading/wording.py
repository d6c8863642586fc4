"""What the wording of an item suggests: how often, until when, for whom, and which kind of duty it is.

The words stand in wording.toml; everything found here is a proposal that a person confirms or changes.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.hanzi import simplified
from shared.plans.reading.labels import numeral

#: Ends of a clause; inside quotation marks and brackets nothing ends.
_END = re.compile(r"[，,。；;！!？?\n]")
_OPENING, _CLOSING = "“「『《（(【", "”」』》）)】"


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a text between two marks; `begin` and `end` are places in that text."""

    text: str
    begin: int
    end: int
    #: Whether it is the first of its sentence.
    first: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one clause asks for, as far as its words say."""

    text: str
    begin: int
    end: int
    #: month, quarter, half_year, year, regular (定期, without a number); None: once.
    cadence: str | None
    times: int
    #: Month by whose end it is to be done, 1–12; None: nothing said.
    until_month: int | None
    audience: str
    unit_kinds: tuple[str, ...]
    posts: tuple[str, ...]
    duty_kind: str | None


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))


def clauses(text: str) -> list[Clause]:
    """The clauses of a text, marks between them left out."""
    found: list[Clause] = []
    depth, begin, first = 0, 0, True
    for place, char in enumerate(text):
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth = max(0, depth - 1)
        elif _END.match(char) and (depth == 0 or char == "\n"):
            if char == "\n":
                depth = 0
            if text[begin:place].strip():
                found.append(Clause(text[begin:place], begin, place, first))
            begin, first = place + 1, char not in "，,"
    if text[begin:].strip():
        found.append(Clause(text[begin:], begin, len(text), first))
    return found


def proposal(clause: Clause) -> Proposal | None:
    """What a clause suggests, or None where it says neither how often nor until when."""
    text = simplified(clause.text)
    words = _words()
    cadence = next((one["cadence"] for one in words["cadence"] if re.search(one["pattern"], text)), None)
    until = _until(text, words)
    if cadence is None and until is None:
        return None
    number = re.search(words["times"]["pattern"], text)
    times = numeral(number.group(1)) if number else 1
    audience = _audience(text, words)
    duty = next((one["kind"] for one in words["duty"] if re.search(one["pattern"], text)), None)
    return Proposal(
        text=clause.text.strip(),
        begin=clause.begin,
        end=clause.end,
        cadence=cadence,
        times=min(max(times, 1), 31),
        until_month=until,
        audience="、".join(one["word"] for one in audience),
        unit_kinds=tuple(dict.fromkeys(kind for one in audience for kind in one.get("unit_kinds", ()))),
        posts=tuple(dict.fromkeys(post for one in audience for post in one.get("posts", ()))),
        duty_kind=duty,
    )


def proposals(text: str) -> list[Proposal]:
    """Every proposal in a text, in order."""
    return [found for clause in clauses(text) if (found := proposal(clause)) is not None]


def demands(text: str) -> list[Clause]:
    """What a speech asks for: sentences one of whose clauses begins with 要, 必须 …; each as one piece."""
    pattern = re.compile(_words()["demand"]["pattern"])
    pieces = clauses(text)
    found: list[Clause] = []
    for place, clause in enumerate(pieces):
        if not pattern.match(simplified(clause.text.strip())):
            continue
        end = clause.end
        for later in pieces[place + 1 :]:
            if later.first or pattern.match(simplified(later.text.strip())):
                break
            end = later.end
        found.append(Clause(text[clause.begin : end], clause.begin, end, clause.first))
    return found


def _audience(text: str, words: dict[str, Any]) -> list[dict[str, Any]]:
    """Who is named; a word inside a longer one (党组织 in 党组织书记) is not named by itself."""
    found = []
    for one in words["audience"]:
        rest = re.sub(one["pattern"], lambda match: "■" * len(match.group()), text)
        if rest != text:
            found.append(one)
            text = rest
    return found


def _until(text: str, words: dict[str, Any]) -> int | None:
    for one in words["until"]:
        if found := re.search(one["pattern"], text):
            month = int(found.group(1)) if one["month"] == "group" else int(one["month"])
            if 1 <= month <= 12:
                return month
    return None
