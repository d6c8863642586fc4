"""The whole clock on one screen. Every entry may run twice, late, or not at all for a night."""

from celery.schedules import crontab, schedule

SCHEDULE = {
    # Re-nudges jobs that wait or whose worker died, and plans and sends what is due and unsent; tenant by tenant.
    "sweep": {"task": "sweep.all", "schedule": schedule(60.0)},
    # Deletes staged imports and expired files, counts each tenant's sizes.
    "housekeeping": {"task": "sweep.housekeeping", "schedule": crontab(minute=20, hour=3)},
}
