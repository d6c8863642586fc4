"""Runs migrations as the owner role: `jiceng migrate`. The owner is no superuser and is bound by the walls too."""

from alembic import context
from sqlalchemy import create_engine

from shared.db import Base, driver_url
from shared.db.tables import load_tables
from shared.settings import settings

load_tables()


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(driver_url(settings().database_owner_url))
    with engine.connect() as fresh:
        migrate(fresh)
        fresh.commit()
    engine.dispose()


def migrate(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Base.metadata,
        include_schemas=True,
        compare_server_default=True,
        version_table="alembic_version",
        version_table_schema="public",
        include_object=lambda found, name, kind, *_: not (kind == "table" and name == "alembic_version"),
    )
    with context.begin_transaction():
        context.run_migrations()


run()
