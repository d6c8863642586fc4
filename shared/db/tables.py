"""Every module that declares tables, by name: the database room may import no noun itself."""

import importlib

MODULES = (
    "audit",
    "files",
    "jobs",
    "messages.models",
    "tenants.models",
    "workdays.models",
    "accounts.models",
    "organisations.models",
    "members.models",
    "events.models",
    "duties.models",
    "dues.models",
    "plans.models",
    "findings.models",
    "watchlist.models",
    "returns.models",
    "deeds.models",
    "contacts.models",
    "audiences.models",
    "circulars.models",
    "dispatches.models",
    "ballots.models",
    "assessments.models",
    "certificates.models",
    "letterheads.models",
    "documents.models",
    "transfers.models",
    "reforms.models",
    "imports.models",
    "reminders.models",
)


def load_tables() -> None:
    """Fill Base.metadata with all tables."""
    for module in MODULES:
        importlib.import_module(f"shared.{module}")
