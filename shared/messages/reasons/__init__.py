"""Why something was not sent, in words and with what helps. A delivery's and a reminder's `reason`."""

from shared.i18n import lazy_

REASONS: dict[str, lazy_] = {
    "no_address": lazy_("No account and no mail address; in the call list"),
    "done": lazy_("Recorded meanwhile"),
    "read": lazy_("Read or answered meanwhile"),
    "withdrawn": lazy_("Withdrawn by the sender before it was sent"),
    "superseded": lazy_("Contained in a later message"),
    "digest": lazy_("Part of the day's digest"),
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
    "opted_out": lazy_("Declined by the person for this topic and channel"),
    "exempt": lazy_("Exempt for this time"),
    "bounced": lazy_("Mail to this address came back; correct the address"),
    "bad_phone": lazy_("The gateway does not take this telephone number; correct it"),
    "unknown_name": lazy_("Not known there by this name; correct the name on the channel's page"),
    "robot_gone": lazy_("The robot is gone from the group or its key is wrong; correct the group"),
    "channel_off": lazy_("The channel was switched off meanwhile"),
    "gateway_away": lazy_("The gateway did not answer; tried again by itself"),
    "gateway_busy": lazy_("The gateway asked to wait; tried again by itself"),
    "gateway_denied": lazy_("The gateway does not accept the key or the token; see the channel's page"),
    "gateway_error": lazy_("The gateway answered with a fault"),
    "gateway_fault": lazy_("The gateway is out of order; tried again by itself"),
    "gateway_not_allowed": lazy_(
        "The gateway lies in an internal network; the operator must allow that first"
    ),
    "gateway_redirects": lazy_("The gateway sends on to another address; enter that one"),
    "gateway_refused": lazy_("The gateway refused the message"),
    "gateway_unclear": lazy_("The gateway's answer could not be read"),
    "interrupted": lazy_("Sending was interrupted too often"),
    "fault": lazy_("The fault is ours and has been noted"),
}

#: What whoever looks after the person can do about it; a reason that is not here needs nothing.
HELPS: dict[str, lazy_] = {
    "no_address": lazy_("Enter a mail address or invite the person to an account; until then, telephone."),
    "bad_address": lazy_("Correct the mail address."),
    "address_refused": lazy_("Correct the mail address."),
    "bounced": lazy_("Correct the mail address."),
    "bad_phone": lazy_("Correct the telephone number."),
    "unknown_name": lazy_("The administrator corrects the name on the channel's page."),
    "robot_gone": lazy_("The administrator corrects the group on the channel's page."),
    "opted_out": lazy_("The person's own choice; it stands in the in-app messages all the same."),
    "channel_off": lazy_("The administrator decides which channels are used."),
    "gateway_denied": lazy_("The administrator enters the key of the channel anew."),
    "gateway_redirects": lazy_("The administrator corrects the address of the channel."),
    "gateway_not_allowed": lazy_("The operator of the system must see to it."),
    "mail_server_without_tls": lazy_("The operator of the system must see to it."),
    "mail_folder": lazy_("The operator of the system must see to it."),
    "message_refused": lazy_("Telephone; remind again by hand."),
    "gateway_refused": lazy_("Telephone; remind again by hand."),
    "gateway_unclear": lazy_("Telephone; remind again by hand."),
    "gateway_error": lazy_("Telephone; remind again by hand."),
    "interrupted": lazy_("Telephone; remind again by hand."),
    "suspended": lazy_("Remind again by hand."),
}
#: What is mended in the person's own data.
OF_THE_PERSON = frozenset({"no_address", "bad_address", "address_refused", "bounced", "bad_phone"})


def help_text(reason: str | None) -> str:
    """What can be done about a reason, in the reader's language; '' where nothing needs to be."""
    return str(HELPS[reason]) if reason in HELPS else ""


def reason_text(reason: str | None) -> str:
    """The reason in the reader's language; '' where there is none."""
    if not reason:
        return ""
    return str(REASONS[reason]) if reason in REASONS else reason
