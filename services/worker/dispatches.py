"""Official documents: the signed paper with its verification code, a preview, a file for a word processor."""

from dataclasses import dataclass, replace
from datetime import timedelta

from segno import make
from sqlalchemy import and_, select, update

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from services.worker.docx import write as write_word
from services.worker.pdf import Press, PressFailed
from services.worker.pdf.official import print_official
from shared.accounts.actions.proofs import open_proof
from shared.clock import now
from shared.db import db, transaction
from shared.dispatches.actions.drafting import PURPOSE
from shared.dispatches.layout import Paper
from shared.dispatches.models import Dispatch, DispatchStep
from shared.dispatches.queries import number_of
from shared.errors import Invalid
from shared.files import store
from shared.i18n import _, use_locale
from shared.jobs import Claimed, Job
from shared.members.models import Person
from shared.messages.actions import Parcel
from shared.organisations.models import Unit
from shared.settings import settings
from shared.tenancy import current_tenant, platform
from shared.tenants.queries import keys

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: A preview is there to be looked at, not to be kept.
PREVIEW_DAYS = 7
#: Steps whose message says something while they wait.
STEPS = ("review", "countersign", "signing")
#: As it stands on the first page (GB/T 9704: 特急, 加急).
URGENT = {"pressing": "加急", "most_pressing": "特急"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document shows, as plain values: it is set when no transaction is open."""

    id: int
    unit_id: int
    paper: Paper
    name: str


def _signer(dispatch: Dispatch) -> str:
    """Who signed it, or is to."""
    named = select(DispatchStep.person_id).where(
        DispatchStep.dispatch_id == dispatch.id,
        DispatchStep.turn == dispatch.turn,
        DispatchStep.part == "sign",
    )
    wanted = Person.id == dispatch.signed_by if dispatch.signed_by is not None else Person.id.in_(named)
    return db.session.scalar(select(Person.name).where(wanted)) or ""


def _facts(dispatch_id: int) -> Facts:
    dispatch, unit = db.session.execute(
        select(Dispatch, Unit)
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .where(Dispatch.id == dispatch_id)
    ).one()
    number, signer = number_of(dispatch), _signer(dispatch)
    paper = Paper(
        form=dispatch.form,
        offices=(unit.name,),
        title=dispatch.title,
        body=dispatch.body,
        number=number,
        addressees=dispatch.addressees,
        signers=(signer,) if signer and dispatch.form == "upward" else (),
        signed_on=dispatch.signed_on,
        annotation=dispatch.annotation,
        enclosures=tuple(dispatch.enclosures.splitlines()),
        copies=dispatch.copies,
        printed_by=unit.name,
        printed_on=dispatch.signed_on,
        urgency=URGENT.get(dispatch.urgency, ""),
    )
    return Facts(dispatch.id, unit.id, paper, f"{number} {dispatch.title}".strip())


def set_dispatch(job: Claimed) -> None:
    """Set one document in the language of whoever asked. The bytes are sealed: a document is not everybody's."""
    job.progress(0, 1)
    what = str(job.args["what"])
    with use_locale(job.args.get("locale")):
        facts = _facts(int(job.args["dispatch_id"]))
        by = db.session.scalar(select(Job.requested_by).where(Job.id == job.id))
        db.session.rollback()
        data, notes = _set(facts, what)
        if what == "paper":
            _keep_paper(job, facts, data, notes, by)
        else:
            _keep_preview(job, facts, data, notes, what, by)


def _code(dispatch_id: int) -> str:
    """The verification code as SVG. Its secret is drawn here and stands on this paper only."""
    tenant_id = current_tenant()
    with platform(), transaction():
        secret = open_proof(tenant_id=tenant_id, dispatch_id=dispatch_id)
    db.session.remove()
    address = f"{settings().base_url}/verify/{secret}"
    return str(make(address, error="m").svg_inline(omitsize=True, border=2))


def _set(facts: Facts, what: str) -> tuple[bytes, list[str]]:
    """The bytes, and what its author is told of its characters."""
    if what == "word":
        return write_word(facts.paper), []
    # The words on a paper are Chinese in whichever language it is asked for.
    paper = (
        replace(facts.paper, code=_code(facts.id))
        if what == "paper"
        else replace(facts.paper, watermark="" if facts.paper.number else "草稿")
    )
    with Press() as press:
        try:
            return print_official(paper, press)
        except PressFailed as failure:
            raise Invalid(
                _("None of the papers could be made. The fault is ours and has been noted.")
            ) from failure


def _file_name(name: str, ending: str) -> str:
    kept = "".join(sign for sign in name if sign not in '\\/:*?"<>|' and sign.isprintable())
    return f"{kept[:110]}.{ending}"


def _keep_paper(job: Claimed, facts: Facts, data: bytes, notes: list[str], by: int | None) -> None:
    """The paper of a signed document, once: whoever comes second leaves the first one's."""
    with transaction():
        job.hold()
        dispatch = db.session.execute(
            select(Dispatch).where(Dispatch.id == facts.id).with_for_update()
        ).scalar_one()
        if dispatch.file_id is None and dispatch.number is not None:
            file = store(
                data,
                name=_file_name(facts.name, "pdf"),
                media_type=PDF,
                purpose=PURPOSE,
                keys=keys(),
                unit_id=facts.unit_id,
                created_by=by,
            )
            dispatch.file_id = file.id
            dispatch.paper_notes = "\n".join(notes)
        job.finish(result={"papers": 1})


def _keep_preview(
    job: Claimed, facts: Facts, data: bytes, notes: list[str], what: str, by: int | None
) -> None:
    """A preview or a file for a word processor: for whoever asked, for some days."""
    ending, media_type = ("docx", DOCX) if what == "word" else ("pdf", PDF)
    with transaction():
        job.hold()
        file = store(
            data,
            name=_file_name(facts.name, ending),
            media_type=media_type,
            purpose="dispatch_preview",
            keys=keys(),
            created_by=by,
            expires_at=now() + timedelta(days=PREVIEW_DAYS),
        )
        if what == "preview":
            db.session.execute(
                update(Dispatch)
                .where(Dispatch.id == facts.id, Dispatch.file_id.is_(None))
                .values(paper_notes="\n".join(notes))
            )
        job.finish(result={"papers": 1}, file_id=file.id)


def compose_dispatches(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """Whose turn it is, what came back, what was signed; a step that was taken meanwhile is left out.

    A message names the document and its page, never its text.
    """
    recipients = addressed(parcels)
    wanted = {int(one.detail["dispatch_id"]) for one in recipients}
    rows = db.session.execute(
        select(Dispatch, Unit.name)
        .join(Unit, and_(Unit.tenant_id == Dispatch.tenant_id, Unit.id == Dispatch.unit_id))
        .where(Dispatch.id.in_(wanted))
    )
    known = {dispatch.id: (dispatch, unit_name) for dispatch, unit_name in rows}
    steps = select(DispatchStep.dispatch_id, DispatchStep.person_id).where(
        DispatchStep.dispatch_id.in_(wanted), DispatchStep.outcome == "waiting"
    )
    waiting = {(dispatch_id, person_id) for dispatch_id, person_id in db.session.execute(steps)}

    def write(one: Addressed) -> Said | None:
        dispatch, unit_name = known[int(one.detail["dispatch_id"])]
        step = str(one.detail["step"])
        timely = {"returned": ("draft",), "signed": ("signed", "issued", "archived")}.get(step, (step,))
        if dispatch.state not in timely:
            return None
        if step in STEPS and (dispatch.id, one.person_id) not in waiting:
            return None
        subject = {
            "review": _("To be reviewed: %(title)s", title=dispatch.title),
            "countersign": _("To be countersigned: %(title)s", title=dispatch.title),
            "signing": _("To be signed: %(title)s", title=dispatch.title),
            "returned": _("Sent back to you: %(title)s", title=dispatch.title),
            "signed": _("Signed and numbered: %(title)s", title=dispatch.title),
        }[step]
        return Said(
            subject,
            _("From: %(unit)s", unit=unit_name),
            f"/dispatches/{dispatch.id}",
            {"unit": unit_name, "title": dispatch.title},
        )

    return compose_each([one for one in recipients if int(one.detail["dispatch_id"]) in known], write)
