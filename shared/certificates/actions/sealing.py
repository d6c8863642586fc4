"""Seals: the picture is taken in once, put on certificates by whoever holds the right, and each use is noted."""

from collections.abc import Sequence

from sqlalchemy import select, update

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.certificates.models import Certificate, Seal
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.files import store
from shared.files.accepting import accept
from shared.i18n import _
from shared.organisations.models import Unit
from shared.tenants.queries import keys

MAX_NAME = 60
#: Largest picture, in bytes.
LARGEST = 2 * 1024 * 1024


def add_seal(actor: Actor, *, unit: Unit, name: str, picture: bytes, form_key: str) -> Seal:
    """Take a unit's seal in: a PNG of at most 2 MB, kept sealed. The same form again gives the same seal."""
    found = db.session.execute(select(Seal).where(Seal.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    title = name.strip()
    wrong: dict[str, object] = {}
    if not title:
        wrong["name"] = _("Fill this in.")
    elif len(title) > MAX_NAME:
        wrong["name"] = _("At most %(n)s characters.", n=MAX_NAME)
    if not picture:
        wrong["picture"] = _("Choose the picture of the seal.")
    elif len(picture) > LARGEST:
        wrong["picture"] = _("The picture is larger than 2 MB.")
    elif not picture.startswith(b"\x89PNG\r\n"):
        wrong["picture"] = _("The picture of a seal is a PNG file, best with a transparent ground.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    try:
        kept = accept(picture, name="seal.png")
    except Invalid as problem:
        raise Invalid(_("Some fields need another look."), fields={"picture": str(problem)}) from problem
    file = store(
        kept.data,
        name=f"{title}.png",
        media_type=kept.media_type,
        purpose="seal",
        keys=keys(),
        unit_id=unit.id,
        created_by=actor.person_id,
    )
    row = Seal(unit_id=unit.id, name=title, file_id=file.id, created_by=actor.person_id, form_key=form_key)
    db.session.add(row)
    db.session.flush()
    record(actor, verb="seal.add", object_type="seal", object_id=row.id, unit_id=unit.id)
    return row


def retire_seal(actor: Actor, *, seal: Seal) -> None:
    """Take a seal out of use; what bears it keeps it."""
    if seal.state == "active":
        seal.state = "retired"
        record(actor, verb="seal.retire", object_type="seal", object_id=seal.id, unit_id=seal.unit_id)


def put_seal(actor: Actor, *, seal: Seal, certificate_ids: Sequence[int]) -> int:
    """Put the seal on certificates that wait for one; how many bore none. One use in the trail, with its numbers.

    Only with the right at the seal's own unit, on certificates of units in the same reach: what lies outside is left.
    Raises Forbidden, Conflict where the seal is out of use or nothing waits.
    """
    path = db.session.scalar(select(Unit.path).where(Unit.id == seal.unit_id))
    if path is None or not actor.can(Permission.SEAL_USE, path):
        raise Forbidden(_("This seal is not yours to use."))
    if seal.state != "active":
        raise Conflict(_("This seal is out of use."))
    within = select(Unit.id).where(reach_filter(actor, Permission.SEAL_USE, Unit.path))
    changed = db.session.execute(
        update(Certificate)
        .where(
            Certificate.id.in_(list(certificate_ids)),
            Certificate.seal_id.is_(None),
            Certificate.state == "issued",
            Certificate.unit_id.in_(within),
        )
        .values(seal_id=seal.id, sealed_by=actor.person_id, sealed_at=now())
        .returning(Certificate.id, Certificate.number)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise Conflict(_("None of these certificates waits for a seal."))
    numbers = [row.number for row in sorted(changed)]
    record(
        actor,
        verb="seal.use",
        object_type="seal",
        object_id=seal.id,
        unit_id=seal.unit_id,
        detail={"certificates": len(changed), "first": numbers[0], "last": numbers[-1]},
    )
    return len(changed)
