"""Sheets are drafted, checked, tried on the past, issued and retired."""

from shared.assessments.actions.schemes.checks import (
    LINE_KINDS,
    RULES,
    Fault,
    LineSpec,
    faults_of,
    line_faults,
    needs_of,
    refused_for,
    sources_of,
)
from shared.assessments.actions.schemes.drafts import (
    HeadSpec,
    discard_draft,
    save_draft,
    spec_of,
    start_draft,
)
from shared.assessments.actions.schemes.issuing import Overlap, issue_scheme, overlaps, retire_scheme
from shared.assessments.actions.schemes.trial import Trial, try_scheme

__all__ = [
    "LINE_KINDS",
    "RULES",
    "Fault",
    "HeadSpec",
    "LineSpec",
    "Overlap",
    "Trial",
    "discard_draft",
    "faults_of",
    "issue_scheme",
    "line_faults",
    "needs_of",
    "overlaps",
    "refused_for",
    "retire_scheme",
    "save_draft",
    "sources_of",
    "spec_of",
    "start_draft",
    "try_scheme",
]
