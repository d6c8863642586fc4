"""Pages of people: the roster, one person, what may be changed about them, who is away, who held office, myself."""

from services.web.members.views import add, belonging, bulk, change, mobile, offices, person
from services.web.members.views.person import blueprint

__all__ = ["add", "belonging", "blueprint", "bulk", "change", "mobile", "offices", "person"]
