"""From hand to hand: handed over, reviewed, countersigned, signed; sent back, taken back; declared void.

At least two people stand behind a document: the reviewer is not who drafted it, and who signs is not its only reviewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.actions.telling import tell
from shared.clock import now, today
from shared.db import db
from shared.dispatches.actions.drafting import check_revision, fold_again, keep_version, note, waiting_step
from shared.dispatches.actions.numbering import take_number
from shared.dispatches.jobs import SET
from shared.dispatches.models import Dispatch, DispatchReply, DispatchStep, NumberSeries
from shared.dispatches.queries.people import able
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.jobs import enqueue
from shared.organisations.models import Unit

#: The kind of occasion, for the composers of the worker.
OCCASION = "dispatch"
MAX_WORDS = 1_000
MOST_COUNTERSIGNERS = 20
#: State of a document → the part whose steps wait in it.
WAITING = {"review": "review", "countersign": "countersign", "signing": "sign"}
_RIGHT = {"review": Permission.DISPATCH_REVIEW, "sign": Permission.DISPATCH_SIGN}


@dataclass(frozen=True, slots=True)
class Route:
    """Who is to say what: one reviews, some countersign, one signs; and under which prefix it is numbered."""

    series_id: int | None
    reviewer_id: int | None
    signer_id: int | None
    countersigner_ids: Sequence[int] = field(default=())


def _check_route(dispatch: Dispatch, unit: Unit, route: Route) -> NumberSeries:
    wrong: dict[str, object] = {}
    series = db.session.execute(
        select(NumberSeries).where(
            NumberSeries.id == (route.series_id or 0),
            NumberSeries.unit_id == unit.id,
            NumberSeries.state == "active",
        )
    ).scalar_one_or_none()
    if series is None:
        wrong["series_id"] = _("Choose one of the list.")
    reviewers, signers = (
        able(unit.path, Permission.DISPATCH_REVIEW),
        able(unit.path, Permission.DISPATCH_SIGN),
    )
    if route.reviewer_id not in reviewers:
        wrong["reviewer_id"] = _("Choose one of the list.")
    elif route.reviewer_id == dispatch.created_by:
        wrong["reviewer_id"] = _("Who drafted it does not review it.")
    if route.signer_id not in signers:
        wrong["signer_id"] = _("Choose one of the list.")
    elif route.signer_id == route.reviewer_id:
        wrong["signer_id"] = _("Its only reviewer does not sign it; name another one for one of the two.")
    others = set(route.countersigner_ids)
    if len(others) > MOST_COUNTERSIGNERS:
        wrong["countersigner_ids"] = _("At most %(n)s people.", n=MOST_COUNTERSIGNERS)
    elif others - able(None, Permission.DISPATCH_REVIEW).keys():
        wrong["countersigner_ids"] = _("Choose one of the list.")
    elif others & {route.reviewer_id, route.signer_id}:
        wrong["countersigner_ids"] = _("Who reviews or signs it need not countersign.")
    if wrong or series is None:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    return series


def hand_over(actor: Actor, *, dispatch: Dispatch, unit: Unit, route: Route, revision: int) -> None:
    """Give a draft to its reviewer; the wording is kept as a version. Raises Conflict, Invalid with wrong fields."""
    if dispatch.state != "draft":
        raise Conflict(_("It has been handed over already."))
    check_revision(dispatch, revision)
    series = _check_route(dispatch, unit, route)
    dispatch.series_id = series.id
    dispatch.turn += 1
    named = [("review", route.reviewer_id), ("sign", route.signer_id)]
    named += [("countersign", key) for key in sorted(set(route.countersigner_ids))]
    for part, person_id in named:
        db.session.add(
            DispatchStep(dispatch_id=dispatch.id, turn=dispatch.turn, part=part, person_id=person_id)
        )
    dispatch.state = "review"
    dispatch.revision += 1
    keep_version(actor, dispatch)
    note(actor, dispatch, "dispatch.hand_over")
    tell_next(actor, dispatch)


def take_back(actor: Actor, *, dispatch: Dispatch, revision: int) -> None:
    """Make a document that is not signed yet a draft again; what was said to it stays. Raises Conflict."""
    if dispatch.state not in WAITING:
        raise Conflict(_("Only what waits for review or signature can be taken back."))
    check_revision(dispatch, revision)
    back_to_draft(dispatch)
    note(actor, dispatch, "dispatch.take_back")


def back_to_draft(dispatch: Dispatch) -> None:
    """Make it a draft again; steps that wait are over."""
    db.session.execute(
        update(DispatchStep)
        .where(
            DispatchStep.dispatch_id == dispatch.id,
            DispatchStep.turn == dispatch.turn,
            DispatchStep.outcome == "waiting",
        )
        .values(outcome="over")
        .execution_options(synchronize_session="fetch")
    )
    dispatch.state = "draft"
    dispatch.revision += 1
    db.session.flush()


def decide(
    actor: Actor, *, dispatch: Dispatch, unit: Unit, agreed: bool, words: str = "", revision: int
) -> str:
    """Agree to it or send it back, as the step that waits for the actor; the signer's agreement numbers it.

    The caller holds the document locked. Returns the state it is in then. Raises Conflict where no step waits for the
    actor or somebody was faster, Forbidden where the right has gone since, Invalid without a reason for sending back.
    """
    step = waiting_step(actor, dispatch)
    if step is None:
        raise Conflict(_("No step of this document waits for you."))
    check_revision(dispatch, revision)
    right = _RIGHT.get(step.part)
    if not (actor.can(right, unit.path) if right else actor.may(Permission.DISPATCH_REVIEW)):
        raise Forbidden(_("Your role does not include this."))
    words = words.strip()
    wrong = ""
    if not agreed and not words:
        wrong = _("Say what is to be changed.")
    elif len(words) > MAX_WORDS:
        wrong = _("At most %(n)s characters.", n=MAX_WORDS)
    if wrong:
        raise Invalid(wrong, fields={"words": wrong})
    refuse_marks(words)
    step.outcome, step.words, step.acted_at = ("agreed" if agreed else "returned"), words, now()
    db.session.flush()
    if not agreed:
        back_to_draft(dispatch)
        note(actor, dispatch, "dispatch.send_back", part=step.part)
        _tell(actor, dispatch, "returned", [dispatch.created_by])
        return dispatch.state
    if step.part == "sign":
        _sign(actor, dispatch)
        _tell(actor, dispatch, "signed", [dispatch.created_by])
        return dispatch.state
    if step.part == "review":
        keep_version(actor, dispatch)
    waits = _open_parts(dispatch)
    dispatch.state = next(state for state in ("review", "countersign", "signing") if WAITING[state] in waits)
    dispatch.revision += 1
    note(actor, dispatch, "dispatch.agree", part=step.part)
    tell_next(actor, dispatch)
    return dispatch.state


def tell_next(actor: Actor, dispatch: Dispatch) -> None:
    """Tell those whose step waits now; who was told of this state before is not told again."""
    db.session.flush()
    people = db.session.scalars(
        select(DispatchStep.person_id).where(
            DispatchStep.dispatch_id == dispatch.id,
            DispatchStep.turn == dispatch.turn,
            DispatchStep.part == WAITING[dispatch.state],
            DispatchStep.outcome == "waiting",
        )
    )
    _tell(actor, dispatch, dispatch.state, list(people))


def _tell(actor: Actor, dispatch: Dispatch, step: str, people: list[int | None]) -> None:
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{dispatch.id}:{dispatch.turn}:{step}",
        detail={"dispatch_id": dispatch.id, "step": step},
        person_ids=[key for key in people if key != actor.person_id],
    )


def _open_parts(dispatch: Dispatch) -> set[str]:
    return set(
        db.session.scalars(
            select(DispatchStep.part).where(
                DispatchStep.dispatch_id == dispatch.id,
                DispatchStep.turn == dispatch.turn,
                DispatchStep.outcome == "waiting",
            )
        )
    )


def _sign(actor: Actor, dispatch: Dispatch) -> None:
    series = db.session.execute(
        select(NumberSeries).where(NumberSeries.id == dispatch.series_id)
    ).scalar_one()
    number = take_number(dispatch, series)
    dispatch.state, dispatch.signed_on, dispatch.signed_by = "signed", today(), actor.person_id
    dispatch.revision += 1
    fold_again(dispatch, number)
    keep_version(actor, dispatch)
    db.session.flush()
    if dispatch.reply_to_id is not None:
        asked = db.session.execute(
            select(Dispatch.state).where(Dispatch.id == dispatch.reply_to_id)
        ).scalar_one()
        if asked != "void":
            db.session.add(
                DispatchReply(
                    dispatch_id=dispatch.reply_to_id,
                    answer_id=dispatch.id,
                    replied_on=dispatch.signed_on,
                    entered_by=actor.person_id,
                    form_key=f"answer {dispatch.id}",
                )
            )
    note(actor, dispatch, "dispatch.sign", number=dispatch.number, year=dispatch.number_year)
    ask_paper(actor, dispatch, what="paper", subject=number)


def ask_paper(
    actor: Actor, dispatch: Dispatch, *, what: str, subject: str, form_key: str | None = None
) -> int:
    """Have it set by a worker: `paper` (signed), `preview` (with a watermark), `word`. Returns the job's key."""
    return enqueue(
        actor,
        SET,
        args={"dispatch_id": dispatch.id, "what": what, "locale": actor.locale},
        subject=subject,
        unit_id=dispatch.unit_id,
        form_key=form_key,
    ).id
