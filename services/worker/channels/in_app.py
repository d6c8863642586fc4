"""Notices inside the product: the delivery's row is the notice, so there is nothing to carry."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.worker.channels.outgoing import Outgoing, Send


def _shown(message: Outgoing) -> None:
    """Nothing to do: once the outcome is noted, the person sees the row."""


@contextmanager
def session() -> Iterator[Send]:
    yield _shown
