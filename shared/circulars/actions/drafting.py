"""Writing a circular, before it is sent: its text, its files, its last day, which answer it wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.audit import record
from shared.circulars.models import Circular, CircularFile
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.files import File, store
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys

#: Purpose of the files of circulars; served at the circular's own address only.
PURPOSE = "circular"
MAX_TITLE = 120
MAX_BODY = 10_000
MAX_FILES = 10
MAX_CHOICES = 8
MAX_CHOICE = 40
REPLIES = ("none", "text", "choice")
LATEST = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Words:
    """What whoever writes it says. `choices`: the answers offered where `reply` is choice, in their order."""

    title: str
    body: str
    reply: str = "none"
    choices: Sequence[str] = ()
    due_on: date | None = None


def note(actor: Actor, circular: Circular, verb: str, **detail: object) -> None:
    record(
        actor,
        verb=verb,
        object_type="circular",
        object_id=circular.id,
        unit_id=circular.unit_id,
        detail=dict(detail),
    )


def is_over(circular: Circular) -> bool:
    """Whether the last day has passed."""
    return circular.due_on is not None and circular.due_on < today()


def check_day(due_on: date | None) -> None:
    """Raise Invalid for a last day that is over or beyond all reason."""
    if due_on is not None and not today() <= due_on <= LATEST:
        problem = _("This day is over.") if due_on < today() else _("This day is too far away.")
        raise Invalid(problem, fields={"due_on": problem})


def _choices(words: Words) -> list[str]:
    return [one.strip() for one in words.choices if one.strip()] if words.reply == "choice" else []


def _check(words: Words, files: Sequence[Accepted]) -> None:
    wrong: dict[str, object] = {}
    for name, text, most in (("title", words.title, MAX_TITLE), ("body", words.body, MAX_BODY)):
        if not text.strip():
            wrong[name] = _("Fill this in.")
        elif len(text) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    choices = _choices(words)
    if words.reply not in REPLIES:
        wrong["reply"] = _("Choose one of the list.")
    elif words.reply == "choice":
        if not 2 <= len(choices) <= MAX_CHOICES or len(set(choices)) != len(choices):
            wrong["choices"] = _("Two to %(n)s different answers, one a line.", n=MAX_CHOICES)
        elif any(len(one) > MAX_CHOICE for one in choices):
            wrong["choices"] = _("At most %(n)s characters.", n=MAX_CHOICE)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    check_day(words.due_on)
    refuse_marks(words.title, words.body, *choices, *(one.text for one in files))


def _write(circular: Circular, words: Words) -> None:
    circular.title, circular.body = words.title.strip(), words.body.strip()
    circular.reply, circular.choices, circular.due_on = words.reply, _choices(words), words.due_on


def _attach(actor: Actor, circular: Circular, files: Sequence[Accepted]) -> None:
    if not files:
        return
    has = db.session.scalar(
        select(func.count()).select_from(CircularFile).where(CircularFile.circular_id == circular.id)
    )
    if (has or 0) + len(files) > MAX_FILES:
        problem = _("At most %(n)s files.", n=MAX_FILES)
        raise Invalid(problem, fields={"files": problem})
    for one in files:
        kept = store(
            one.data,
            name=one.name,
            media_type=one.media_type,
            purpose=PURPOSE,
            keys=keys(),
            unit_id=circular.unit_id,
            created_by=actor.person_id,
        )
        db.session.add(CircularFile(circular_id=circular.id, file_id=kept.id, name=one.name))
    db.session.flush()


def make_circular(
    actor: Actor, *, unit: Unit, words: Words, form_key: str, files: Sequence[Accepted] = ()
) -> tuple[Circular, bool]:
    """A draft of the unit; the same form again gives the one it made. Raises Invalid with the wrong fields."""
    # Two sends of one form come one after the other.
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    found = db.session.execute(select(Circular).where(Circular.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found, False
    if unit.state != "active":
        raise Invalid(_("This unit exists no more."))
    _check(words, files)
    circular = Circular(unit_id=unit.id, created_by=actor.person_id, form_key=form_key)
    _write(circular, words)
    db.session.add(circular)
    db.session.flush()
    _attach(actor, circular, files)
    note(actor, circular, "circular.draft")
    return circular, True


def change_circular(
    actor: Actor,
    *,
    circular: Circular,
    words: Words,
    version: int,
    files: Sequence[Accepted] = (),
    drop: Sequence[int] = (),
) -> None:
    """Another text, further files, fewer files (`drop`: keys of files), of a draft only.

    Raises Conflict where it has been sent or somebody was faster, Invalid with the wrong fields.
    """
    if circular.state != "draft":
        raise Conflict(_("The circular has been sent; its text stays as it is."))
    if circular.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    _check(words, files)
    _write(circular, words)
    if drop:
        _drop(circular, drop)
    _attach(actor, circular, files)
    circular.version += 1
    note(actor, circular, "circular.change")


def _drop(circular: Circular, file_ids: Sequence[int] | None = None) -> None:
    """Take files off a draft, all without `file_ids`; their bytes go with the night's work."""
    statement = (
        select(CircularFile, File)
        .join(File, (File.tenant_id == CircularFile.tenant_id) & (File.id == CircularFile.file_id))
        .where(CircularFile.circular_id == circular.id)
    )
    if file_ids is not None:
        statement = statement.where(CircularFile.file_id.in_(file_ids))
    for held, file in db.session.execute(statement).all():
        file.expires_at = now()
        db.session.delete(held)
    db.session.flush()


def delete_draft(actor: Actor, *, circular: Circular) -> None:
    """Take a draft away with its files. Raises Conflict where it has been sent."""
    if circular.state != "draft":
        raise Conflict(_("The circular has been sent; it can be withdrawn, not deleted."))
    _drop(circular)
    note(actor, circular, "circular.delete")
    db.session.delete(circular)
