"""Forms of channels, made from their registry."""

from typing import Any

from wtforms import (
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from services.web.fields import Form, at_most, lazy_, needed
from shared.messages.channels import BY_TOPIC, SPECS, Option
from shared.messages.topics import TOPICS

#: What is no name of a form's own.
FIELD = "option_{}"


class MultiCheckboxField(SelectMultipleField):
    """Several of some, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _field(option: Option) -> Any:
    label: Any = option.name
    if option.secret:
        return PasswordField(label, [at_most(500)], render_kw={"autocomplete": "new-password"})
    if option.kind == "lines":
        return TextAreaField(label, [at_most(4000)], render_kw={"rows": 3})
    checks = [needed(), at_most(500)] if option.needed else [at_most(500)]
    return StringField(label, checks, default=option.default)


def channel_form(channel: str) -> Any:
    """The form of one channel: its options, its limit, and for which topics it is used."""
    spec = SPECS[channel]
    fields: dict[str, Any] = {FIELD.format(option.key): _field(option) for option in spec.options}
    fields["per_minute"] = IntegerField(
        lazy_("At most a minute"),
        [Optional()],
        render_kw={"type": "number", "min": 1, "max": spec.most_a_minute or 100_000, "inputmode": "numeric"},
    )
    if channel in BY_TOPIC:
        fields["topics"] = MultiCheckboxField(
            lazy_("Used for"), choices={key: str(topic.label) for key, topic in TOPICS.items()}
        )
    return type("ChannelForm", (Form,), fields)


class GroupForm(Form):
    """A robot's group chat."""

    unit = StringField(lazy_("Unit"), [needed(), at_most(200)])
    name = StringField(lazy_("Name of the group"), [needed(), at_most(60)])
    url = PasswordField(lazy_("Address of the robot"), [needed(), at_most(500)])
    key = PasswordField(lazy_("Signing key of the robot"), [at_most(500)])


class NamesForm(Form):
    """Pasted lines."""

    lines = TextAreaField(lazy_("Pasted lines"), [needed(), at_most(200_000)], render_kw={"rows": 10})
