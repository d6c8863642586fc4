"""Where the pages of audiences are registered."""

from flask import Blueprint

blueprint = Blueprint("audiences", __name__, url_prefix="/audiences")
