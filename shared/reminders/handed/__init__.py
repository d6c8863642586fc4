"""What passes at a hand-over: one registry, in the order in which the pack shows it and the acceptance takes it.

It stands with reminders because they know every noun whose open work may pass. A later noun adds one entry: a name,
what stands open for this hand-over, and what taking it changes.
"""

from shared.i18n import lazy_
from shared.reminders.handed import deeds, ledger, resolutions, reviewing, roles, tasks, waiting
from shared.reminders.handed.part import Handed

HANDED: dict[str, Handed] = {
    "grants": Handed(
        lazy_("Role at the unit"),
        lazy_("Ends for the former holder today and is yours from today."),
        roles.read_roles,
        roles.take_roles,
    ),
    "loans": Handed(
        lazy_("Ledger lent to others"),
        lazy_("The loans end; lend it anew to whom you wish."),
        roles.read_loans,
        roles.take_loans,
    ),
    "due_items": Handed(
        lazy_("Duties that stand open"),
        lazy_("They stay with the unit and stand in your to-do list."),
        ledger.read_items,
        ledger.take_items,
    ),
    "resolutions": Handed(
        lazy_("Resolutions to be carried out"),
        lazy_("What the former holder was charged with at this unit is yours to do."),
        resolutions.read_resolutions,
        resolutions.take_resolutions,
    ),
    "tasks": Handed(
        lazy_("Tasks led or helped with"),
        lazy_("What the former holder led or helped with at this unit is yours."),
        tasks.read_tasks,
        tasks.take_tasks,
    ),
    "reviews": Handed(
        lazy_("Sheets of assessment to review"),
        lazy_(
            "What the former holder was given to review is yours; the own unit is never marked by its own people."
        ),
        reviewing.read_reviews,
        reviewing.take_reviews,
    ),
    "deeds": Handed(
        lazy_("Deeds to be done"),
        lazy_("What the former holder answered for at this unit is yours to do."),
        deeds.read_deeds,
        deeds.take_deeds,
    ),
    "contacts": Handed(
        lazy_("Contact points of the office"),
        lazy_("You keep in touch with these units from today; visits of the year count on."),
        deeds.read_points,
        deeds.take_points,
    ),
    "minutes": Handed(
        lazy_("Minutes not filed yet"),
        lazy_("Drafts stay with the unit; you write on."),
        ledger.read_minutes,
        ledger.take_minutes,
    ),
    "transfers": Handed(
        lazy_("Transfers that wait"),
        lazy_("They stay with the unit; you answer them."),
        ledger.read_transfers,
        ledger.take_transfers,
    ),
    "reminders": Handed(
        lazy_("Reminders that wait"),
        lazy_("Not sent to the former holder any more; planned for you."),
        waiting.read_reminders,
        waiting.take_reminders,
    ),
    "jobs": Handed(
        lazy_("Background jobs that run"),
        lazy_("Their results are found under your background jobs."),
        waiting.read_jobs,
        waiting.take_jobs,
    ),
}
