"""The link in a mail that ends mails of one topic: signed, bound to this use, void once the address is another one.

It opens nothing else: no page of the tenant, no name, and the notices in the product stay.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.queries.roster import PERSON
from shared.audit import record
from shared.db import db
from shared.errors import NotFound
from shared.i18n import _
from shared.messages.models import Preference
from shared.messages.topics import TOPICS
from shared.settings import settings

_USE = b"jiceng unsubscribe 1"
#: Bytes of the signature and of the address's mark in a link.
_SIGNED, _MARK = 16, 8


@dataclass(frozen=True, slots=True)
class Ending:
    """What a link that is good ends."""

    tenant_id: int
    person_id: int
    topic: str
    mark: str


def _hash(text: str, length: int) -> str:
    key = hmac.digest(settings().secret_key.encode(), _USE, sha256)
    return urlsafe_b64encode(hmac.digest(key, text.encode(), sha256)[:length]).decode().rstrip("=")


def address_mark(email: str) -> str:
    """Stands for the address in the link: another address, and links of before are void."""
    return _hash(f"address {email}", _MARK)


def unsubscribe_token(*, tenant_id: int, person_id: int, topic: str, email: str) -> str:
    """What a link holds: whom and what it is about, and a signature over it."""
    said = f"{tenant_id}.{person_id}.{topic}.{address_mark(email)}"
    return urlsafe_b64encode(said.encode()).decode().rstrip("=") + "." + _hash(said, _SIGNED)


def read_token(token: str) -> Ending:
    """Raises NotFound for what we did not sign. Whether it still holds is found with the tenant open."""
    coded, _dot, sign = token.partition(".")
    try:
        said = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
        if not hmac.compare_digest(_hash(said, _SIGNED), sign):
            raise ValueError(token)
        tenant_id, person_id, topic, mark = said.split(".")
        return Ending(int(tenant_id), int(person_id), topic, mark)
    except (ValueError, TypeError):
        raise NotFound(_("There is nothing at this address.")) from None


def still_good(ending: Ending) -> str:
    """The language of whoever it is about, in the tenant open now. Raises NotFound once it holds no more."""
    row = db.session.execute(
        select(PERSON.c.email, PERSON.c.locale).where(
            PERSON.c.id == ending.person_id, PERSON.c.state == "active"
        )
    ).one_or_none()
    topic = TOPICS.get(ending.topic)
    if (
        row is None
        or topic is None
        or not topic.may_opt_out
        or not hmac.compare_digest(address_mark(row.email or ""), ending.mark)
    ):
        raise NotFound(_("There is nothing at this address."))
    return str(row.locale)


def unsubscribe(ending: Ending) -> None:
    """No more mails of this topic; doing it twice is doing it once. In the product they stay."""
    changed = db.session.execute(
        insert(Preference)
        .values(person_id=ending.person_id, topic=ending.topic, channel="email", wanted=False)
        .on_conflict_do_update(
            index_elements=["tenant_id", "person_id", "topic", "channel"],
            set_={"wanted": False},
            where=Preference.wanted.is_(True),
        )
        .returning(Preference.id)
    ).scalar_one_or_none()
    if changed is not None:
        record(
            Actor(name="", person_id=ending.person_id),
            verb="message.unsubscribe",
            object_type="person",
            object_id=ending.person_id,
            detail={"topic": ending.topic},
        )
