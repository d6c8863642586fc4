"""A row of a ledger against the people and the records that are there: who is meant, who was present, is it known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.events.kinds import KINDS, REASON_WORDS
from shared.i18n import _
from shared.imports.judging.people import Finding
from shared.imports.judging.rolls import Rolls
from shared.imports.queries.ledger import Key, key_of, recorded, rolls_of

#: Kinds held between two people, and known by them beside unit and day.
PAIRS = frozenset(key for key, spec in KINDS.items() if spec.attendance == "pair")


@dataclass(slots=True)
class Settled:
    """What a row means: keys of people, attendance, and what somebody has to decide first."""

    unit_id: int
    kind: str
    day: str
    people: dict[str, int | None] = field(default_factory=dict)
    #: person → (reason or None, what was written); empty: known by numbers only.
    attendance: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)
    due: int = 0
    present: int = 0
    #: Lines for the content: names that found no person.
    unplaced: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def key(self) -> Key:
        pair = (self.people.get("chair"), self.people.get("partner")) if self.kind in PAIRS else (None, None)
        return key_of(self.unit_id, self.kind, self.day, pair)


def complete(values: Mapping[str, Any]) -> bool:
    """Whether unit, kind and day are known, so that the rest can be settled."""
    return all(values.get(key) for key in ("unit", "kind", "date"))


def rolls_for(rows: Sequence[Mapping[str, Any]]) -> Rolls:
    """The rolls of all units named in these rows. One query."""
    known = [values for values in rows if complete(values)]
    return rolls_of({int(values["unit"][2:]) for values in known}, [values["date"] for values in known])


def known_among(settled: Sequence[Settled], *, besides: int | None = None) -> dict[Key, list[int]]:
    return recorded([one.key for one in settled], PAIRS, besides=besides)


def settle(values: Mapping[str, Any], rolls: Rolls) -> Settled:
    """Find the people of a row and count who was there; `values` must be complete."""
    unit_id, kind, day = int(values["unit"][2:]), str(values["kind"]), str(values["date"])
    one = Settled(unit_id, kind, day)
    on = date.fromisoformat(day)
    named = rolls.named(unit_id, on)
    for column, label in (("chair", _("Chair")), ("clerk", _("Clerk")), ("partner", _("With whom"))):
        name = values.get(column)
        if not name or (column == "partner" and kind not in PAIRS):
            if name:
                one.unplaced.append(f"{label}：{name}")
            continue
        one.people[column] = _person(one, column, label, str(name), named)
    absent = _absent(one, values, named, rolls.roll(unit_id, kind, on))
    _attend(one, values, absent, rolls.roll(unit_id, kind, on))
    return one


def _person(one: Settled, column: str, label: str, name: str, named: Mapping[str, set[int]]) -> int | None:
    plain = "".join(name.split())
    found = named.get(name) or named.get(plain) or set()
    if len(found) == 1:
        return next(iter(found))
    one.findings.append([column, "person_twice" if found else "person_unknown", name[:50]])
    one.unplaced.append(f"{label}：{name}")
    return None


def _absent(
    one: Settled, values: Mapping[str, Any], named: Mapping[str, set[int]], roll: Sequence[int]
) -> dict[int, tuple[str | None, str | None]] | None:
    """The absent who stand on the roll; None where the row names nobody and does not say that nobody was absent."""
    given = values.get("absent")
    if given is None or KINDS[one.kind].attendance not in ("members", "officers"):
        if given:
            one.unplaced.append(_("Absent") + "：" + "、".join(str(name) for name, _why, _said in given))
        return None
    found: dict[int, tuple[str | None, str | None]] = {}
    expected = set(roll)
    strangers = []
    for name, why, said in given:
        people = named.get(name, set()) & expected
        if len(people) == 1:
            found[next(iter(people))] = (why if why in REASON_WORDS else "other", str(said)[:200] or None)
            continue
        strangers.append(str(name))
        one.unplaced.append(_("Absent") + f"：{name}" + (f"（{said}）" if said else ""))
    if strangers:
        one.findings.append(["absent", "absent_unknown", "、".join(strangers)[:100]])
        return found or None
    return found


def _attend(
    one: Settled,
    values: Mapping[str, Any],
    absent: dict[int, tuple[str | None, str | None]] | None,
    roll: Sequence[int],
) -> None:
    due, present = values.get("due"), values.get("present")
    style = KINDS[one.kind].attendance
    if style == "none":
        return
    if style == "pair":
        pair = [one.people.get("chair"), one.people.get("partner")]
        if None in pair or pair[0] == pair[1]:
            one.findings.append(["partner", "pair_needed"])
        else:
            one.attendance = {key: (None, None) for key in pair if key is not None}
            one.due = one.present = 2
        return
    strangers = any(finding[1] == "absent_unknown" for finding in one.findings)
    whole = absent is not None and not strangers and len(roll) > 0
    whole = whole and due in (None, len(roll)) and present in (None, len(roll) - len(absent or ()))
    if whole and absent is not None:
        # The names tell everybody's part.
        one.attendance = {key: absent.get(key, (None, None)) for key in roll}
        one.due, one.present = len(roll), len(roll) - len(absent)
        return
    # Only what is written: the absent by name, and the numbers.
    one.attendance = dict(absent or {})
    _count(one, values, due, present, len(roll))


def _count(one: Settled, values: Mapping[str, Any], due: int | None, present: int | None, roll: int) -> None:
    away = len(values.get("absent") or ())
    if present is None and due is not None and values.get("absent") is not None:
        present = max(due - away, 0)
    if due is None and present is not None:
        due = present + away if away else max(present, roll)
    if due is None:
        return
    if present is None:
        one.findings.append(["due", "present_alone"])
        one.unplaced.append(_("Expected") + f"：{due}")
        return
    if present > due:
        return
    if away and due - present != away:
        said = _(
            "%(due)s expected, %(present)s present, %(away)s absent by name",
            due=due,
            present=present,
            away=away,
        )
        one.findings.append(["absent", "absent_count", said])
    one.due, one.present = due, present
