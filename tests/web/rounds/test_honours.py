"""The register of honours."""

import io
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def award(unit_id: int, **values: str) -> dict[str, str]:
    return {
        "form_key": "award",
        "unit_id": str(unit_id),
        "name": "先进基层党组织",
        "level": "city",
        "granted_by": "市委",
        "granted_on": "2026-06-30",
        **values,
    }


def test_an_honour_is_registered_once_and_taken_out(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["admin"])
    for _again in range(2):
        assert client.post("/rounds/honours", data=award(world.organ.branch)).status_code == 303
    [(key,)] = rows(world.organ, "select id from assessment_honour")
    page = client.get("/rounds/honours?level=city&year=2026").text
    assert "先进基层党组织" in page
    assert "先进基层党组织" not in client.get("/rounds/honours?level=national").text
    assert client.get("/rounds/honours?after=2026-01-01:1&year=x&level=y").status_code == 200
    book = client.post("/exports/rounds/honours", data={"form_key": "excel"})
    sheet = load_workbook(io.BytesIO(book.data)).worksheets[0]
    cells = [cell for row in sheet.values for cell in row]
    assert "市委" in cells
    assert enter(world.organ["secretary"]).post(f"/rounds/honours/{key}/drop").status_code == 403
    assert enter(world.union["admin"]).post(f"/rounds/honours/{key}/drop").status_code == 404
    assert client.post(f"/rounds/honours/{key}/drop").status_code == 303
    assert rows(world.organ, "select id from assessment_honour") == []
    verbs = rows(
        world.organ, "select verb from audit_entry where verb like :verb order by id", verb="honour.%"
    )
    assert [verb for (verb,) in verbs] == ["honour.add", "honour.drop"]


def test_bad_input_is_told_beside_its_field_and_kept(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["admin"])
    for wrong in ({"granted_on": "2199-01-01"}, {"level": "galaxy"}, {"name": " "}, {"name": "好" * 121}):
        answer = client.post("/rounds/honours", data=award(world.organ.branch, **wrong))
        assert answer.status_code == 422, wrong
        assert "市委" in answer.text
    assert rows(world.organ, "select id from assessment_honour") == []
    assert enter(world.organ["secretary"]).post("/rounds/honours", data=award(1)).status_code == 403
