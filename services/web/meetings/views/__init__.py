"""Pages of what is to be held, and the calendar as a feed."""

from services.web.meetings.views import checkin, feed, pages, planning
from services.web.meetings.views.routes import blueprint

__all__ = ["blueprint", "checkin", "feed", "pages", "planning"]
