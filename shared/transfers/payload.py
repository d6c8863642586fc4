"""What one tenant hands to another about a person: sealed with a key of the exchange's own row.

The row's key is wrapped by the instance key, so neither side needs the other's: the receiver seals what it takes over
with its own key. The seal is bound to sender and receiver; a row that names another receiver does not open.
"""

import json
from dataclasses import asdict, dataclass

from shared.sealing import new_wrapped_key, seal, unseal, unwrap
from shared.settings import settings
from shared.transfers.models import Exchange

#: Raised by one when a field is added or changes its meaning.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Payload:
    """The person and the standing, as the receiver needs them; None and '' where the sender does not know."""

    name: str
    status: str
    sex: str | None = None
    ethnic: str | None = None
    born: str | None = None
    identity: str = ""
    phone: str = ""
    email: str = ""
    locale: str = "zh_Hans"
    joined: str | None = None
    confirmed: str | None = None
    card_number: str | None = None
    education: str | None = None
    political: str | None = None
    household: str | None = None
    employment: str | None = None
    dues_paid_to: str | None = None
    reason: str = ""
    external_no: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """What exchange.sealed and exchange.wrapped_key hold."""

    sealed: bytes
    wrapped_key: bytes


def _bound(sender_id: int, receiver_id: int) -> str:
    return f"exchange {sender_id} {receiver_id}"


def close(payload: Payload, *, sender_id: int, receiver_id: int) -> Closed:
    """Seal with a fresh key."""
    wrapped = new_wrapped_key(settings().instance_key)
    text = json.dumps({"version": VERSION, **asdict(payload)}, ensure_ascii=False)
    return Closed(
        seal(unwrap(settings().instance_key, wrapped), text, _bound(sender_id, receiver_id)), wrapped
    )


def open_payload(row: Exchange) -> Payload:
    """Raises cryptography's InvalidTag where the instance key or one of the two ends is another."""
    text = unseal(
        unwrap(settings().instance_key, row.wrapped_key, settings().instance_key_former),
        row.sealed,
        _bound(row.tenant_id, row.receiver_id),
    )
    values = json.loads(text)
    return Payload(**{name: values[name] for name in Payload.__dataclass_fields__ if name in values})
