"""Pages of duties."""

from flask import Blueprint

blueprint = Blueprint("duties", __name__)
