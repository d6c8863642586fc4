"""Forms of the platform operator."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField

from services.web.fields import AmountField, Form, at_most, lazy_, needed
from shared.i18n import _


class FirstAdminForm(Form):
    admin_name = StringField(lazy_("Name of the first administrator"), [needed(), at_most(60)])
    admin_mail = StringField(
        lazy_("Mail address of the first administrator"),
        [needed(), at_most(200)],
        render_kw={"type": "email"},
    )


class TenantForm(FirstAdminForm):
    name = StringField(lazy_("Name of the organisation"), [needed(), at_most(100)])
    kind = RadioField(lazy_("What it is"), [needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("bureau", _("Bureau (Party organisations)")), ("union", _("Trade union"))]


class RoomForm(Form):
    gigabytes = AmountField(
        lazy_("Room for files, in GB"), [needed()], places=1, render_kw={"inputmode": "decimal"}
    )


class SuspendForm(Form):
    reason = TextAreaField(lazy_("Reason"), [needed(), at_most(500)])
