"""Where the pages of channels are registered."""

from flask import Blueprint

blueprint = Blueprint("channels", __name__, url_prefix="/channels")
