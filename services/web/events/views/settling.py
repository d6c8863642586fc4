"""What was sent, settled with what somebody else has stored since the form was opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from services.web.events.forms import (
    RecordForm,
    form_for,
    parts_sent,
    person_key,
    roll_rows,
    sent_absences,
)
from services.web.events.views.bodies import absences_in, as_sent, body_of, packed, parts_in, unpacked
from services.web.events.words import said
from shared.clock import today
from shared.events.actions.merging import Body, merge
from shared.events.queries import RollPerson, people_on
from shared.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Clash:
    """A question that two people have answered differently: both answers in words."""

    key: str
    label: str
    theirs: str
    mine: str


@dataclass(slots=True)
class Settled:
    """The form to go on with. `clashes`: where both changed it; `merged`: theirs was taken in beside mine."""

    form: RecordForm
    sent: MultiDict[str, str]
    people: list[RollPerson]
    body: Body
    base: str
    clashes: list[Clash] = field(default_factory=list)
    merged: bool = False

    @property
    def packed(self) -> str:
        """What is kept now, for the next comparison."""
        return packed(self.body)

    @property
    def roll(self) -> list[dict[str, Any]] | None:
        return roll_rows(self.form.kind, self.people, absences_in(self.body))

    @property
    def page(self) -> dict[str, Any]:
        """What the page needs to show this form again."""
        return {
            "people": self.roll,
            "part_rows": parts_in(self.body),
            "base": self.base,
            "clashes": self.clashes,
        }


def opened(kind: str, unit: Unit, sent: MultiDict[str, str] | None, *, correcting: bool) -> tuple[Any, Any]:
    """The form of these values and the people who may be named on its day."""
    form = form_for(kind, correcting=correcting)(formdata=sent)
    people = people_on(unit.id, form.held_on.data or today())
    form.offer(people)
    return form, people


def settle(
    kind: str,
    unit: Unit,
    *,
    stored: Body | None,
    version: int,
    correcting: bool = False,
) -> Settled:
    """The request's form, merged with `stored` (version `version`) where that is newer than what the sender saw.

    Where both changed something the form keeps the sender's words and `clashes` shows both; the answer comes back as
    pick-<key>, and 'theirs' takes what was shown.
    """
    sent: MultiDict[str, str] = request.form
    form, people = opened(kind, unit, sent, correcting=correcting)
    base = unpacked(sent.get("base"))
    mine = body_of(form, sent_absences(sent), parts_sent(sent))
    picked = [
        key.removeprefix("pick-")
        for key, value in sent.items()
        if key.startswith("pick-") and value == "theirs"
    ]
    for key in picked:
        mine.pop(key, None)
        if key in base:
            mine[key] = base[key]
    seen = person_key(sent.get("version")) or 0
    both: list[str] = []
    newer = stored is not None and seen != version
    body = mine
    if stored is not None and newer:
        body, both = merge(base, stored, mine)
        base = stored
    if picked or newer:
        more = {
            name: sent.get(name, "") for name in ("csrf_token", "form_key", "reason", "act") if name in sent
        }
        again = as_sent(body, version=str(version), base=packed(base), **more)
        for name in ("paper", "paper_on"):
            if name in sent:
                again[name] = sent[name]
        form, people = opened(kind, unit, again, correcting=correcting)
        sent = again
    clashes = [Clash(key, *said(kind, key, (stored or {}).get(key), mine.get(key))) for key in both]
    return Settled(form, sent, people, body, packed(base), clashes, newer and body != mine)


def first(
    form: RecordForm, absent: Mapping[int, tuple[str, str]], parts: Mapping[str, Any]
) -> dict[str, Any]:
    """What a form that is opened for the first time carries to be compared by."""
    return {"base": packed(body_of(form, absent, parts)), "part_rows": dict(parts), "clashes": []}
