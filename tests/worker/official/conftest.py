"""One press for all tests of a module."""

from collections.abc import Iterator

import pytest

from services.worker.pdf import Press
from services.worker.pdf.official import print_official
from shared.dispatches.layout import Paper
from tests.worker.official.papers import Printed
from tests.worker.official.plate import Plate, plates


@pytest.fixture(scope="module")
def press() -> Iterator[Printed]:
    with Press() as machine:

        def printed(made: Paper) -> tuple[list[Plate], bytes, list[str]]:
            pdf, warnings = print_official(made, machine)
            return plates(pdf), pdf, warnings

        yield printed
