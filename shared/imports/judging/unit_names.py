"""Which unit a cell means: by its exact name, else a suggestion by what is left when the endings are taken off."""

import difflib
import re
import unicodedata
from dataclasses import dataclass, field

from shared.hanzi import fold

_BLANKS = re.compile(r"[\s\u3000\u200b\ufeff]+")
#: Formal and short forms of one thing, the longer first.
_FORMS = (
    ("总支部委员会", "总支"), ("党总支部", "总支"), ("党总支", "总支"), ("总支部", "总支"),
    ("党支部委员会", "支部"), ("支部委员会", "支部"), ("党支部", "支部"),
    ("基层工会委员会", "工会"), ("工会委员会", "工会"), ("工会组织", "工会"),
    ("有限责任公司", ""), ("股份有限公司", ""), ("有限公司", ""), ("公司", ""),
)  # fmt: skip
_HEADS = ("中国共产党", "中共")
#: More names than these are no suggestion any more.
SUGGESTIONS = 4


def unit_name(raw: object) -> str:
    """A unit's name as it is kept: no blanks, brackets of full width."""
    text = _BLANKS.sub("", str(raw or "").strip())
    return text.replace("(", "（").replace(")", "）")


def stem(name: str) -> str:
    """The name without what is written in some offices and left out in others."""
    text = fold(unicodedata.normalize("NFKC", name))
    for head in _HEADS:
        text = text.removeprefix(head)
    for long, short in _FORMS:
        text = text.replace(long, short)
    return text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that exists ('u:17') or that this file brings ('s:名称')."""

    ref: str
    name: str
    line: str
    #: Shown where several share a name.
    superior: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}（{self.superior}）" if self.superior else self.name


@dataclass(frozen=True, slots=True)
class Found:
    """What a cell means, or the code of why it is not clear and the candidates among which a person chooses."""

    unit: Candidate | None
    code: str | None = None
    options: tuple[Candidate, ...] = ()


@dataclass
class UnitNames:
    """All units of the tenant and of the file, by name."""

    by_name: dict[str, list[Candidate]] = field(default_factory=dict)
    by_stem: dict[str, list[Candidate]] = field(default_factory=dict)
    by_ref: dict[str, Candidate] = field(default_factory=dict)
    _known: dict[str, Found] = field(default_factory=dict)

    def add(self, unit: Candidate) -> None:
        self.by_ref[unit.ref] = unit
        self.by_name.setdefault(unit_name(unit.name), []).append(unit)
        self.by_stem.setdefault(stem(unit.name), []).append(unit)
        self._known.clear()

    def find(self, raw: object) -> Found:
        """Cached, because a roster names each unit many times."""
        text = raw if isinstance(raw, str) else str(raw or "")
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._find(unit_name(text))
        return found

    def _find(self, name: str) -> Found:
        if not name:
            return Found(None, "unit_missing")
        exact = self.by_name.get(name, [])
        if len(exact) == 1:
            return Found(exact[0])
        if exact:
            return Found(None, "unit_ambiguous", tuple(exact[:SUGGESTIONS]))
        core = stem(name)
        near = list(self.by_stem.get(core, []))
        if not near and len(core) >= 2:
            near = [
                unit
                for key, units in self.by_stem.items()
                if core in key or (len(key) > 3 and key in core)
                for unit in units
            ]
        if not near:
            close = difflib.get_close_matches(core, self.by_stem, SUGGESTIONS, 0.7)
            near = [unit for key in close for unit in self.by_stem[key]]
        if not near or len(near) > SUGGESTIONS:
            return Found(None, "unit_unknown")
        return Found(None, "unit_similar", tuple(near))
