"""Forms of the tree."""

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from services.web.fields import DayField, Form, at_most, lazy_, needed
from shared.organisations.actions import MAX_NAME
from shared.organisations.kinds import KINDS, SECTORS, may_stand_under


class UnitForm(Form):
    """Everything about a unit but its place."""

    name = StringField(lazy_("Name of the unit"), [needed(), at_most(MAX_NAME)])
    kind = SelectField(lazy_("Kind of unit"), [needed()])
    sector = SelectField(lazy_("Sector"), [needed()])
    founded_on = DayField(lazy_("Founded on"), [Optional()])
    term_ends_on = DayField(lazy_("Term ends on"), [Optional()])
    duties_since = DayField(lazy_("Duties count from"), [needed()])
    credit_code = StringField(lazy_("Unified social credit code"), [Optional(), at_most(30)])
    legal_number = StringField(lazy_("Number of the legal-person certificate"), [Optional(), at_most(60)])
    staff_count = IntegerField(lazy_("Employees"), [Optional()])
    reason = TextAreaField(lazy_("Approving document or reason"), [Optional(), at_most(200)])

    def offer(self, parent_kind: str | None, lines: tuple[str, ...], *, present: str = "") -> None:
        """The kinds that may stand below `parent_kind` (None: at the top) on these lines, and the present one."""
        self.kind.choices = [
            (key, str(spec.name))
            for line in lines
            for key, spec in KINDS.items()
            if spec.line == line and (key == present or may_stand_under(key, parent_kind))
        ]
        self.sector.choices = [(key, str(name)) for key, name in SECTORS.items()]


class MoveForm(Form):
    parent_id = SelectField(lazy_("New superior"), [needed()], coerce=int)
    reason = TextAreaField(lazy_("Approving document or reason"), [needed(), at_most(200)])


class DissolveForm(Form):
    on = DayField(lazy_("Dissolved on"), [needed()])
    reason = TextAreaField(lazy_("Approving document or reason"), [needed(), at_most(200)])


class LinkForm(Form):
    """Which unit of the other line, and from when."""

    other_id = SelectField(lazy_("Unit of the other line"), [needed()], coerce=int)
    since = DayField(lazy_("Linked since"), [needed()])


class EndLinkForm(Form):
    on = DayField(lazy_("Ended on"), [needed()])
