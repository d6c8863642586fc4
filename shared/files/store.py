"""Writing, reading and deleting the bytes of files."""

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select

from shared.db import db
from shared.errors import NotFound
from shared.files.file import File, location, root
from shared.i18n import _
from shared.sealing import Keys, seal, unseal
from shared.tenancy import current_tenant


def store(
    data: bytes,
    *,
    name: str,
    media_type: str,
    purpose: str,
    keys: Keys | None = None,
    unit_id: int | None = None,
    created_by: int | None = None,
    expires_at: datetime | None = None,
) -> File:
    """Write the bytes, then the row. Sealed where `keys` are given.

    The bytes come first: a crash between leaves a file without a row, which `sweep_orphans` removes; never the reverse.
    """
    key = secrets.token_hex(16)
    stored = seal(keys, data, f"file {key}") if keys else data
    path = root() / str(current_tenant()) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as handle:
        handle.write(stored)
        handle.flush()
        os.fsync(handle.fileno())
    part.rename(path)
    file = File(
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=key,
        sealed=keys is not None,
        purpose=purpose,
        unit_id=unit_id,
        created_by=created_by,
        expires_at=expires_at,
    )
    db.session.add(file)
    db.session.flush()
    return file


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes that lie on the disk and have no row yet."""

    key: str
    size: int
    sha256: str


def write(fill: Callable[[BinaryIO], None]) -> Written:
    """Let `fill` write a large file piece by piece; outside any transaction, so that heartbeats can go on."""
    key = secrets.token_hex(16)
    path = root() / str(current_tenant()) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as handle:
            fill(handle)
            handle.flush()
            os.fsync(handle.fileno())
        with part.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        size = part.stat().st_size
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Written(key, size, digest)


def keep(
    written: Written,
    *,
    name: str,
    media_type: str,
    purpose: str,
    unit_id: int | None = None,
    created_by: int | None = None,
    expires_at: datetime | None = None,
) -> File:
    """Give written bytes their row, in the running transaction."""
    file = File(
        name=name,
        media_type=media_type,
        size=written.size,
        sha256=written.sha256,
        storage_key=written.key,
        sealed=False,
        purpose=purpose,
        unit_id=unit_id,
        created_by=created_by,
        expires_at=expires_at,
    )
    db.session.add(file)
    db.session.flush()
    return file


def read(file: File, *, keys: Keys | None = None) -> bytes:
    """The bytes of a file. NotFound when it has expired and been deleted."""
    path = location(file)
    if file.deleted_at is not None or not path.exists():
        raise NotFound(_("This file has been deleted after its time."))
    data = path.read_bytes()
    if not file.sealed:
        return data
    if keys is None:
        raise ValueError("a sealed file needs the tenant's keys")
    return unseal(keys, data, f"file {file.storage_key}")


def delete(file: File, *, at: datetime) -> None:
    """Remove the bytes; the row stays and says when."""
    location(file).unlink(missing_ok=True)
    file.deleted_at = at


def delete_expired(*, at: datetime, limit: int = 500) -> int:
    """Remove the bytes of the open tenant's files whose time is over; returns how many."""
    over = db.session.scalars(
        select(File).where(File.deleted_at.is_(None), File.expires_at < at).order_by(File.id).limit(limit)
    ).all()
    for file in over:
        delete(file, at=at)
    return len(over)


def sweep_orphans(*, older_than: datetime) -> int:
    """Remove what lies in the open tenant's folder without a living row, when it is older than any running work."""
    folder = root() / str(current_tenant())
    if not folder.is_dir():
        return 0
    removed = 0
    paths = [path for path in folder.iterdir() if path.stat().st_mtime < older_than.timestamp()]
    for start in range(0, len(paths), 1000):
        part = {path.name: path for path in paths[start : start + 1000]}
        living = set(
            db.session.scalars(
                select(File.storage_key).where(File.storage_key.in_(list(part)), File.deleted_at.is_(None))
            )
        )
        for name in part.keys() - living:
            part[name].unlink(missing_ok=True)
            removed += 1
    return removed
