"""The blueprint that the modules beside it hang their pages on."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
