"""What a tenant says of its own calendar."""

from datetime import date

from sqlalchemy import Boolean, Date, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, TenantOwned, owned_by_tenant


class Workday(TenantOwned, Base):
    """One day that is worked, or not, other than the calendar of the state says."""

    __tablename__ = "workday"
    __table_args__ = (owned_by_tenant(), UniqueConstraint("tenant_id", "on_date"))

    on_date: Mapped[date] = mapped_column(Date)
    worked: Mapped[bool] = mapped_column(Boolean)
    remark: Mapped[str] = mapped_column(Text, server_default="")
