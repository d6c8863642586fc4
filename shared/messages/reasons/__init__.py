"""Why something was not sent, in words and with what helps. A delivery's and a reminder's `reason`."""

from shared.i18n import lazy_

REASONS: dict[str, lazy_] = {
    "no_address": lazy_("No account and no mail address; in the call list"),
    "done": lazy_("Recorded meanwhile"),
    "superseded": lazy_("Contained in a later message"),
    "reformed": lazy_("Passed on by a reorganisation"),
    "suspended": lazy_("Waited while the organisation was suspended"),
    "handed_over": lazy_("The office passed to somebody else, who is reminded instead"),
    "left": lazy_("No longer in the organisation"),
    "bad_address": lazy_("The mail address is not one; correct it"),
    "address_refused": lazy_("The mail server does not know this address; correct it"),
    "message_refused": lazy_("The mail server refused the message"),
    "mail_server": lazy_("The mail server did not answer; tried again by itself"),
    "mail_server_without_tls": lazy_("The mail server offers no encryption; the operator must see to it"),
    "mail_folder": lazy_("The folder for mail cannot be written; the operator must see to it"),
    "interrupted": lazy_("Sending was interrupted too often"),
    "fault": lazy_("The fault is ours and has been noted"),
}


def reason_text(reason: str | None) -> str:
    """The reason in the reader's language; '' where there is none."""
    if not reason:
        return ""
    return str(REASONS[reason]) if reason in REASONS else reason
