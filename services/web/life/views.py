"""Pages of organisational life by person: leaders, talks, lectures, political birthdays."""

from flask import Blueprint

blueprint = Blueprint("life", __name__, url_prefix="/life")
