"""Verbs of certificates: keep templates and seals, issue, seal, declare void."""

from shared.certificates.actions.issuing import MOST, Recipient, issue, void
from shared.certificates.actions.sealing import add_seal, put_seal, retire_seal
from shared.certificates.actions.templates import Wording, change_template, make_template, retire_template

__all__ = [
    "MOST",
    "Recipient",
    "Wording",
    "add_seal",
    "change_template",
    "issue",
    "make_template",
    "put_seal",
    "retire_seal",
    "retire_template",
    "void",
]
