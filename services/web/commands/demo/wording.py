"""Own words of the organisation for two kinds of message."""

from services.web.commands.demo.plan import Plan, read
from shared.access.actor import Actor
from shared.i18n import LOCALES
from shared.messages.actions import put_wording


def word_messages(given: Plan, admin: Actor) -> None:
    """In the first language; the others keep the words of the system."""
    for kind, words in read("wording")[given.line].items():
        put_wording(
            admin, kind=kind, locale=LOCALES[0], subject=words["subject"], body=words["body"], version=0
        )
