"""The day on which these tests happen."""

from typing import Any

import pytest
import time_machine

from tests.web.events.stage import NOON


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock
