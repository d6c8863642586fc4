"""A section's text with placeholders: what may stand in it, what fills it, and how much work it may make.

Only values, loops over rows, conditions and a few filters may stand there: nothing can be set, called or reached beyond
the values. Each round of a loop is counted, so a loop without end is ended after ROUNDS and named by its line.
"""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from shared.errors import Invalid
from shared.i18n import _, lazy_

#: Rounds of all loops together, characters of the result, seconds of work.
ROUNDS = 20_000
LARGEST = 60_000
SECONDS = 2.0
#: Filters that may stand in a text.
FILTERS = ("length", "join", "default", "first", "last", "upper", "round")
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
    nodes.Test, nodes.Call, nodes.Keyword,
)  # fmt: skip

#: Value → (its name in Chinese, what it is). Both names may stand in a text.
VALUES: dict[str, tuple[str, lazy_]] = {
    "tenant": ("机构", lazy_("Name of your organisation")),
    "unit": ("单位", lazy_("Name of the unit")),
    "superior": ("上级", lazy_("Name of the unit above it")),
    "members": ("人数", lazy_("Number of its members")),
    "year": ("年份", lazy_("Year of the paper")),
    "month": ("月份", lazy_("Month of the paper; nothing where it is of a year")),
    "records": ("记录", lazy_("Rows: what was held; each with day, kind, title, expected, present")),
    "missing": ("缺项", lazy_("Rows: what is missing; each with kind, period, due")),
}
#: Of the rows.
COLUMNS: dict[str, str] = {
    "day": "日期", "kind": "种类", "title": "主题", "expected": "应到", "present": "实到",
    "period": "周期", "due": "期限",
}  # fmt: skip


class TooMuch(Exception):
    """The text went on and on."""


@dataclass(slots=True)
class Budget:
    """What is left of rounds and time."""

    rounds: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def spend(self) -> None:
        self.rounds += 1
        if self.rounds > ROUNDS or time.monotonic() > self.until:
            raise TooMuch

    def rows(self, source: Iterable[Any]) -> "Rows":
        return Rows(source, self)


class Rows:
    """Rows of which each is counted when a loop takes it."""

    __slots__ = ("_budget", "_rows")

    def __init__(self, rows: Iterable[Any], budget: Budget) -> None:
        self._rows, self._budget = rows, budget

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self._budget.spend()
            yield row

    def __len__(self) -> int:
        return len(self._rows)  # type: ignore[arg-type]

    def __getitem__(self, place: int) -> Any:
        return self._rows[place]  # type: ignore[index]

    def __bool__(self) -> bool:
        return bool(self._rows)


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals = {}
    return environment


_texts = _environment()


def _refuse(said: str, line: int | None) -> Invalid:
    where = _("Line %(n)s: %(what)s", n=line, what=said) if line else said
    return Invalid(_("Some fields need another look."), fields={"body": where})


def check(body: str) -> nodes.Template:
    """The text read. Raises Invalid, under `body`, for what may not stand in it, with the line."""
    try:
        tree = _texts.parse(body)
    except TemplateSyntaxError as error:
        raise _refuse(
            _("This cannot be read: %(what)s", what=str(error.message)[:120]), error.lineno
        ) from error
    known = {"range", "loop", *VALUES, *(name for name, _what in VALUES.values())}
    loops = {name.name for one in tree.find_all(nodes.For) for name in _targets(one)}
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _NODES) or (isinstance(node, nodes.For) and node.recursive):
            raise _refuse(_("Only values, conditions and loops may stand in a text."), node.lineno)
        if isinstance(node, nodes.Call) and not (
            isinstance(node.node, nodes.Name) and node.node.name == "range"
        ):
            raise _refuse(_("Nothing can be called here."), node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise _refuse(_("There is no filter “%(name)s” here.", name=node.name[:40]), node.lineno)
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known | loops:
            raise _refuse(_("Nothing here is called “%(name)s”.", name=node.name[:40]), node.lineno)
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise _refuse(_("Nothing here is called “%(name)s”.", name=node.attr[:40]), node.lineno)
    return tree


def _targets(loop: nodes.For) -> Iterator[nodes.Name]:
    if isinstance(loop.target, nodes.Name):
        yield loop.target
    yield from loop.target.find_all(nodes.Name)


def literal_text(tree: nodes.Template) -> str:
    """What stands in the text itself, without what fills it."""
    return "\n".join(node.data for node in tree.find_all(nodes.TemplateData))


def render(body: str, values: dict[str, Any]) -> str:
    """The text filled. `values` are those of VALUES, rows as lists of dicts by COLUMNS' keys.

    Raises Invalid, under `body`, naming the line, where something is not there or a loop goes on without end.
    """
    tree = check(body)
    budget = Budget()
    given: dict[str, Any] = {}
    for key, (name, _what) in VALUES.items():
        value = values[key]
        if isinstance(value, list):
            value = budget.rows([{**row, **{COLUMNS[one]: row[one] for one in row}} for row in value])
        given[key] = given[name] = value

    def counted(*bounds: int) -> Rows:
        return budget.rows(range(*bounds))

    pieces: list[str] = []
    size = 0
    try:
        for piece in _texts.from_string(tree).generate(**given, range=counted):
            size += len(piece)
            if size > LARGEST:
                raise _refuse(_("The text is longer than %(n)s characters.", n=f"{LARGEST:,}"), None)
            pieces.append(piece)
    except TooMuch as error:
        raise _refuse(
            _("The text goes on without end; it was ended after %(n)s rounds.", n=f"{budget.rounds:,}"),
            _line_of(error),
        ) from error
    except (UndefinedError, SecurityError) as error:
        raise _refuse(_("This is not there: %(what)s", what=str(error)[:120]), _line_of(error)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _refuse(_("This cannot be filled: %(what)s", what=str(error)[:120]), _line_of(error)) from error
    return "".join(pieces)


def _line_of(error: BaseException) -> int | None:
    """The line of the text in which it happened."""
    step, line = error.__traceback__, None
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


_LEFT = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[^{}\n]{1,20}\}|[×xX]{2,}|[_＿]{3,}|某某|20[xX×]{2}|【[^】\n]*(?:填|待|补)[^】\n]*】|TODO"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=\s*年|-\d{1,2}(?:-|\b))")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*月(?!\s*(?:内|度会))")


def left_over(text: str) -> list[str]:
    """Placeholders that nobody filled, each once."""
    return list(dict.fromkeys(found.group() for found in _LEFT.finditer(text)))[:20]


def other_times(text: str, *, year: int | None = None, month: int | None = None) -> list[str]:
    """Years and months that a text names, other than those of the paper; all of them where none is given."""
    found = [one.group(1) + "年" for one in _YEAR.finditer(text) if int(one.group(1)) != year]
    found += [one.group(1) + "月" for one in _MONTH.finditer(text) if int(one.group(1)) != month]
    return list(dict.fromkeys(found))[:20]
