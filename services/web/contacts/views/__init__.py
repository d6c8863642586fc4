"""Pages of contact points, postings, pairings and visits."""

from services.web.contacts.views import pairings, points, postings, recording, visits
from services.web.contacts.views.routes import blueprint

__all__ = ["blueprint", "pairings", "points", "postings", "recording", "visits"]
