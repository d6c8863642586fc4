"""Where the pages of findings are registered."""

from flask import Blueprint

blueprint = Blueprint("findings", __name__, url_prefix="/findings")
