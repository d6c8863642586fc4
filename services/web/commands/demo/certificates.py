"""Certificates of the demo: templates, a drawn seal, a batch that bears it, one that waits; own words on ledgers."""

import io
from datetime import date, timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select

from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.certificates.actions import Wording, add_seal, issue, make_template, put_seal
from shared.certificates.models import Certificate
from shared.certificates.queries import everybody, units_below
from shared.db import db
from shared.i18n import _
from shared.letterheads.actions import OwnWords, draft_words, use_words
from shared.organisations.models import Unit

#: Side of the drawn seal in pixels.
SIDE = 480
RED = (190, 30, 30, 210)


def _picture() -> bytes:
    """A ring with a star, no letters: an invented seal looks like none that exists."""
    picture = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 8, SIDE - 8, SIDE - 8), outline=RED, width=14)
    draw.regular_polygon((SIDE / 2, SIDE / 2, SIDE / 5), 5, fill=RED)
    draw.ellipse((60, 60, SIDE - 60, SIDE - 60), outline=RED, width=4)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def award(given: Plan, units: dict[str, Planted], admin: Actor, *, on: date) -> None:
    """Everybody of the home unit finished a course and has it sealed; the units below the top wait for theirs."""
    rows = {
        unit.id: unit
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_([one.id for one in units.values()])))
    }
    top = min((unit for unit in rows.values() if unit.parent_id is None), key=lambda unit: unit.id)
    home = rows[units[given.home].id]
    course = make_template(
        admin,
        given=Wording(
            name=_("Course of the year"),
            kind="course",
            heading=_("Certificate of a finished course"),
            body=_("{name} of {unit} took part in the course “{course}” in {year} and finished it."),
            issuer=top.name,
            prefix=_("Course"),
        ),
        form_key=f"demo course {given.domain}",
    )
    honour = make_template(
        admin,
        given=Wording(
            name=_("Honours of the year"),
            kind="honour",
            heading=_("Certificate of honour"),
            body=_("{name}: for outstanding work in {year} is granted the title of {title}."),
            issuer=top.name,
            prefix=_("Hon."),
        ),
        form_key=f"demo honours {given.domain}",
    )
    day = on - timedelta(days=20)
    key = f"demo certificates {given.domain}"
    issue(
        admin,
        template=course,
        recipients=everybody(admin, home).recipients,
        words={hole: _("Rules and duties") for hole in ("course", "课程")},
        granted_on=day,
        form_key=key,
    )
    seal = add_seal(
        admin,
        unit=top,
        name=_("Seal of the organisation"),
        picture=_picture(),
        form_key=f"demo seal {given.domain}",
    )
    put_seal(
        admin,
        seal=seal,
        certificate_ids=db.session.scalars(select(Certificate.id).where(Certificate.form_key == key)).all(),
    )
    issue(
        admin,
        template=honour,
        recipients=units_below(admin, top).recipients[:3],
        words={hole: _("Good unit of the year") for hole in ("title", "称号")},
        granted_on=on,
        form_key=f"{key} honours",
    )
    use_words(
        admin,
        row=draft_words(
            admin,
            given=OwnWords(report="ledger", header=top.name, name="", heading="", body=""),
            form_key=f"demo words {given.domain}",
        ),
    )
