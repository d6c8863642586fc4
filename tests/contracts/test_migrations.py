"""The migrations make exactly what the models declare."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine

from shared.db import Base, driver_url
from shared.db.migrations.tables import load_tables
from shared.settings import settings


def test_models_and_migrations_agree(app: Flask) -> None:
    load_tables()
    engine = create_engine(driver_url(settings().database_owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "target_metadata": Base.metadata,
                "include_object": lambda found, name, kind, *_: (
                    not (kind == "table" and name == "alembic_version")
                ),
            },
        )
        differences = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    assert differences == []
