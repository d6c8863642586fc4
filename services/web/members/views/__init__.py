"""Pages of people: the roster, one person, what may be changed about them, myself."""

from services.web.members.views import belonging, change, person
from services.web.members.views.person import blueprint

__all__ = ["belonging", "blueprint", "change", "person"]
