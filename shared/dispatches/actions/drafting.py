"""Writing an official document: its draft, its changes by whoever has it in hand, its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.dispatches.kinds import FORMS, KINDS, URGENCIES
from shared.dispatches.models import Dispatch, DispatchFile, DispatchStep, DispatchVersion
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.files import File, store
from shared.files.accepting import Accepted
from shared.hanzi import fold
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys

#: Purpose of the files that go with official documents, and of the papers; served at their own address only.
PURPOSE = "dispatch"
MAX_TITLE = 200
MAX_BODY = 40_000
MAX_LINE = 1_000
MAX_FILES = 10
#: So much of the body is looked through by a search.
MAX_FOLDED = 10_000
#: Between two addressees on one line.
_BETWEEN = "、，,；;\n"


@dataclass(frozen=True, slots=True)
class Wording:
    """What whoever writes it says. `enclosures`: a name a line."""

    kind: str
    title: str
    body: str
    form: str = ""
    addressees: str = ""
    copies: str = ""
    enclosures: str = ""
    annotation: str = ""
    urgency: str = ""


def note(actor: Actor, dispatch: Dispatch, verb: str, **detail: object) -> None:
    record(
        actor,
        verb=verb,
        object_type="dispatch",
        object_id=dispatch.id,
        unit_id=dispatch.unit_id,
        detail=dict(detail),
    )


def check_revision(dispatch: Dispatch, revision: int) -> None:
    """Raise Conflict where somebody acted on it since it was shown."""
    if dispatch.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))


def form_of(words: Wording) -> str:
    """The form chosen, or the usual one of the kind."""
    return words.form or KINDS[words.kind].forms[0]


def _check(words: Wording, files: Sequence[Accepted]) -> None:
    wrong: dict[str, object] = {}
    kind = KINDS.get(words.kind)
    if kind is None:
        wrong["kind"] = _("Choose one of the list.")
    elif form_of(words) not in kind.forms:
        said = "、".join(str(FORMS[form]) for form in kind.forms)
        wrong["form"] = _("This kind is set as: %(forms)s", forms=said)
    if words.urgency not in URGENCIES:
        wrong["urgency"] = _("Choose one of the list.")
    for name, text, most in (("title", words.title, MAX_TITLE), ("body", words.body, MAX_BODY)):
        if not text.strip():
            wrong[name] = _("Fill this in.")
        elif len(text) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    for name in ("addressees", "copies", "enclosures", "annotation"):
        if len(getattr(words, name)) > MAX_LINE:
            wrong[name] = _("At most %(n)s characters.", n=MAX_LINE)
    named = words.addressees.strip(" 　:：" + _BETWEEN)
    if kind is not None and kind.one and "addressees" not in wrong:
        if not named:
            wrong["addressees"] = _("Fill this in.")
        elif any(sign in named for sign in _BETWEEN):
            wrong["addressees"] = _("This kind goes to exactly one addressee; the others get a copy.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(
        words.title,
        words.body,
        words.addressees,
        words.copies,
        words.enclosures,
        words.annotation,
        *(one.text for one in files),
    )


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _write(dispatch: Dispatch, words: Wording) -> None:
    dispatch.kind, dispatch.form, dispatch.urgency = words.kind, form_of(words), words.urgency
    dispatch.title = " ".join(words.title.split("\r\n")).strip()
    dispatch.body = _plain(words.body)
    dispatch.addressees = words.addressees.strip(" 　:：\r\n")
    dispatch.copies = words.copies.strip(" 　。\r\n")
    dispatch.enclosures = "\n".join(line.strip() for line in words.enclosures.splitlines() if line.strip())
    dispatch.annotation = words.annotation.strip(" 　\r\n").strip("（()）")
    fold_again(dispatch)


def fold_again(dispatch: Dispatch, number: str = "") -> None:
    """What a search looks through: the number as it is printed, title, addressee, body, in simplified script."""
    said = number + dispatch.title + dispatch.addressees + dispatch.body
    dispatch.folded = fold(said)[:MAX_FOLDED]


def _attach(actor: Actor, dispatch: Dispatch, files: Sequence[Accepted]) -> None:
    if not files:
        return
    has = db.session.scalar(
        select(func.count()).select_from(DispatchFile).where(DispatchFile.dispatch_id == dispatch.id)
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
            unit_id=dispatch.unit_id,
            created_by=actor.person_id,
        )
        db.session.add(DispatchFile(dispatch_id=dispatch.id, file_id=kept.id, name=one.name))
    db.session.flush()


def make_dispatch(
    actor: Actor,
    *,
    unit: Unit,
    words: Wording,
    form_key: str,
    files: Sequence[Accepted] = (),
    reply_to: Dispatch | None = None,
) -> tuple[Dispatch, bool]:
    """A draft in the name of the unit; the same form again gives the one it made. Raises Invalid with wrong fields.

    `reply_to`: the document of another unit that it will answer once it is signed.
    """
    # Two sends of one form come one after the other.
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    found = db.session.execute(select(Dispatch).where(Dispatch.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found, False
    if unit.state != "active":
        raise Invalid(_("This unit exists no more."))
    _check(words, files)
    dispatch = Dispatch(
        unit_id=unit.id,
        created_by=actor.person_id,
        form_key=form_key,
        reply_to_id=reply_to.id if reply_to is not None else None,
    )
    _write(dispatch, words)
    db.session.add(dispatch)
    db.session.flush()
    _attach(actor, dispatch, files)
    note(actor, dispatch, "dispatch.draft")
    return dispatch, True


def may_change(actor: Actor, dispatch: Dispatch) -> bool:
    """A draft: whoever drafts for its unit; under review: the reviewer who has it in hand, and nobody else."""
    if dispatch.state == "draft":
        return True
    return dispatch.state == "review" and waiting_step(actor, dispatch) is not None


def waiting_step(actor: Actor, dispatch: Dispatch) -> DispatchStep | None:
    """The actor's own step that waits now: of the part at which the document stands."""
    part = {"review": "review", "countersign": "countersign", "signing": "sign"}.get(dispatch.state)
    if part is None or actor.person_id is None:
        return None
    return db.session.execute(
        select(DispatchStep)
        .where(
            DispatchStep.dispatch_id == dispatch.id,
            DispatchStep.turn == dispatch.turn,
            DispatchStep.part == part,
            DispatchStep.person_id == actor.person_id,
            DispatchStep.outcome == "waiting",
        )
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def change_dispatch(
    actor: Actor,
    *,
    dispatch: Dispatch,
    words: Wording,
    revision: int,
    files: Sequence[Accepted] = (),
    drop: Sequence[int] = (),
) -> None:
    """Another wording, further files, fewer files (`drop`: keys of files), of a draft or by its reviewer.

    What stood before the reviewer's change is kept as a version. Raises Conflict, Forbidden, Invalid.
    """
    check_revision(dispatch, revision)
    if not may_change(actor, dispatch):
        if dispatch.state in ("draft", "review"):
            raise Forbidden(_("It is in somebody else's hands."))
        raise Conflict(_("The wording stays as it is now."))
    _check(words, files)
    _write(dispatch, words)
    if drop:
        drop_files(dispatch, drop)
    _attach(actor, dispatch, files)
    dispatch.revision += 1
    if dispatch.state == "review":
        keep_version(actor, dispatch)
    note(actor, dispatch, "dispatch.change")


def drop_files(dispatch: Dispatch, file_ids: Sequence[int] | None = None) -> None:
    """Take files off, all without `file_ids`; their bytes go with the night's work."""
    statement = (
        select(DispatchFile, File)
        .join(File, (File.tenant_id == DispatchFile.tenant_id) & (File.id == DispatchFile.file_id))
        .where(DispatchFile.dispatch_id == dispatch.id)
    )
    if file_ids is not None:
        statement = statement.where(DispatchFile.file_id.in_(file_ids))
    for held, file in db.session.execute(statement).all():
        file.expires_at = now()
        db.session.delete(held)
    db.session.flush()


def keep_version(actor: Actor, dispatch: Dispatch) -> None:
    """Keep the wording as it is, unless the last version says the same."""
    last = db.session.execute(
        select(DispatchVersion)
        .where(DispatchVersion.dispatch_id == dispatch.id)
        .order_by(DispatchVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    said = {name: getattr(dispatch, name) for name in ("title", "body", "addressees", "copies")}
    if last is not None and all(getattr(last, name) == value for name, value in said.items()):
        return
    db.session.add(
        DispatchVersion(
            dispatch_id=dispatch.id,
            number=(last.number if last is not None else 0) + 1,
            saved_by=actor.person_id,
            saved_at=now(),
            **said,
        )
    )
    db.session.flush()


def delete_draft(actor: Actor, *, dispatch: Dispatch) -> None:
    """Take a draft away that was never handed over. Raises Conflict for any other: it is declared void instead."""
    if dispatch.state != "draft" or dispatch.turn:
        raise Conflict(_("It has been handed over once; it can be declared void, not deleted."))
    drop_files(dispatch)
    note(actor, dispatch, "dispatch.delete")
    db.session.delete(dispatch)


def may_void(actor: Actor, dispatch: Dispatch, path: str) -> bool:
    """A numbered document: whoever may sign for the unit; before that, whoever drafts for it."""
    needed = Permission.DISPATCH_SIGN if dispatch.number is not None else Permission.DISPATCH_DRAFT
    return dispatch.state not in ("void", "archived") and actor.can(needed, path)
