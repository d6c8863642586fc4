"""Where the pages of minutes are registered."""

from flask import Blueprint

blueprint = Blueprint("minutes", __name__, url_prefix="/minutes")
