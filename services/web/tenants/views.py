"""Pages of tenants."""

from flask import Blueprint

blueprint = Blueprint("tenants", __name__)
