"""Forms of template tables: the table itself, to whom it goes, what a unit fills in, what is decided of it."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.events.forms import person_key
from services.web.fields import DayField, Form, at_most, lazy_, needed
from services.web.plans.forms import KindsField
from shared.i18n import _
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.returns.actions.drafts import LAYOUTS, MAX_REMARK, MAX_TITLE, Words
from shared.returns.actions.filling import MAX_NOTE, Typed
from shared.returns.actions.filling import MAX_REMARK as MAX_SAID
from shared.returns.columns import KINDS, KNOWN, MAX_COLUMNS, MAX_ROWS, Column

#: How one row or many is said.
LAYOUT_WORDS = {"row": lazy_("One row a unit"), "list": lazy_("As many rows as the unit has")}
#: What a list of choices may be written with between them.
_BETWEEN = str.maketrans({",": "、", "，": "、", ";": "、", "；": "、", "\n": "、"})


class TableForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    plan_item_id = HiddenField()
    unit_id = SelectField(lazy_("For which unit"), coerce=person_key, validate_choice=False)
    title = StringField(lazy_("Title of the table"), [needed(), at_most(MAX_TITLE)])
    layout = SelectField(lazy_("How many rows"), choices=[])
    remark = TextAreaField(
        lazy_("What the units should know"), [Optional(), at_most(MAX_REMARK)], render_kw={"rows": 2}
    )

    def offer(self, units: list[tuple[int, str]]) -> None:
        self.unit_id.choices = units
        self.layout.choices = [(code, str(LAYOUT_WORDS[code])) for code in LAYOUTS]

    def words(self, columns: list[Column]) -> Words:
        return Words(
            title=self.title.data or "",
            remark=self.remark.data or "",
            layout=self.layout.data or "row",
            columns=columns,
            plan_item_id=person_key(self.plan_item_id.data),
        )


def column_fields() -> list[dict[str, Any]]:
    """The fields of one column, for the macro `rows`."""
    return [
        {"name": "key", "label": "", "type": "hidden"},
        {"name": "label", "label": _("Head of the column"), "cols": "6", "most": 60},
        {
            "name": "kind",
            "label": _("What stands in it"),
            "type": "select",
            "cols": "3 c-p6",
            "options": [(code, str(word)) for code, word in KINDS.items()],
        },
        {"name": "measure", "label": _("Unit of measure"), "cols": "3 c-p6", "most": 12, "optional": True},
        {"name": "required", "label": _("must be filled in"), "type": "check", "cols": "3 c-p6"},
        {"name": "least", "label": _("Least"), "cols": "3 c-p6", "most": 20, "optional": True},
        {"name": "most", "label": _("Most"), "cols": "3 c-p6", "most": 20, "optional": True},
        {
            "name": "known",
            "label": _("Known already"),
            "type": "select",
            "cols": "3",
            "options": [
                ("", _("no, the unit fills it in")),
                *((key, str(one[0])) for key, one in KNOWN.items()),
            ],
        },
        {
            "name": "choices",
            "label": _("Choices, with 、 between"),
            "cols": "6",
            "most": 2000,
            "optional": True,
        },
        {"name": "hint", "label": _("Hint"), "cols": "6", "most": 200, "optional": True},
    ]


def sent_columns(form: Mapping[str, str]) -> list[Column]:
    """The columns of the form, in its order; a line without a head is none."""
    found = []
    for number in range(min(person_key(form.get("columns-rows")) or 0, MAX_COLUMNS * 4)):
        one = {name: form.get(f"columns-{number}-{name}", "").strip() for name in _COLUMN_TEXTS}
        if not one["label"] and not one["choices"] and not one["hint"]:
            continue
        choices = [
            text.strip() for text in form.get(f"columns-{number}-choices", "").translate(_BETWEEN).split("、")
        ]
        found.append(
            Column(
                key=one["key"],
                label=one["label"],
                # What the product knows has a kind of its own.
                kind=KNOWN[one["known"]][1] if one["known"] in KNOWN else one["kind"],
                measure=one["measure"],
                required=bool(form.get(f"columns-{number}-required")) and not one["known"],
                least=one["least"],
                most=one["most"],
                hint=one["hint"],
                choices=tuple(dict.fromkeys(text for text in choices if text))
                if one["kind"] == "choice"
                else (),
                known=one["known"],
            )
        )
    return found


_COLUMN_TEXTS = ("key", "label", "kind", "measure", "least", "most", "choices", "known", "hint")


def column_lines(columns: list[Column]) -> list[dict[str, Any]]:
    """Columns as lines of the form."""
    return [
        {
            "key": one.key,
            "label": one.label,
            "kind": one.kind,
            "measure": one.measure,
            "required": one.required,
            "least": one.least,
            "most": one.most,
            "choices": "、".join(one.choices),
            "known": one.known,
            "hint": one.hint,
        }
        for one in columns
    ]


class SendForm(Form):
    seen = HiddenField()
    kinds = KindsField(lazy_("Kinds of units"), validate_choice=False)
    under_id = SelectField(lazy_("Below"), coerce=person_key, validate_choice=False)
    line = SelectField(lazy_("Party or union line"), validate_choice=False, choices=[])
    due_on = DayField(lazy_("Last day"), [Optional()])

    def offer(self, scopes: list[tuple[int, str, int]], lines: set[str]) -> None:
        first = scopes[0][2] if scopes else 0
        self.under_id.choices = [
            ("", _("All my units")),
            *((key, "　" * (depth - first) + name) for key, name, depth in scopes),
        ]
        self.line.choices = [("", _("Both lines")), ("party", _("Party")), ("union", _("Union"))]
        self.kinds.choices = [
            (code, str(spec.name)) for code, spec in UNIT_KINDS.items() if spec.line in lines
        ]


class EndForm(Form):
    reason = StringField(lazy_("Reason"), [Optional(), at_most(500)])


class DayForm(Form):
    version = HiddenField()
    due_on = DayField(lazy_("Last day"), [Optional()])


class FillForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    note = TextAreaField(lazy_("Remark of the unit"), [Optional(), at_most(MAX_NOTE)], render_kw={"rows": 2})


class DecideForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    remark = TextAreaField(lazy_("Remark"), [Optional(), at_most(MAX_SAID)], render_kw={"rows": 2})


def typed_rows(form: Mapping[str, str], columns: list[Column], *, many: bool) -> Typed:
    """The cells of the form as they were typed."""
    count = min(person_key(form.get("rows-rows")) or 0, MAX_ROWS * 2) if many else 1
    keys = [one.key for one in columns if not one.known]
    rows = [{key: form.get(f"rows-{number}-{key}", "") for key in keys} for number in range(count)]
    return Typed([row for row in rows if any(text.strip() for text in row.values())], form.get("note", ""))
