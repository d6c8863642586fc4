"""The command line: `jiceng`. An edge like the pages; `--tenant` and `--as` go through the same permissions."""

import click
from flask.cli import FlaskGroup

from services.web.app import create_app
from services.web.commands.assess import assess
from services.web.commands.demo import demo as demo_command
from services.web.commands.duties import duties
from services.web.commands.keys import keys
from services.web.commands.remind import remind
from services.web.commands.report import report
from services.web.commands.roster import roster
from services.web.commands.tenants import operator, tenant
from shared.db.migrations import upgrade
from shared.duties.packs import load_packs


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False)
def jiceng() -> None:
    """Jiceng 基层: the office work of grassroots organisations."""


@jiceng.command()
def migrate() -> None:
    """Bring the database and the shipped rules to the newest form, as the owner role."""
    upgrade()
    load_packs()


jiceng.add_command(assess)
jiceng.add_command(demo_command)
jiceng.add_command(duties)
jiceng.add_command(keys)
jiceng.add_command(remind)
jiceng.add_command(roster)
jiceng.add_command(report)
jiceng.add_command(tenant)
jiceng.add_command(operator)
