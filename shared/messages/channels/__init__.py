"""The ways to reach a person, as the pages name and set them up.

A new channel is an entry here, a transport in services/worker/channels, and one line in its registry.
"""

from dataclasses import dataclass
from typing import Literal

from shared.i18n import lazy_

#: What a channel sends to: a seat in the product, a mail address, a telephone number, the person's name on the channel,
#: or a group chat.
Reaches = Literal["seat", "email", "phone", "name", "group"]


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a channel's page. A secret one is sealed, written only, and never shown again."""

    key: str
    name: lazy_
    hint: lazy_ | None = None
    secret: bool = False
    needed: bool = False
    #: text; url (https, to a public host); lines (a longer text).
    kind: Literal["text", "url", "lines"] = "text"
    default: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way. `fixed`: it cannot be switched off; `of_old`: on until somebody switches it off."""

    name: lazy_
    about: lazy_
    reaches: Reaches
    options: tuple[Option, ...] = ()
    fixed: bool = False
    of_old: bool = False
    #: What the channel's own rules allow a minute; the tenant may set less.
    most_a_minute: int | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(option.key for option in self.options if option.secret)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(option.key for option in self.options if option.needed)


_MAILBOX_HINT = lazy_(
    "pop3s://user@host:995, there for bounces only: what is read is deleted. Empty: none is read."
)

SPECS: dict[str, Channel] = {
    "in_app": Channel(
        lazy_("In-app notice"), lazy_("Inside this system, for whoever has an account"), "seat", fixed=True
    ),
    "email": Channel(
        lazy_("E-mail"),
        lazy_("By the mail server of this system, for whoever has a mail address"),
        "email",
        options=(
            Option("mailbox", lazy_("Mailbox of bounces"), _MAILBOX_HINT),
            Option("mailbox_password", lazy_("Password of the mailbox"), secret=True),
        ),
        of_old=True,
    ),
    "sms": Channel(
        lazy_("SMS"),
        lazy_("Through your SMS gateway, to the telephone number in the roster"),
        "phone",
        options=(
            Option("url", lazy_("Address of the gateway"), needed=True, kind="url"),
            Option(
                "key",
                lazy_("Name of the key"),
                lazy_("By which the gateway knows this organisation"),
                needed=True,
            ),
            Option("secret", lazy_("Signing key"), secret=True, needed=True),
            Option(
                "sign",
                lazy_("Signature of the messages"),
                lazy_("As registered, such as 【机关工委】"),
            ),
            Option("template", lazy_("Template key"), lazy_("As registered with the gateway"), needed=True),
            Option(
                "templates",
                lazy_("Template keys of single kinds"),
                lazy_("One a line, such as digest=SMS_1001; every other kind uses the one above."),
                kind="lines",
            ),
        ),
    ),
    "wecom_robot": Channel(
        lazy_("WeCom group robot"),
        lazy_("Writes to the group chats of units; the robots' addresses stand with the groups"),
        "group",
        most_a_minute=20,
    ),
    "dingtalk_robot": Channel(
        lazy_("DingTalk group robot"),
        lazy_("Writes to the group chats of units; the robots' addresses stand with the groups"),
        "group",
        most_a_minute=20,
    ),
    "wecom_app": Channel(
        lazy_("WeCom"),
        lazy_("To the person's own WeCom, by an application of your organisation"),
        "name",
        options=(
            Option("corp_id", lazy_("Corp ID"), needed=True),
            Option("agent_id", lazy_("Agent ID"), needed=True),
            Option("secret", lazy_("Secret of the application"), secret=True, needed=True),
            Option(
                "url",
                lazy_("Address of the interface"),
                lazy_("Another one only where it is installed with you"),
                needed=True,
                kind="url",
                default="https://qyapi.weixin.qq.com",
            ),
        ),
    ),
    "dingtalk_app": Channel(
        lazy_("DingTalk"),
        lazy_("To the person's own DingTalk, as a work notice of an application of your organisation"),
        "name",
        options=(
            Option("app_key", lazy_("App key"), needed=True),
            Option("agent_id", lazy_("Agent ID"), needed=True),
            Option("secret", lazy_("App secret"), secret=True, needed=True),
            Option(
                "url",
                lazy_("Address of the interface"),
                lazy_("Another one only where it is installed with you"),
                needed=True,
                kind="url",
                default="https://oapi.dingtalk.com",
            ),
        ),
    ),
}

#: A delivery's and a reminder's `channel`, by name.
CHANNELS: dict[str, lazy_] = {key: one.name for key, one in SPECS.items()}
#: On until somebody switches them off.
OF_OLD = frozenset(key for key, one in SPECS.items() if one.of_old or one.fixed)
#: Where people bear a name of the channel's own (ChannelAddress).
NAMED = tuple(key for key, one in SPECS.items() if one.reaches == "name")
#: Where robots write to groups.
GROUPED = tuple(key for key, one in SPECS.items() if one.reaches == "group")
#: Heard by nobody who does not look: not held back in quiet hours.
SILENT = frozenset(key for key, one in SPECS.items() if one.fixed)
#: Used for the topics only that the tenant ticked.
BY_TOPIC = frozenset(key for key, one in SPECS.items() if one.reaches in ("phone", "name"))

#: What a reminder bears instead where a person can be reached by none of them.
NOWHERE = "none"
