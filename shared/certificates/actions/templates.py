"""Templates of certificates: made, changed, retired. What was issued keeps the words it was issued with."""

from dataclasses import dataclass

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audit import record
from shared.certificates.kinds import (
    BUILT_IN,
    KINDS,
    MOST_OWN,
    NAMED,
    PAGES,
    holes,
    odd_holes,
    own_holes,
    plain,
)
from shared.certificates.models import CertificateTemplate
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

MAX_NAME = 40
MAX_HEADING = 20
MAX_BODY = 600
MAX_ISSUER = 60
MAX_PREFIX = 20


@dataclass(frozen=True, slots=True)
class Wording:
    name: str
    kind: str
    heading: str
    body: str
    issuer: str
    prefix: str
    pages: str = "landscape"


def _checked(given: Wording, *, but: int | None = None) -> dict[str, str]:
    """The columns as they are kept. Raises Invalid with the fields that are wrong."""
    kept = {
        "name": given.name.strip(),
        "kind": given.kind,
        "heading": given.heading.strip(),
        "body": plain(given.body),
        "issuer": given.issuer.strip(),
        "prefix": given.prefix.strip(),
        "pages": given.pages,
    }
    limits = {
        "name": MAX_NAME,
        "heading": MAX_HEADING,
        "body": MAX_BODY,
        "issuer": MAX_ISSUER,
        "prefix": MAX_PREFIX,
    }
    wrong: dict[str, object] = {}
    for field, most in limits.items():
        if not kept[field]:
            wrong[field] = _("Fill this in.")
        elif len(kept[field]) > most:
            wrong[field] = _("At most %(n)s characters.", n=most)
    for field, known in (("kind", KINDS), ("pages", PAGES)):
        if kept[field] not in known:
            wrong[field] = _("Choose one of the list.")
    for field in ("heading", "issuer", "prefix"):
        if "{" in kept[field] or "}" in kept[field]:
            wrong[field] = _("Placeholders stand in the text only.")
    if "body" not in wrong and (said := _wrong_holes(kept["body"])):
        wrong["body"] = said
    taken = select(CertificateTemplate.id).where(
        CertificateTemplate.name == kept["name"], CertificateTemplate.state == "active"
    )
    if (
        "name" not in wrong
        and db.session.scalar(taken.where(CertificateTemplate.id != (but or 0))) is not None
    ):
        wrong["name"] = _("Another template in use has this name.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(kept["heading"], kept["body"])
    return kept


def _wrong_holes(body: str) -> str | None:
    if odd := odd_holes(body):
        return _("This is no placeholder: %(what)s", what=_(", ").join(odd))
    if NAMED not in {BUILT_IN.get(hole) for hole in holes(body)}:
        return _("The text names nobody: it needs {name} where the name belongs.")
    if len(own_holes(body)) > MOST_OWN:
        return _("At most %(n)s placeholders of your own.", n=MOST_OWN)
    return None


def make_template(actor: Actor, *, given: Wording, form_key: str) -> CertificateTemplate:
    """A new template; the same form again gives the same one. Raises Invalid."""
    found = db.session.execute(
        select(CertificateTemplate).where(CertificateTemplate.form_key == form_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    row = CertificateTemplate(form_key=form_key, **_checked(given))
    db.session.add(row)
    db.session.flush()
    record(actor, verb="certificate.template", object_type="certificate_template", object_id=row.id)
    return row


def change_template(actor: Actor, *, template: CertificateTemplate, given: Wording, revision: int) -> None:
    """Change what later certificates say. Raises Invalid; Conflict where somebody changed it meanwhile."""
    if template.state != "active":
        raise Conflict(_("This template is out of use."))
    if template.revision != revision:
        raise Conflict(_("Somebody changed this template meanwhile. Look at it again."))
    for column, value in _checked(given, but=template.id).items():
        setattr(template, column, value)
    template.revision += 1
    record(actor, verb="certificate.template", object_type="certificate_template", object_id=template.id)


def retire_template(actor: Actor, *, template: CertificateTemplate) -> None:
    """Take a template out of use; what was issued with it stays."""
    if template.state == "active":
        template.state = "retired"
        record(actor, verb="certificate.retire", object_type="certificate_template", object_id=template.id)
