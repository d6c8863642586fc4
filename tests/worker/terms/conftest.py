"""The hour, the sweep and the mails, as the tests of the ladder have them."""

from tests.worker.reminders.conftest import clock, mails, minute

__all__ = ["clock", "mails", "minute"]
