"""The choice of recipients as a form, alone and as a part of others (audiences/_fields.html)."""

from typing import Any

from wtforms import HiddenField, SelectField, StringField

from services.web.events.forms import person_key
from services.web.fields import Form, at_most, lazy_, needed
from services.web.plans.forms import KindsField
from shared.audiences.actions import MAX_NAME
from shared.audiences.recipients import Audience, from_json, to_json
from shared.events.kinds import KINDS as DUTY_KINDS
from shared.i18n import _
from shared.members.posts import POSTS, post_name
from shared.members.statuses import STATUSES
from shared.organisations.kinds import KINDS as UNIT_KINDS


class AudienceForm(Form):
    whom = SelectField(lazy_("Who is meant"), choices=[], default="answering", validate_choice=False)
    under_id = SelectField(lazy_("Below"), coerce=person_key, validate_choice=False)
    unit_kinds = KindsField(lazy_("Kinds of units"), validate_choice=False)
    posts = KindsField(lazy_("Only holders of these posts"), validate_choice=False)
    statuses = KindsField(lazy_("Standing"), validate_choice=False)
    relation = SelectField(lazy_("Where they are"), choices=[], default="", validate_choice=False)
    without_duty = SelectField(
        lazy_("Only units that still owe"), choices=[], default="", validate_choice=False
    )

    def offer_audience(self, scopes: list[tuple[int, str, int]], lines: set[str]) -> None:
        """`scopes` of shared.duties.queries.scopes.scope_units; `lines`: those of the tenant or reach."""
        first = scopes[0][2] if scopes else 0
        self.whom.choices = [
            ("answering", _("Those who answer for the units")),
            ("members", _("The members of the units")),
        ]
        self.under_id.choices = [
            ("", _("All my units")),
            *((key, "　" * (depth - first) + name) for key, name, depth in scopes),
        ]
        self.unit_kinds.choices = [
            (key, str(one.name)) for key, one in UNIT_KINDS.items() if one.line in lines
        ]
        self.posts.choices = [(key, post_name(key)) for key in POSTS if POSTS[key].line in lines]
        self.statuses.choices = [(key, str(one.name)) for key, one in STATUSES.items() if one.line in lines]
        self.relation.choices = [("", "—"), ("here", _("Not away")), ("out", _("Away (mobile members)"))]
        self.without_duty.choices = [("", "—"), *((key, str(one.name)) for key, one in DUTY_KINDS.items())]

    def audience(self) -> Audience:
        """What is chosen. Raises Invalid for what no form offers."""
        return from_json(
            {
                "whom": self.whom.data or "answering",
                "under_id": self.under_id.data,
                "unit_kinds": self.unit_kinds.data or [],
                "posts": self.posts.data or [],
                "statuses": self.statuses.data or [],
                "relation": self.relation.data or "",
                "without_duty": self.without_duty.data or "",
            }
        )

    def pairs(self) -> list[tuple[str, Any]]:
        """The choice as (field, value), for the hidden fields of the form that sends."""
        found: list[tuple[str, Any]] = []
        for key, value in to_json(self.audience()).items():
            found += [(key, one) for one in value] if isinstance(value, list) else [(key, value)]
        return found


class SegmentForm(AudienceForm):
    form_key = HiddenField()
    version = HiddenField()
    name = StringField(lazy_("Name of the segment"), [needed(), at_most(MAX_NAME)])
    unit_id = SelectField(lazy_("Kept for"), coerce=person_key, validate_choice=False)
