"""Pages of minutes that are not filed yet: drafts, signatures, and what was resolved."""

from flask import Blueprint

blueprint = Blueprint("minutes", __name__, url_prefix="/minutes")
