"""Forms of settings: the tenant's choices, made from their registry, and lending the ledger."""

from typing import Any

from wtforms import BooleanField, Field, IntegerField, SelectField
from wtforms.validators import StopValidation

from services.web.fields import DayField, Form, lazy_, needed
from shared.i18n import _
from shared.tenants.settings import SETTINGS


class LendForm(Form):
    place = SelectField(lazy_("Member"), [needed()])
    until = DayField(lazy_("Until (with this day)"), [needed()])


def _number(key: str) -> Any:
    spec = SETTINGS[key]

    def within(form: Form, field: Field) -> None:
        """What is no number, and what lies outside, is said in one sentence."""
        if field.data is None or not spec.least <= field.data <= spec.most:
            field.errors = []
            raise StopValidation(
                _("A whole number from %(least)s to %(most)s.", least=spec.least, most=spec.most)
            )

    return IntegerField(
        spec.label,  # type: ignore[arg-type]
        [needed(), within],
        render_kw={"type": "number", "min": spec.least, "max": spec.most, "inputmode": "numeric"},
    )


def _field(key: str) -> Any:
    if SETTINGS[key].kind == "switch":
        return BooleanField(SETTINGS[key].label)  # type: ignore[arg-type]
    return _number(key)


#: One field for each choice that stands on the form.
SettingsForm: Any = type(
    "SettingsForm", (Form,), {key: _field(key) for key, spec in SETTINGS.items() if spec.kind != "kept"}
)
