"""Forms of sheets: what a new draft begins from, and the head of the editor."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import request
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import NumberRange, Optional

from services.web.fields import AmountField, Form, at_most, lazy_, needed
from services.web.schemes.forms.rows import plain
from shared.assessments.actions.schemes import HeadSpec
from shared.assessments.actions.schemes.drafts import MOST_NAME
from shared.assessments.grades import grading_of, shipped_grading, shipped_gradings, to_json
from shared.assessments.models import Scheme
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.kinds import KINDS, SECTORS


class NewForm(Form):
    form_key = HiddenField()
    name = StringField(lazy_("Name of the sheet"), [Optional(), at_most(MOST_NAME)])
    source = SelectField(lazy_("Begin with"), choices=[], validate_choice=False)


class HeadForm(Form):
    revision = HiddenField()
    name = StringField(lazy_("Name of the sheet"), [needed(), at_most(MOST_NAME)])
    source = StringField(lazy_("Where it comes from"), [Optional(), at_most(300)])
    unit_kinds = SelectMultipleField(lazy_("Kinds of units"), choices=[], validate_choice=False)
    sectors = SelectMultipleField(lazy_("Sectors"), choices=[], validate_choice=False)
    total = AmountField(lazy_("Full marks of the sheet"), [needed()])
    bonus_cap = AmountField(lazy_("Bonus marks at most"), [needed()])
    settle_days = IntegerField(
        lazy_("Days it is counted after the year's end"), [needed(), NumberRange(min=0, max=366)]
    )
    grading = SelectField(lazy_("Grades"), choices=[], validate_choice=False)

    def offer(self, line: str, held: Sequence[str]) -> None:
        """Offer the kinds of units of the tenant's line, and those that the sheet names already."""
        self.unit_kinds.choices = [
            (code, str(kind.name)) for code, kind in KINDS.items() if kind.line == line or code in held
        ]
        self.sectors.choices = [(code, str(name)) for code, name in SECTORS.items()]
        self.grading.choices = [("", _("No grades"))] + [
            (grading.key, _(grading.name)) for grading in shipped_gradings()
        ]

    def fill(self, scheme: Scheme, words: Any) -> None:
        self.revision.data = str(scheme.revision)
        self.name.data = words(scheme.name)
        self.source.data = words(scheme.source)
        self.unit_kinds.data = list(scheme.applies.get("unit_kinds", ()))
        self.sectors.data = list(scheme.applies.get("sectors", ()))
        self.total.data = Decimal(plain(scheme.total))
        self.bonus_cap.data = Decimal(plain(scheme.bonus_cap))
        self.settle_days.data = scheme.settle_days
        self.grading.data = scheme.grading.get("key", "")

    def spec(self, grading: dict[str, Any]) -> HeadSpec:
        return HeadSpec(
            name=self.name.data or "",
            unit_kinds=self.unit_kinds.data or [],
            sectors=self.sectors.data or [],
            source=self.source.data or "",
            total=self.total.data or Decimal(0),
            bonus_cap=self.bonus_cap.data if self.bonus_cap.data is not None else Decimal(0),
            settle_days=self.settle_days.data if self.settle_days.data is not None else 31,
            grading=grading,
        )


def grading_rows(data: dict[str, Any]) -> list[dict[str, str]]:
    """The steps of a ladder as the editor draws them."""
    try:
        grading = grading_of(data)
    except Invalid:
        return [dict.fromkeys(("key", "name", "at_least", "quota"), "")]
    return [
        {
            "key": step.key,
            "name": _(step.name),
            "at_least": "" if step.at_least is None else plain(step.at_least),
            "quota": step.quota or "",
        }
        for step in (grading.steps if grading else ())
    ]


def grading_sent(key: str) -> dict[str, Any]:
    """The ladder that was chosen, with the thresholds and quotas that were typed for it; {}: none."""
    grading = shipped_grading(key)
    if grading is None:
        return {}
    data = to_json(grading)
    if request.form.get("grading-drawn") != key:
        return data
    for place, step in enumerate(data["steps"]):
        for name in ("at_least", "quota"):
            typed = request.form.get(f"grading-{place}-{name}")
            if typed is not None:
                step[name] = typed.strip() or None
    return data
