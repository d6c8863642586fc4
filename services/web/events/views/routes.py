"""Where the pages of events are registered."""

from flask import Blueprint

blueprint = Blueprint("events", __name__)
