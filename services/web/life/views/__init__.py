"""Pages of organisational life by person: leaders, lectures, talks, political birthdays."""

from services.web.life.views import birthdays, leaders, lectures, talks  # noqa: F401 - they register their routes
from services.web.life.views.routes import blueprint

__all__ = ["blueprint"]
