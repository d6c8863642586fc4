"""Pages of reminders: the log and the press, the proof of what was sent, and why somebody did not get it."""

from services.web.reminders.views import log, proof, why
from services.web.reminders.views.log import log_asked
from services.web.reminders.views.proof import proof_asked
from services.web.reminders.views.routes import blueprint

__all__ = ["blueprint", "log", "log_asked", "proof", "proof_asked", "why"]
