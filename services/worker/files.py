"""The night's work on stored files."""

from datetime import timedelta

from shared.clock import now
from shared.db import transaction
from shared.files import delete_expired, sweep_orphans

#: What has no row after so long belongs to no running work.
ORPHAN_AGE = timedelta(days=2)


def forget_files() -> None:
    """Delete what has expired, and what a crash left without a row."""
    while True:
        with transaction():
            count = delete_expired(at=now())
        if count == 0:
            break
    with transaction():
        sweep_orphans(older_than=now() - ORPHAN_AGE)
