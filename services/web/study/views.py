"""Pages of study: make-up study, hours, and their signing."""

from flask import Blueprint

blueprint = Blueprint("study", __name__, url_prefix="/study")
