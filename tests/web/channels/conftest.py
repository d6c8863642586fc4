"""The gateway of the worker's tests."""

from tests.worker.channels.conftest import gateway, give_phone, loopback, set_up

__all__ = ["gateway", "give_phone", "loopback", "set_up"]
