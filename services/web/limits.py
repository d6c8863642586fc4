"""How often one address may knock: sign-in, links, uploads. Counted in Redis, so over all processes."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)
