"""Certificates are issued with a number each, one or many by one form; a wrong one is void and keeps its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, insert, select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.certificates.kinds import fill_holes, own_holes
from shared.certificates.models import Certificate, CertificateTemplate
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

#: One form issues at most so many.
MOST = 2000
MAX_WORD = 60
#: A certificate may be of a day up to so long ago, or ahead.
BACK, AHEAD = timedelta(days=3 * 366), timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose certificate it is: a person at a unit, or (person_id None) the unit itself."""

    person_id: int | None
    name: str
    unit_id: int
    unit_name: str


def say_day(day: date) -> str:
    """A day as certificates say it: 2026年7月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def issue(
    actor: Actor,
    *,
    template: CertificateTemplate,
    recipients: Sequence[Recipient],
    words: dict[str, str],
    granted_on: date,
    form_key: str,
) -> int:
    """Issue one certificate to each, with the next numbers of the template's year; how many.

    The recipients must lie in the actor's reach: they come from shared.certificates.queries.recipients. The template's
    row is locked, so numbers have no gap. A form sent twice is a Conflict. Raises Invalid with the wrong fields.
    """
    if template.state != "active":
        raise Conflict(_("This template is out of use."))
    said = _checked(template, recipients, words, granted_on)
    # From here on nobody else takes a number of this template.
    db.session.execute(
        select(CertificateTemplate.id).where(CertificateTemplate.id == template.id).with_for_update()
    )
    if db.session.scalar(select(Certificate.id).where(Certificate.form_key == form_key).limit(1)) is not None:
        raise Conflict(_("These certificates are issued already."))
    year = granted_on.year
    last = db.session.scalar(
        select(func.coalesce(func.max(Certificate.serial), 0)).where(
            Certificate.template_id == template.id, Certificate.year == year
        )
    )
    rows = []
    for serial, one in enumerate(recipients, start=int(last or 0) + 1):
        number = f"{template.prefix}〔{year}〕{serial}号"
        filled = {
            "name": one.name,
            "unit": one.unit_name,
            "year": str(year),
            "day": say_day(granted_on),
            "number": number,
            **said,
        }
        rows.append(
            {
                "template_id": template.id,
                "unit_id": one.unit_id,
                "person_id": one.person_id,
                "year": year,
                "serial": serial,
                "number": number,
                "recipient": one.name,
                "heading": template.heading,
                "body": fill_holes(template.body, filled),
                "issuer": template.issuer,
                "pages": template.pages,
                "words": said,
                "granted_on": granted_on,
                "issued_by": actor.person_id,
                "form_key": form_key,
            }
        )
    db.session.execute(insert(Certificate), rows)
    record(
        actor,
        verb="certificate.issue",
        object_type="certificate_template",
        object_id=template.id,
        detail={"certificates": len(rows), "first": rows[0]["number"], "last": rows[-1]["number"]},
    )
    return len(rows)


def _checked(
    template: CertificateTemplate, recipients: Sequence[Recipient], words: dict[str, str], granted_on: date
) -> dict[str, str]:
    """The words of the own placeholders."""
    said = {hole: words.get(hole, "").strip() for hole in own_holes(template.body)}
    wrong: dict[str, object] = {}
    for hole, word in said.items():
        if not word:
            wrong[f"word-{hole}"] = _("Fill this in.")
        elif len(word) > MAX_WORD:
            wrong[f"word-{hole}"] = _("At most %(n)s characters.", n=MAX_WORD)
        elif "{" in word or "}" in word:
            wrong[f"word-{hole}"] = _("A placeholder is filled here; braces do not belong.")
    if not today() - BACK <= granted_on <= today() + AHEAD:
        wrong["granted_on"] = _("Choose a day of the last three years or the next three months.")
    if not recipients:
        wrong["names"] = _("Name somebody who is to have one.")
    elif len(recipients) > MOST:
        wrong["names"] = _("At most %(n)s certificates at once.", n=MOST)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(*said.values())
    return said


def void(actor: Actor, *, certificate: Certificate, unit: Unit, reason: str) -> None:
    """Declare a certificate void; its number is not given again. Twice is a Conflict."""
    if not actor.can(Permission.CERTIFICATE_ISSUE, unit.path):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    text = reason.strip()
    if not text:
        raise Invalid(_("Some fields need another look."), fields={"reason": _("Fill this in.")})
    if certificate.state == "void":
        raise Conflict(_("This certificate is void already."))
    certificate.state, certificate.void_reason = "void", text[:200]
    record(
        actor,
        verb="certificate.void",
        object_type="certificate",
        object_id=certificate.id,
        unit_id=certificate.unit_id,
        detail={"number": certificate.number, "reason": text[:200]},
    )
