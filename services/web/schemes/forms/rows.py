"""The lines of the editor as they were typed: plain rows, read from the form, drawn again, made into lines."""

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from shared.assessments.actions.schemes import LineSpec, needs_of
from shared.assessments.actions.schemes.checks import MOST_LINES
from shared.assessments.metrics import METRICS
from shared.i18n import _

Row = dict[str, Any]
TEXTS = ("uid", "heading", "name", "kind", "full", "standard", "metric", "rule")
NUMBERS = ("per_missing", "per_made_up", "per_flaw", "line", "per_percent")
LISTS = ("kinds", "posts", "fields", "from")
TIERS = 8
_LENGTH = {"heading": 60, "name": 100, "standard": 1000}


def empty_row(heading: str = "") -> Row:
    """A line to be filled in."""
    row: Row = dict.fromkeys((*TEXTS, *NUMBERS), "")
    row |= {name: [] for name in LISTS}
    row |= {"uid": secrets.token_hex(3), "heading": heading, "kind": "count", "rule": "deduct", "tiers": []}
    return row | {"other": {}}


def rows_of(lines: Sequence[LineSpec], words: Any) -> list[Row]:
    """Written lines as rows; `words` says shipped texts in the reader's language."""
    uids = [f"l{place + 1}" for place in range(len(lines))]
    found = []
    for place, line in enumerate(lines):
        row = empty_row(words(line.heading))
        row |= {
            "uid": uids[place],
            "name": words(line.name),
            "kind": line.kind,
            "full": plain(line.full) if line.kind != "veto" else "",
            "standard": words(line.standard) if line.standard else "",
            "metric": line.metric or "",
            "rule": line.rule,
            "tiers": [(plain(least), plain(marks)) for least, marks in line.params.get("tiers", ())],
            "from": [uids[each - 1] for each in line.params.get("from", ()) if 1 <= each <= len(lines)],
        }
        row |= {name: plain(line.params[name]) for name in NUMBERS if name in line.params}
        row |= {name: list(line.params.get(name, ())) for name in ("kinds", "posts", "fields")}
        row["other"] = {
            name: str(line.params[name]) for name in other_params(line.metric) if name in line.params
        }
        found.append(row)
    return found


def other_params(metric: str | None) -> list[str]:
    """The numbers and choices of its own by which a metric counts."""
    if metric not in METRICS:
        return []
    return sorted(needs_of(metric) - {"kinds", "posts", "fields"} - set(NUMBERS))


def plain(value: object) -> str:
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rows_sent(form: MultiDict[str, str]) -> list[Row]:
    """The rows of the form that was sent, as typed."""
    count = form.get("lines-rows", 0, type=int)
    found = []
    for place in range(min(max(count, 0), MOST_LINES + 1)):
        at = f"lines-{place}-"
        if f"{at}uid" not in form:
            continue
        row = empty_row()
        for name in (*TEXTS, *NUMBERS):
            row[name] = form.get(at + name, "").strip()
        for name in LISTS:
            row[name] = form.getlist(at + name)
        row["other"] = {
            name: form.get(f"{at}other-{name}", "").strip() for name in other_params(row["metric"] or None)
        }
        tiers = [
            (form.get(f"{at}least-{each}", "").strip(), form.get(f"{at}marks-{each}", "").strip())
            for each in range(TIERS)
        ]
        row["tiers"] = [tier for tier in tiers if any(tier)]
        found.append(row)
    return found


def act_on(rows: list[Row], act: str) -> tuple[list[Row], int | None]:
    """Add, remove or move a line, as a button says (`up:3`); the place to look at then."""
    word, _sep, text = act.partition(":")
    place = int(text) if text.isascii() and text.isdigit() else len(rows) - 1
    if word == "add" and len(rows) < MOST_LINES:
        heading = rows[place]["heading"] if 0 <= place < len(rows) else ""
        rows.insert(place + 1, empty_row(heading))
        return rows, place + 1
    if not 0 <= place < len(rows):
        return rows, None
    if word == "remove":
        gone = rows.pop(place)["uid"]
        for row in rows:
            row["from"] = [uid for uid in row["from"] if uid != gone]
        return rows, max(place - 1, 0)
    other = {"up": place - 1, "down": place + 1}.get(word, place)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        return rows, other
    return rows, place


def number_of(text: str) -> Decimal | None:
    """What was typed as a number with at most two places; None for what is none."""
    try:
        value = Decimal(text.replace("，", ".").replace("％", "").replace("%", "").strip())
    except InvalidOperation:
        return None
    # Two places at most: what is written is what was typed.
    exponent = value.as_tuple().exponent
    fine = value.is_finite() and isinstance(exponent, int) and exponent >= -2 and value.adjusted() < 6
    return value if fine else None


def _stored(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def specs_of(rows: Sequence[Row]) -> tuple[list[LineSpec], dict[str, str]]:
    """The lines that rows say, and what cannot be read (by the form's names)."""
    wrong: dict[str, str] = {}
    places = {row["uid"]: place + 1 for place, row in enumerate(rows)}
    found = []
    for place, row in enumerate(rows):
        at = f"lines-{place}-"

        def read(name: str, text: str, at: str = at) -> Decimal:
            value = number_of(text)
            if value is None:
                wrong[at + name] = _("This is not a number with at most two places: %(text)s", text=text[:20])
            return value or Decimal(0)

        for name, most in _LENGTH.items():
            if len(row[name]) > most:
                wrong[at + name] = _("At most %(n)s characters.", n=most)
        full = Decimal(0) if row["kind"] == "veto" else read("full", row["full"] or "0")
        params: dict[str, Any] = {}
        if row["kind"] == "count" and row["metric"]:
            params = _params(row, read)
        if row["kind"] == "veto" and row["from"]:
            params = {"from": sorted(places.get(uid, 0) for uid in row["from"])}
        found.append(
            LineSpec(
                heading=row["heading"],
                name=row["name"],
                kind=row["kind"],
                full=full,
                standard=row["standard"],
                metric=(row["metric"] or None) if row["kind"] == "count" else None,
                rule=row["rule"] if row["kind"] == "count" and row["rule"] else "deduct",
                params=params,
            )
        )
    return found, wrong


def _params(row: Row, read: Any) -> dict[str, Any]:
    """What a counted line counts and takes off."""
    rates: Mapping[str, tuple[str, ...]] = {"deduct": NUMBERS[:3], "below": NUMBERS[3:]}
    params: dict[str, Any] = {}
    for name in rates.get(row["rule"], ()):
        if row[name]:
            params[name] = _stored(read(name, row[name]))
    if row["rule"] == "tiers":
        params["tiers"] = [
            [_stored(read("tiers", least or "0")), _stored(read("tiers", marks or "0"))]
            for least, marks in row["tiers"]
        ]
    if row["metric"] in METRICS:
        for name in ("kinds", "posts", "fields"):
            if name in needs_of(row["metric"]):
                params[name] = row[name]
        for name, text in row["other"].items():
            if text:
                value = number_of(text)
                params[name] = text if value is None else _stored(value)
    return params
