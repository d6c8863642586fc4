"""Puts composed messages into the tenant's own words, where it has some for their kind and language."""

from dataclasses import replace

from sqlalchemy import select

from services.worker.channels.outgoing import Composed
from shared.db import db
from shared.members.models import Person
from shared.messages.actions import Parcel
from shared.messages.models import MessageGroup
from shared.messages.queries import own_wordings
from shared.messages.wording import WORDINGS, fill, one_line
from shared.settings import settings
from shared.tenants.queries import open_tenant


def reword(
    kind: str, parcels: list[Parcel], composed: dict[int, Composed | str]
) -> dict[int, Composed | str]:
    """The messages of one kind, with the tenant's words where it has some. One query; where it has, two or three more.

    A message whose words cannot be filled keeps the product's: it is sent in any case.
    """
    if kind not in WORDINGS or not any(isinstance(one, Composed) for one in composed.values()):
        return composed
    texts = {locale: row for (_kind, locale), row in own_wordings(kind).items()}
    going = [
        parcel
        for parcel in parcels
        if isinstance(one := composed.get(parcel.id), Composed) and one.locale in texts
    ]
    if not going:
        return composed
    names = _names(going)
    organisation = open_tenant().name
    found = dict(composed)
    for parcel in going:
        message = composed[parcel.id]
        if not isinstance(message, Composed):
            continue
        values = {
            **message.values,
            "name": names.get(parcel.id, ""),
            "organisation": organisation,
            "subject": message.subject,
            "content": message.text,
            "link": message.link or settings().base_url + "/",
        }
        text = texts[message.locale]
        subject = one_line(fill(text.subject, values) or "")
        body = (fill(text.body, values) or "").strip()
        found[parcel.id] = replace(message, subject=subject or message.subject, text=body or message.text)
    return found


def _names(parcels: list[Parcel]) -> dict[int, str]:
    """Whom each message addresses: the person, or the group chat."""
    people = {parcel.person_id for parcel in parcels if parcel.person_id is not None}
    groups = {parcel.group_id for parcel in parcels if parcel.group_id is not None}
    named: dict[tuple[str, int], str] = {}
    if people:
        rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
        named |= {("person", key): name for key, name in rows}
    if groups:
        rows = db.session.execute(
            select(MessageGroup.id, MessageGroup.name).where(MessageGroup.id.in_(groups))
        )
        named |= {("group", key): name for key, name in rows}
    return {
        parcel.id: named.get(("person", parcel.person_id or 0))
        or named.get(("group", parcel.group_id or 0))
        or ""
        for parcel in parcels
    }
