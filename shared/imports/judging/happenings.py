"""A row of an office's own ledger by itself: its cells read; who was there is settled when the roll is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import Invalid
from shared.events.kinds import KINDS, MAX_LONGTEXT, MAX_TEXT
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.imports.cells.happenings import parse_absent, parse_event_kind, parse_held, parse_hours
from shared.imports.cells.numbers import parse_count
from shared.imports.cells.parsed import text_of
from shared.imports.judging.matching import UnitRecord
from shared.imports.judging.people import Finding, Judged
from shared.imports.judging.unit_names import UnitNames, unit_name

#: As for a record written by hand: an older day is a slip.
YEARS_BACK = 30
_TEXTS = ("title", "place", "chair", "clerk", "lecturer", "partner", "agenda", "content", "decisions", "note")


@dataclass
class Sheet:
    """What a sheet says for rows that leave it out, and which units the reader may write to."""

    columns: dict[str, int]
    units: UnitNames
    #: Reference → unit, for those within reach.
    records: dict[str, UnitRecord]
    #: Plain names of units beyond the reader's reach.
    outside: frozenset[str]
    limit: str
    year: int | None = None
    month: int | None = None
    kind: str = ""
    unit: str = ""

    def cell(self, cells: Sequence[object], key: str) -> object:
        index = self.columns.get(key)
        raw = "" if index is None or index >= len(cells) else cells[index]
        return "" if raw is None else raw


def judge_row(sheet: Sheet, cells: Sequence[object], *, chosen: dict[str, str] | None = None) -> Judged:
    """Values as JSON holds them; names of people as they are written. `chosen` are a unit or kind that a person took.

    Raises Invalid where a cell bears a mark of secrecy: then the whole file is refused.
    """
    judged = Judged()
    values, findings = judged.values, judged.findings
    texts = {key: text for key in _TEXTS if (text := _text(sheet.cell(cells, key)))}
    _refuse_marks(texts)
    record = _unit(sheet, cells, judged, (chosen or {}).get("unit"))
    kind = _kind(sheet, cells, judged, record, (chosen or {}).get("kind"))
    _day(sheet, cells, judged, record)
    for key in ("due", "present"):
        value, code = parse_count(sheet.cell(cells, key))
        _note(values, findings, key, value, code)
    absent, code = parse_absent(sheet.cell(cells, "absent"))
    _note(values, findings, "absent", [list(one) for one in absent] if absent is not None else None, code)
    due, present = values.get("due"), values.get("present")
    if due is not None and present is not None and present > due:
        findings.append(["present", "present_over", f"{present} > {due}"])
    if kind:
        _texts(values, kind, texts)
    return judged


def _text(raw: object) -> str:
    return text_of(raw).replace("\r\n", "\n").replace("\0", "").strip()


def _refuse_marks(texts: dict[str, str]) -> None:
    if any("密" in text for text in texts.values()):
        try:
            refuse_marks(*texts.values())
        except Invalid as problem:
            raise Invalid(
                _(
                    "A cell carries a mark of secrecy. Material marked secret, confidential or top secret does not"
                    " belong here; the file has been refused and deleted."
                )
            ) from problem


def _note(values: dict[str, Any], findings: list[Finding], key: str, value: Any, code: str | None) -> None:
    if value is not None:
        values[key] = value
    if code is not None:
        findings.append([key, code])


def _unit(sheet: Sheet, cells: Sequence[object], judged: Judged, chosen: str | None) -> UnitRecord | None:
    raw = sheet.cell(cells, "unit")
    ref = chosen or ("" if text_of(raw) else sheet.unit)
    if not ref:
        found = sheet.units.find(raw)
        if found.unit is None:
            if unit_name(raw) in sheet.outside:
                judged.findings.append(["unit", "unit_outside"])
            else:
                said = "、".join(option.label for option in found.options)
                judged.findings.append(["unit", found.code, *([said] if said else [])])
                judged.options["unit"] = [[option.ref, option.label] for option in found.options]
            return None
        ref = found.unit.ref
    record = sheet.records.get(ref)
    if record is None:
        judged.findings.append(["unit", "unit_outside"])
        return None
    judged.values |= {"unit": ref, "unit_name": record.name}
    return record


def _kind(
    sheet: Sheet, cells: Sequence[object], judged: Judged, record: UnitRecord | None, chosen: str | None
) -> str | None:
    raw = text_of(sheet.cell(cells, "kind"))
    kind, code = (chosen, None) if chosen else parse_event_kind(raw) if raw else (sheet.kind or None, None)
    if kind not in KINDS:
        judged.findings.append(["kind", code or "event_kind_missing"])
        line = record.line if record else ""
        judged.options["kind"] = [
            [key, str(spec.name)]
            for key, spec in KINDS.items()
            if not spec.own_page and (not line or spec.line in (line, "both"))
        ]
        return None
    spec = KINDS[kind]
    if spec.own_page:
        judged.findings.append(["kind", "event_kind_own"])
        return None
    if record is not None and spec.line not in (record.line, "both"):
        judged.findings.append(["kind", "event_kind_line"])
        return None
    judged.values["kind"] = kind
    return kind


def _day(sheet: Sheet, cells: Sequence[object], judged: Judged, record: UnitRecord | None) -> None:
    values, findings = judged.values, judged.findings
    raw = sheet.cell(cells, "date")
    day, code = parse_held(raw, year=sheet.year, month=sheet.month, limit=sheet.limit)
    if day is not None and int(day[:4]) < int(sheet.limit[:4]) - YEARS_BACK:
        day, code = None, "date_early"
    _note(values, findings, "date", day, code)
    founded = record.values.get("founded") if record else None
    if day is not None and founded and day < founded:
        findings.append(["date", "held_founded", founded])
    hours = sheet.cell(cells, "time")
    if hours in ("", None) and isinstance(raw, str) and (":" in raw or "：" in raw or "点" in raw):
        hours = raw
    begins, ends, code = parse_hours(hours)
    if code is None and ends is None:
        ends, _more, code = parse_hours(sheet.cell(cells, "ends"))
        if ends is not None and (begins is None or ends <= begins):
            ends, code = None, "time_unclear"
    values |= {key: value for key, value in (("starts", begins), ("ends", ends)) if value}
    if code is not None:
        findings.append(["time", code])


#: Column → field of the kind in which it stands; what finds no field stands in the content under its title.
_HOMES = ("agenda", "decisions", "lecturer")
_LABELS: dict[str, Callable[[], str]] = {
    "agenda": lambda: _("Agenda"),
    "decisions": lambda: _("Decisions"),
    "lecturer": lambda: _("Lecturer"),
    "note": lambda: _("Remark"),
}


def _texts(values: dict[str, Any], kind: str, texts: dict[str, str]) -> None:
    spec = KINDS[kind]
    known = {each.code: each for each in spec.fields}
    fields: dict[str, str] = {}
    rest: list[str] = []
    for key in _HOMES:
        text = texts.get(key)
        if not text:
            continue
        home = known.get(key)
        if home is not None and home.type in ("text", "longtext"):
            fields[key] = text[: MAX_TEXT if home.type == "text" else MAX_LONGTEXT]
            if len(fields[key]) == len(text):
                continue
        rest.append(f"{_LABELS[key]()}：{text}")
    title = texts.get("title", "")
    if title:
        named = known.get(spec.title_field or "")
        if named is not None and named.type == "text":
            fields[named.code] = title[:MAX_TEXT]
        values["title"] = title[:MAX_TEXT]
        if len(title) > MAX_TEXT:
            rest.append(title)
    if place := texts.get("place"):
        values["place"] = place[:MAX_TEXT]
    if note := texts.get("note"):
        rest.append(f"{_LABELS['note']()}：{note}")
    content = "\n".join([*([texts["content"]] if "content" in texts else []), *rest])
    values |= {"fields": fields, "content": content[:MAX_LONGTEXT]}
    values |= {key: texts[key] for key in ("chair", "clerk", "partner") if key in texts}
