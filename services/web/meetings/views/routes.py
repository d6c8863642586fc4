"""Where the pages of meetings are registered."""

from flask import Blueprint

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")
