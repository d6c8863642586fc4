"""Where the pages of schemes are registered."""

from flask import Blueprint

blueprint = Blueprint("schemes", __name__, url_prefix="/schemes")
