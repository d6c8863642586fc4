"""The whole clock on one screen. Every entry may run twice, late, or not at all for a night.

A tick that nobody took expires before the next: after an outage there is one sweep, not a night of them.
"""

from celery.schedules import crontab, schedule

SCHEDULE = {
    # Re-nudges jobs that wait or whose worker died, and plans and sends what is due and unsent; tenant by tenant.
    "sweep": {"task": "sweep.all", "schedule": schedule(60.0), "options": {"expires": 55}},
    # Deletes staged imports and expired files, counts each tenant's sizes.
    "housekeeping": {
        "task": "sweep.housekeeping",
        "schedule": crontab(minute=20, hour=3),
        "options": {"expires": 3 * 3600},
    },
}
