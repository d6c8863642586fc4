"""What a transport is given, and what it is made from."""

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready to go. `text` is kept with the delivery; `footer` is not."""

    to: str
    subject: str
    text: str
    footer: str
    locale: str


#: Sends one message; raises Undelivered with a short reason.
Send = Callable[[Outgoing], None]
