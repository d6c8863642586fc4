"""Forms of the platform operator."""

from wtforms import RadioField, SelectChoice, StringField, TextAreaField

from services.web.fields import Form, at_most, lazy_, needed


class FirstAdminForm(Form):
    admin_name = StringField(lazy_("Name of the first administrator"), [needed(), at_most(60)])
    admin_mail = StringField(
        lazy_("Mail address of the first administrator"),
        [needed(), at_most(200)],
        render_kw={"type": "email"},
    )


class TenantForm(FirstAdminForm):
    name = StringField(lazy_("Name of the organisation"), [needed(), at_most(100)])
    kind = RadioField(
        lazy_("What it is"),
        [needed()],
        choices=[
            SelectChoice("bureau", lazy_("Bureau (Party organisations)")),
            SelectChoice("union", lazy_("Trade union")),
        ],
    )


class SuspendForm(Form):
    reason = TextAreaField(lazy_("Reason"), [needed(), at_most(500)])
