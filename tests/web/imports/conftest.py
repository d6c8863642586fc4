"""The admin of the world's bureau before the pages of imports."""

import pytest
from flask import Flask

from tests.factories.imports import Enter, Importer, Work
from tests.world import World


@pytest.fixture
def importer(app: Flask, world: World, enter: Enter, work: Work) -> Importer:
    return Importer(app, world.organ, enter, work)
