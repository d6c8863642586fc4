"""Forms of signing in, links, one's own account, and the accounts page."""

from typing import Any

from wtforms import Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.access.permissions import Reach
from shared.access.roles import ROLES, role_names
from shared.accounts.passwords import MAX_LENGTH
from shared.i18n import _

#: What the browser's password keeper needs to know.
PRESENT: dict[str, Any] = {"autocomplete": "current-password"}
NEW: dict[str, Any] = {"autocomplete": "new-password"}


class SignInForm(Form):
    identifier = StringField(
        lazy_("Mail address or account"),
        [needed(), at_most(200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(lazy_("Password"), [needed(), at_most(1000)], render_kw=PRESENT)
    next = HiddenField()


class ConfirmForm(Form):
    password = PasswordField(lazy_("Password"), [needed(), at_most(1000)], render_kw=PRESENT)
    next = HiddenField()


class ForgotForm(Form):
    identifier = StringField(
        lazy_("Mail address"),
        [needed(), at_most(200)],
        render_kw={"autocomplete": "username", "type": "email", "autocapitalize": "none"},
    )


class NewPasswordForm(Form):
    """A first or a new password, twice, because it is not seen."""

    new = PasswordField(lazy_("New password"), [needed(), at_most(MAX_LENGTH)], render_kw=NEW)
    again = PasswordField(lazy_("The same once more"), [needed()], render_kw=NEW)

    def validate_again(self, field: Field) -> None:
        if field.data != self.new.data:
            raise ValidationError(_("The two are not the same."))


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(lazy_("Present password"), [needed(), at_most(1000)], render_kw=PRESENT)


class IdentifierForm(Form):
    address = StringField(
        lazy_("New mail address"),
        [needed(), at_most(200)],
        render_kw={"type": "email", "autocapitalize": "none"},
    )


class RoleForm(Form):
    """Give a role: what, where, from when to when."""

    role = SelectField(lazy_("Role"), [needed()])
    unit_id = SelectField(lazy_("Unit"), [Optional()], coerce=lambda value: int(value) if value else None)
    since = DayField(lazy_("From"), [needed()])
    until = DayField(lazy_("Until (with this day)"), [Optional()])

    def offer(self, units: list[tuple[int, str, int]], *, tenant_kind: str) -> None:
        """Every role that can be given, and the units in the order of the tree."""
        names = role_names(tenant_kind)
        self.role.choices = [
            ("", str(lazy_("Choose"))),
            *((key, str(names[key])) for key, spec in ROLES.items() if spec.reach is not Reach.SELF),
        ]
        self.unit_id.choices = [
            ("", str(lazy_("The whole organisation"))),
            *((key, "　" * depth + name) for key, name, depth in units),
        ]


class EndRoleForm(Form):
    on = DayField(lazy_("Last day"), [needed()])
