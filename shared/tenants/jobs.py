"""Work declared by tenants."""

from shared.i18n import lazy_
from shared.jobs import JobKind

#: Copies rule packs and assessment sheets into a tenant that has just got its first administrator.
FOUND = JobKind("tenants.found", lazy_("Set up rules and assessment sheets"))
#: Seals every sealed value of a tenant anew after its key was replaced.
ROTATE = JobKind("tenants.rotate", lazy_("Seal everything with the new key"))
