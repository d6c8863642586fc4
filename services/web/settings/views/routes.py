"""Where the pages of settings are registered."""

from flask import Blueprint

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
