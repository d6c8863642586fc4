"""Where the pages of watchlist are registered."""

from flask import Blueprint

blueprint = Blueprint("watchlist", __name__, url_prefix="/watchlist")
