"""Migrations and how they are run."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade() -> None:
    """Bring the database of DATABASE_OWNER_URL to the newest form."""
    command.upgrade(configuration(), "head")
