"""Own words on papers: drafted, put into use, retired."""

from dataclasses import dataclass

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.letterheads.models import Letterhead
from shared.letterheads.sandbox import check, left_over, literal_text, other_times

MAX_LINE = 60
MAX_BODY = 8_000


@dataclass(frozen=True, slots=True)
class OwnWords:
    """`on_purpose`: years and months that the words name themselves stand there on purpose."""

    report: str
    header: str = ""
    name: str = ""
    heading: str = ""
    body: str = ""
    place: str = "after"
    on_purpose: bool = False


def _checked(given: OwnWords) -> dict[str, str]:
    """The columns as they are kept. Raises Invalid with the fields that are wrong."""
    kept = {
        "report": given.report,
        "header": given.header.strip(),
        "name": given.name.strip(),
        "heading": given.heading.strip(),
        "body": given.body.replace("\r\n", "\n").strip(),
        "place": given.place,
    }
    wrong: dict[str, object] = {}
    if given.place not in ("before", "after"):
        wrong["place"] = _("Choose one of the list.")
    for field in ("header", "name", "heading"):
        if len(kept[field]) > MAX_LINE:
            wrong[field] = _("At most %(n)s characters.", n=MAX_LINE)
        elif said := _left(kept[field], given.on_purpose):
            wrong[field] = said
    if len(kept["body"]) > MAX_BODY:
        wrong["body"] = _("At most %(n)s characters.", n=MAX_BODY)
    elif kept["heading"] and not kept["body"]:
        wrong["body"] = _("Fill this in.")
    elif said := _left(literal_text(check(kept["body"])), given.on_purpose):
        wrong["body"] = said
    if not any(kept[field] for field in ("header", "name", "body")):
        wrong["header"] = _("Say something of your own: a header, a name or a section.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(*kept.values())
    return kept


def _left(text: str, on_purpose: bool) -> str | None:
    if found := left_over(text):
        return _("A placeholder is left over: %(what)s", what=_(", ").join(found))
    times = [] if on_purpose else other_times(text)
    if times:
        return _(
            "The words name %(what)s themselves, and a paper of another time would carry it. Write {{ year }} or"
            " {{ month }} instead, or tick that it stands there on purpose.",
            what=_(", ").join(times),
        )
    return None


def draft_words(actor: Actor, *, given: OwnWords, form_key: str) -> Letterhead:
    """A new draft; the same form again gives the same one. Raises Invalid."""
    found = db.session.execute(select(Letterhead).where(Letterhead.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    row = Letterhead(form_key=form_key, changed_by=actor.person_id, **_checked(given))
    db.session.add(row)
    db.session.flush()
    record(actor, verb="letterhead.draft", object_type="letterhead", object_id=row.id)
    return row


def change_words(actor: Actor, *, row: Letterhead, given: OwnWords, revision: int) -> None:
    """Change a draft, or words in use: later papers carry the new ones. Raises Invalid, Conflict."""
    if row.state == "retired":
        raise Conflict(_("These words are out of use."))
    if row.revision != revision:
        raise Conflict(_("Somebody changed these words meanwhile. Look at them again."))
    kept = _checked(given)
    if row.state == "active":
        kept["report"] = row.report
    for column, value in kept.items():
        setattr(row, column, value)
    row.revision += 1
    row.changed_by, row.changed_at = actor.person_id, now()
    record(actor, verb="letterhead.change", object_type="letterhead", object_id=row.id)


def use_words(actor: Actor, *, row: Letterhead) -> None:
    """Put words into use; those that were on the same papers are retired. Twice is once."""
    if row.state == "retired":
        raise Conflict(_("These words are out of use."))
    if row.state == "active":
        return
    former = db.session.scalars(
        select(Letterhead)
        .where(Letterhead.report == row.report, Letterhead.state == "active")
        .with_for_update()
    ).one_or_none()
    if former is not None:
        former.state = "retired"
        db.session.flush()
    row.state = "active"
    record(actor, verb="letterhead.use", object_type="letterhead", object_id=row.id)


def retire_words(actor: Actor, *, row: Letterhead) -> None:
    """Take words out of use, or put a draft aside: papers carry the product's own again."""
    if row.state != "retired":
        row.state = "retired"
        record(actor, verb="letterhead.retire", object_type="letterhead", object_id=row.id)
