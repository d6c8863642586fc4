"""Where the pages of plans are registered."""

from flask import Blueprint

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
