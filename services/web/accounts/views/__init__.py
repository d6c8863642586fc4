"""Pages of accounts: the door (sign in), links, one's own account, and the people of the tenant."""

from services.web.accounts.views import bulk, door, links, own, people, seats
from services.web.accounts.views.routes import blueprint

__all__ = ["blueprint", "bulk", "door", "links", "own", "people", "seats"]
