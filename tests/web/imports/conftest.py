"""The admin of the world's bureau before the pages of imports."""

import pytest
from flask import Flask

from tests.factories.imports import Enter, Importer, Work
from tests.factories.past import BRANCH, LedgerImporter
from tests.world import World


@pytest.fixture
def importer(app: Flask, world: World, enter: Enter, work: Work) -> Importer:
    return Importer(app, world.organ, enter, work)


@pytest.fixture
def past(importer: Importer) -> LedgerImporter:
    side = importer.side
    importer.run("update unit set name = :name where id = :id", id=side.branch, name=BRANCH)
    importer.run("update unit set name = '城西党支部' where id = :id", id=side.other_branch)
    return LedgerImporter(importer)
