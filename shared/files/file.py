"""The row of a stored file, and where its bytes lie."""

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import BigInteger, Boolean, DateTime, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant
from shared.settings import settings
from shared.tenancy import current_tenant


class File(TenantOwned, Base):
    """One stored file. `purpose` says what for: import, ledger, bundle …"""

    __tablename__ = "file"
    __table_args__ = (
        owned_by_tenant(),
        # The same content is stored once.
        Index("ix_file_sha256", "tenant_id", "sha256"),
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


def root() -> Path:
    address = urlsplit(settings().files_url)
    if address.scheme != "file":
        raise ValueError(f"FILES_URL: no storage for {address.scheme}://")
    return Path(unquote(address.path))


def location(file: File) -> Path:
    """Where the bytes lie. A tenant's files lie in its own folder."""
    return root() / str(file.tenant_id or current_tenant()) / file.storage_key
