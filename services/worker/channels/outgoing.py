"""What a transport is given, and what it is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.i18n import DEFAULT


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, composed, to one address."""

    #: The same for every try of the same message, so that a second copy can be told from a second message.
    message_id: str
    to: str
    subject: str
    text: str
    locale: str = DEFAULT
    #: The text without its footer, and the page to go on at: for channels that have room for few words.
    short: str = ""
    link: str = ""
    #: The kind of occasion: an SMS gateway may have a template for it.
    kind: str = ""
    #: Where the recipient may end messages like this one by one press; '' where they may not.
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready to go. `text` is kept with the delivery; `footer` is not."""

    to: str
    subject: str
    text: str
    footer: str
    locale: str
    link: str = ""
    unsubscribe: str = ""
    #: What a tenant's own words may name besides (shared.messages.wording), by key.
    values: Mapping[str, str] = field(default_factory=dict)


def packed(message: Composed, *, message_id: str, kind: str) -> Outgoing:
    """A composed message as its transport takes it."""
    return Outgoing(
        message_id=message_id,
        to=message.to,
        subject=message.subject,
        text=message.text + message.footer,
        locale=message.locale,
        short=message.text,
        link=message.link,
        kind=kind,
        unsubscribe=message.unsubscribe,
    )


#: Sends one message and returns what the other side calls it, where it says so; raises Undelivered with a short reason.
Send = Callable[[Outgoing], str | None]
