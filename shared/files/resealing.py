"""Sealed files under the tenant's present key."""

import os

from sqlalchemy import select

from shared.db import db
from shared.files.file import File, location
from shared.sealing import Keys, resealed


def reseal_files(keys: Keys, after: int, limit: int) -> tuple[int | None, int]:
    """One chunk of files: (the key after which the next begins or None, how many were found stale).

    The new bytes take the place of the old in one step; a crash before leaves the old, which are found again.
    """
    found = db.session.scalars(
        select(File)
        .where(File.id > after, File.sealed, File.deleted_at.is_(None))
        .order_by(File.id)
        .limit(limit)
        .with_for_update()
    ).all()
    stale = sum(_reseal(file, keys) for file in found)
    return (found[-1].id if len(found) == limit else None), stale


def _reseal(file: File, keys: Keys) -> bool:
    path = location(file)
    if not path.exists():
        return False
    new = resealed(keys, path.read_bytes(), f"file {file.storage_key}")
    if new is None:
        return False
    part = path.with_suffix(".part")
    with part.open("wb") as handle:
        handle.write(new)
        handle.flush()
        os.fsync(handle.fileno())
    part.rename(path)
    return True
