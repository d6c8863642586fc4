"""The states of a finding in words, for lists and papers."""

from shared.i18n import lazy_

STATES = {
    "not_started": lazy_("Not begun"),
    "working": lazy_("Being put right"),
    "mostly_done": lazy_("Mostly done"),
    "applied": lazy_("Applied for closing"),
    "reviewed": lazy_("Checked once"),
    "returned": lazy_("Returned for rework"),
    "closed": lazy_("Closed off"),
    "reopened": lazy_("Found again"),
    "void": lazy_("Void"),
}
