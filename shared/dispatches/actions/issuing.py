"""A signed document goes out: as a circular with its paper, to units below or the unit above, or on paper; then it is
filed away. Who has read it is the circular's business; there is no second set of receipts."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audiences.recipients import Audience
from shared.circulars.actions import Words, make_circular, send
from shared.circulars.actions.sending import tell_readers
from shared.circulars.models import Circular, Receipt
from shared.clock import now, today
from shared.db import db
from shared.dispatches.actions.drafting import check_revision, note
from shared.dispatches.kinds import RETENTIONS
from shared.dispatches.models import Dispatch, DispatchFile, DispatchIssue
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.files import File, read
from shared.files.accepting import Accepted
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys

MAX_WORDS = 500
MAX_CASE = 40
OUT = ("signed", "issued")
_TITLE = 120


def _is_out(form_key: str) -> DispatchIssue | None:
    return db.session.execute(
        select(DispatchIssue).where(DispatchIssue.form_key == form_key)
    ).scalar_one_or_none()


def _papers(dispatch: Dispatch) -> list[Accepted]:
    """The paper and what goes with it, as files of a circular."""
    wanted = select(DispatchFile.file_id).where(DispatchFile.dispatch_id == dispatch.id)
    found = db.session.scalars(
        select(File).where((File.id == dispatch.file_id) | File.id.in_(wanted)).order_by(File.id)
    ).all()
    opened = keys()
    first = [file for file in found if file.id == dispatch.file_id]
    return [
        Accepted(file.name, file.media_type, read(file, keys=opened if file.sealed else None))
        for file in first + [file for file in found if file.id != dispatch.file_id]
    ]


def check_out(dispatch: Dispatch) -> None:
    """Raise Conflict for what cannot go out: not signed, void, filed away, or its paper is not there yet."""
    if dispatch.state not in OUT:
        raise Conflict(_("Only a signed document goes out."))
    if dispatch.file_id is None:
        raise Conflict(_("Its paper is being set; a moment."))


def _circular(actor: Actor, dispatch: Dispatch, unit: Unit, number: str, form_key: str) -> Circular:
    words = Words(
        title=f"{dispatch.title}"[:_TITLE],
        body=_("%(number)s, %(title)s. The document is attached.", number=number, title=dispatch.title),
    )
    circular, _new = make_circular(
        actor, unit=unit, words=words, form_key=f"dispatch {form_key}"[:64], files=_papers(dispatch)
    )
    return circular


def _went_out(actor: Actor, dispatch: Dispatch, form_key: str, **how: object) -> None:
    db.session.add(
        DispatchIssue(
            dispatch_id=dispatch.id,
            issued_on=today(),
            issued_by=actor.person_id,
            form_key=form_key,
            **how,
        )
    )
    dispatch.state = "issued"
    dispatch.revision += 1
    db.session.flush()


def issue(
    actor: Actor,
    *,
    dispatch: Dispatch,
    unit: Unit,
    number: str,
    whom: str,
    audience: Audience,
    seen: int,
    form_key: str,
) -> int:
    """Send it as a circular to whom the choice comes to; returns how many, 0 where this form was sent before.

    `seen`: the number that was shown. Raises what shared.circulars.actions.send raises, and Conflict of check_out.
    """
    if _is_out(form_key) is not None:
        return 0
    check_out(dispatch)
    circular = _circular(actor, dispatch, unit, number, form_key)
    made = send(actor, circular=circular, whom=whom, audience=audience, seen=seen)
    _went_out(actor, dispatch, form_key, circular_id=circular.id)
    note(actor, dispatch, "dispatch.issue", count=made)
    return made


def issue_up(actor: Actor, *, dispatch: Dispatch, unit: Unit, number: str, form_key: str) -> bool:
    """Send it as a circular to the unit above, of which one of those who answer for it reads. False: sent before.

    Raises Conflict where there is none, and of check_out.
    """
    if _is_out(form_key) is not None:
        return False
    check_out(dispatch)
    above = db.session.execute(
        select(Unit).where(Unit.id == unit.parent_id, Unit.state == "active")
    ).scalar_one_or_none()
    if above is None:
        raise Conflict(_("There is no unit above here; note how it went out on paper."))
    circular = _circular(actor, dispatch, unit, number, form_key)
    circular.whom, circular.state, circular.sent_at = "units", "sent", now()
    circular.version += 1
    db.session.add(Receipt(circular_id=circular.id, unit_id=above.id, at_unit_id=above.id, told_on=today()))
    db.session.flush()
    tell_readers(actor, circular, act="send")
    _went_out(actor, dispatch, form_key, circular_id=circular.id)
    note(actor, dispatch, "dispatch.issue", count=1)
    return True


def issue_on_paper(actor: Actor, *, dispatch: Dispatch, words: str, form_key: str) -> bool:
    """Note to whom and how it went out without the product. False: this form was sent before."""
    if _is_out(form_key) is not None:
        return False
    if dispatch.state not in OUT:
        raise Conflict(_("Only a signed document goes out."))
    words = words.strip()
    wrong = ""
    if not words:
        wrong = _("Say to whom it went and how.")
    elif len(words) > MAX_WORDS:
        wrong = _("At most %(n)s characters.", n=MAX_WORDS)
    if wrong:
        raise Invalid(wrong, fields={"words": wrong})
    refuse_marks(words)
    _went_out(actor, dispatch, form_key, words=words)
    note(actor, dispatch, "dispatch.issue")
    return True


def archive(
    actor: Actor, *, dispatch: Dispatch, year: int, case_no: str, retention: int, revision: int
) -> None:
    """File a signed document away: year, number in the file, how long it is kept. Raises Conflict, Invalid."""
    if dispatch.state not in OUT:
        raise Conflict(_("Only a signed document is filed away."))
    check_revision(dispatch, revision)
    case_no = case_no.strip()
    wrong: dict[str, object] = {}
    first = dispatch.number_year or year
    if not first <= year <= today().year:
        wrong["year"] = _("Between %(low)s and %(high)s.", low=first, high=today().year)
    if not case_no:
        wrong["case_no"] = _("Fill this in.")
    elif len(case_no) > MAX_CASE:
        wrong["case_no"] = _("At most %(n)s characters.", n=MAX_CASE)
    if retention not in RETENTIONS:
        wrong["retention"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    dispatch.archive_year, dispatch.case_no, dispatch.retention = year, case_no, retention
    dispatch.state = "archived"
    dispatch.revision += 1
    db.session.flush()
    note(actor, dispatch, "dispatch.archive")
