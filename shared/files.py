"""Files by URL. A file belongs to a tenant by its key, and is only served through the door.

What must not lie readable on a disk (uploads, rosters) is sealed with the tenant's key before it is written.
"""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import BigInteger, Boolean, DateTime, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, db, owned_by_tenant
from shared.errors import NotFound
from shared.i18n import _
from shared.sealing import Keys, seal, unseal
from shared.settings import settings
from shared.tenancy import current_tenant


class File(TenantOwned, Base):
    """One stored file. `purpose` says what for: import, ledger, bundle …"""

    __tablename__ = "file"
    __table_args__ = (
        owned_by_tenant(),
        # What has expired and still lies on the disk.
        Index("ix_file_expires_at", "tenant_id", "expires_at", postgresql_where=text("deleted_at is null")),
    )

    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    storage_key: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bool] = mapped_column(Boolean)
    purpose: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def _root() -> Path:
    address = urlsplit(settings().files_url)
    if address.scheme != "file":
        raise ValueError(f"FILES_URL: no storage for {address.scheme}://")
    return Path(unquote(address.path))


def location(file: File) -> Path:
    """Where the bytes lie. A tenant's files lie in its own folder."""
    return _root() / str(file.tenant_id or current_tenant()) / file.storage_key


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
    path = _root() / str(current_tenant()) / key
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
