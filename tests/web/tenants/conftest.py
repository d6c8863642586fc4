"""The mail that left, for these tests."""

import pytest
from flask import Flask

from tests.web.links import Letters, reader


@pytest.fixture
def letters(app: Flask) -> Letters:
    return reader(app)
