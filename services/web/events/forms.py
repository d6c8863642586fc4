"""The form of a record: what every event has, and the kind's own questions. It comes filled."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Length, Optional

from services.web.fields import DayField, Form, at_most, lazy_, needed, show_problem
from shared.clock import today
from shared.duties.models import DueItem
from shared.errors import Invalid
from shared.events import kinds
from shared.events.actions import Held
from shared.events.kinds import KINDS, MAX_LONGTEXT, MAX_TEXT
from shared.events.models import Event, Meeting
from shared.events.parts import PARTS, Row
from shared.events.queries import RollPerson, absent_of, on_roll
from shared.files.accepting import ACCEPT
from shared.i18n import _


class ClockField(TimeField):
    """A time of day; what cannot be read is said in the reader's language."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = datetime.strptime(text[:5], "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            raise ValueError(_("This is not a time: %(text)s", text=text[:20])) from None


class StoredDayField(DayField):
    """A day among a kind's own questions, which a record stores as text."""

    def process_data(self, value: Any) -> None:
        self.data = date.fromisoformat(value) if isinstance(value, str) and value else value or None


def person_key(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def parts_sent(sent: MultiDict[str, str]) -> dict[str, list[Row]]:
    """The rows of each part whose section the form had (it sends `<part>-rows`, their number at most 200)."""
    found: dict[str, list[Row]] = {}
    for name, part in PARTS.items():
        count = sent.get(f"{name}-rows", "")
        if count.isascii() and count.isdigit() and len(count) < 4:
            rows = [
                {field: sent.get(f"{name}-{number}-{field}", "") for field in part.fields}
                for number in range(min(int(count), 200))
            ]
            # As the check counts them: a line without a word is no line.
            found[name] = [row for row in rows if any(value.strip() for value in row.values())]
    return found


class RecordForm(Form):
    """The part that is common to all kinds; `form_for` adds the rest."""

    form_key = HiddenField(validators=[Length(max=64)])
    version = HiddenField()
    meeting_id = HiddenField()
    held_on = DayField(lazy_("Date"), [needed()])
    starts_at = ClockField(lazy_("Begin"), [Optional()])
    ends_at = ClockField(lazy_("End"), [Optional()])
    place = StringField(lazy_("Place"), [Optional(), at_most(MAX_TEXT)])
    chair_id = SelectField(lazy_("Chair"), coerce=person_key, validate_choice=False)
    clerk_id = SelectField(lazy_("Minutes kept by"), coerce=person_key, validate_choice=False)
    made_up = BooleanField(lazy_("It was held after its time, to make up for it"))
    content = TextAreaField(
        lazy_("Speaking points"), [Optional(), at_most(MAX_LONGTEXT)], render_kw={"rows": 3}
    )
    #: The chair has signed the paper that the office keeps.
    paper = BooleanField(lazy_("The chair has signed on paper"))
    paper_on = DayField(lazy_("Signed on"), [Optional()])
    files = MultipleFileField(lazy_("Add photos or papers"), [Optional()], render_kw={"accept": ACCEPT})

    kind: str = ""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        #: What is wrong in the rows of a part: '<part>-<row>-<field>' → text, beside the field.
        self.row_errors: dict[str, str] = {}

    @property
    def own(self) -> list[Field]:
        """The kind's own questions, in order."""
        return [self[field.code] for field in KINDS[self.kind].fields]

    def offer(self, people: Iterable[RollPerson]) -> None:
        """The people who may be named."""
        everyone = list(people)
        choices = [("", "—"), *((person.id, person.name) for person in everyone)]
        self.chair_id.choices = self.clerk_id.choices = choices
        for field in KINDS[self.kind].fields:
            if field.type == "choice":
                self[field.code].choices = [
                    ("", _("Choose")),
                    *((code, str(word)) for code, word in field.choices),
                ]
            if field.type == "person":
                self[field.code].choices = [
                    ("", _("Choose")),
                    *((person.id, person.name) for person in on_roll(self.kind, everyone)),
                ]

    def held(self, sent: MultiDict[str, str]) -> Held:
        """What the person says, for the action. Absences come beside the form: absent, reason-<id>, note-<id>."""
        absent = {}
        for text in sent.getlist("absent"):
            key = person_key(text)
            if key is not None:
                absent[key] = (sent.get(f"reason-{key}", ""), sent.get(f"note-{key}", ""))
        due_count, present_count = (
            person_key(self[name].data) if name in self else None for name in ("due_count", "present_count")
        )
        return Held(
            held_on=self.held_on.data or today(),
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            place=self.place.data or "",
            chair_id=self.chair_id.data,
            clerk_id=self.clerk_id.data,
            fields={field.code: self[field.code].data for field in KINDS[self.kind].fields},
            absent=absent,
            title=self["title"].data or "" if "title" in self else "",
            content=self["content"].data or "" if "content" in self else "",
            due_count=due_count,
            present_count=present_count,
            parts=parts_sent(sent),
        )


def refuse(form: RecordForm, problem: Invalid) -> None:
    """Put what an action refused beside its field; what lies in a part beside its row, with a link on top."""
    rows = {
        name: str(text)
        for name, text in problem.fields.items()
        if name not in form._fields and name.partition("-")[0] in PARTS
    }
    form.row_errors = rows
    form.form_errors.extend(
        Markup('<a href="#{}">{}</a> {}').format(
            name if "-" in name else f"{name}-err", str(PARTS[name.partition("-")[0]].name), text
        )
        for name, text in rows.items()
    )
    rest = {name: text for name, text in problem.fields.items() if name not in rows}
    if rest or not rows:
        show_problem(form, Invalid(str(problem), fields=rest))


def _own_field(field: kinds.Field) -> Any:
    checks: list[Any] = [needed()] if field.required else [Optional()]
    label: Any = field.label
    if field.type == "bool":
        return BooleanField(label)
    if field.type == "longtext":
        return TextAreaField(label, [*checks, at_most(MAX_LONGTEXT)], render_kw={"rows": 3})
    if field.type in ("choice", "person"):
        return SelectField(label, checks, choices=[], validate_choice=False)
    if field.type == "date":
        return StoredDayField(label, checks)
    more = {"number": {"inputmode": "numeric"}, "money": {"inputmode": "decimal"}}.get(field.type, {})
    return StringField(label, [*checks, at_most(MAX_TEXT)], render_kw=more)


def form_for(kind: str, *, correcting: bool = False) -> type[RecordForm]:
    """The form of one kind."""
    spec = KINDS[kind]
    parts: dict[str, Any] = {"kind": kind}
    if spec.attendance == "counts":
        numeric = {"inputmode": "numeric"}
        parts["due_count"] = StringField(lazy_("Expected"), [needed()], render_kw=numeric)
        parts["present_count"] = StringField(lazy_("Present"), [needed()], render_kw=numeric)
    if spec.title_field is None and spec.attendance in ("members", "officers", "counts"):
        parts["title"] = StringField(lazy_("Title"), [Optional(), at_most(MAX_TEXT)])
    if spec.attendance == "pair":
        # A talk stores that it took place, with whom and its category; never what was said.
        parts["content"] = None
    for field in spec.fields:
        parts[field.code] = _own_field(field)
    if correcting:
        parts["reason"] = StringField(lazy_("Why it is corrected"), [needed(), at_most(MAX_TEXT)])
    return type("KindForm", (RecordForm,), parts)


def likely_day(item: DueItem | None) -> date:
    """Today; for what is past its time, the last day of its window."""
    on = today()
    return on if item is None else min(on, item.due_on)


def proposed(
    kind: str,
    item: DueItem | None,
    last: Event | None,
    people: list[RollPerson],
    meeting: Meeting | None = None,
) -> tuple[dict[str, Any], set[str]]:
    """What the form is filled with, and which of it is kept from last time."""
    expected = on_roll(kind, people)
    leader = next((person.id for person in people if person.leads), None)
    known = {person.id for person in people}
    values: dict[str, Any] = {
        "form_key": secrets.token_hex(12),
        "held_on": likely_day(item),
        "starts_at": time(15, 0),
        "ends_at": time(16, 30),
        "chair_id": leader,
        "due_count": len(expected) or "",
        "present_count": len(expected) or "",
    }
    kept: set[str] = set()
    if last is not None:
        for name in ("starts_at", "ends_at", "place", "chair_id", "clerk_id"):
            value = getattr(last, name)
            if value and (not name.endswith("_id") or value in known):
                values[name] = value
                kept.add(name)
    if meeting is not None:
        for name in ("starts_at", "ends_at", "place", "chair_id"):
            if value := getattr(meeting, name):
                values[name] = value
        values.update(meeting_id=meeting.id, held_on=min(meeting.on_date, today()))
        codes = {field.code for field in KINDS[kind].fields}
        if "agenda" in codes:
            values["agenda"] = meeting.agenda
        if meeting.title != str(KINDS[kind].name):
            values[KINDS[kind].title_field or "title"] = meeting.title
    chair = next((person.name for person in people if person.id == values["chair_id"]), "")
    for field in KINDS[kind].fields:
        if field.proposal == "chair" and chair:
            values[field.code] = values["chair_id"] if field.type == "person" else chair
    return values, kept


def filed(event: Event) -> dict[str, Any]:
    """What a correction begins with: the record as it stands."""
    names = ("held_on", "starts_at", "ends_at", "place", "chair_id", "clerk_id", "title", "due_count")
    return {
        **{name: getattr(event, name) for name in names},
        "present_count": event.present_count,
        "content": event.content,
        "version": event.version,
        **event.fields,
    }


def roll_rows(
    kind: str,
    people: list[RollPerson],
    absent: Mapping[int, tuple[str, str]],
    words: Mapping[int, str] | None = None,
) -> list[dict[str, Any]] | None:
    """The roll as the page draws it, `words` beside the names; None for kinds that call nobody by name."""
    if KINDS[kind].attendance not in ("members", "officers"):
        return None
    return [
        {
            "id": person.id,
            "name": person.name,
            "remark": " ".join(filter(None, (person.remark, (words or {}).get(person.id)))),
            "absent": person.id in absent,
            "reason": absent[person.id][0] if person.id in absent else "duty",
            "note": absent[person.id][1] if person.id in absent else "",
        }
        for person in on_roll(kind, people)
    ]


def sent_absences(sent: MultiDict[str, str]) -> dict[int, tuple[str, str]]:
    """The absences of a refused form, so that nothing ticked is lost."""
    keys = [key for key in map(person_key, sent.getlist("absent")) if key is not None]
    return {key: (sent.get(f"reason-{key}", "duty"), sent.get(f"note-{key}", "")) for key in keys}


def filed_absences(event: Event) -> dict[int, tuple[str, str]]:
    return absent_of(event.id)
