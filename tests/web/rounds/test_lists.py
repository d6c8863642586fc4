"""The Excel lists of rounds, asked for by the very form the page shows, and from outside."""

import io
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def offered(client: FlaskClient, page: str) -> str:
    """The address of the page's Excel form."""
    found = re.search(r'action="(/exports/rounds/[^"]+)"', client.get(page).text)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def cells(client: FlaskClient, address: str) -> list[Any]:
    book = client.post(address, data={"form_key": "excel-of-a-round"})
    assert book.status_code == 200, book.text
    return [cell for row in load_workbook(io.BytesIO(book.data)).worksheets[0].values for cell in row]


def test_the_units_of_a_round_as_excel(world: World, enter: Enter, opened: int, rows: Rows) -> None:
    officer = enter(world.organ["officer"])
    address = offered(officer, f"/rounds/{opened}")
    [(name,)] = rows(world.organ, "select name from unit where id = :id", id=world.organ.branch)
    assert name in cells(officer, address)
    assert name in cells(officer, address.replace("view=all", "view=waiting"))
    # The unit sees its own row; the one beside it, and who is next door, see none.
    assert name in cells(enter(world.organ["secretary"]), address)
    assert world.organ.colleague is not None
    for stranger in (world.organ.colleague, world.union["officer"], world.union["admin"]):
        answer = enter(stranger).post(address, data={"form_key": "a-stranger"})
        if answer.status_code == 200:
            values = [v for row in load_workbook(io.BytesIO(answer.data)).worksheets[0].values for v in row]
            assert name not in values
        else:
            assert answer.status_code in (403, 404)
