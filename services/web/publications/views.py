"""Pages of what is made public (党务公开)."""

from flask import Blueprint

blueprint = Blueprint("publications", __name__, url_prefix="/publications")
