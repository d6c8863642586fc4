"""Files by URL. A file belongs to a tenant by its key, and is only served through the door.

What must not lie readable on a disk (uploads, rosters) is sealed with the tenant's key before it is written.
"""

from shared.files.file import File, location
from shared.files.store import (
    Written,
    delete,
    delete_expired,
    keep,
    read,
    store,
    sweep_orphans,
    write,
)

__all__ = [
    "File",
    "Written",
    "delete",
    "delete_expired",
    "keep",
    "location",
    "read",
    "store",
    "sweep_orphans",
    "write",
]
