"""An import through its pages, as the tenant's admin does it."""

import io
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
ROSTER = Path(__file__).resolve().parents[3].parent / "shared/samples/roster-party.xlsx"

def test_probe(world: World, enter: Enter, work: Callable[[int], int]) -> None:
    client = enter(world.organ["admin"])
    assert client.get("/imports").status_code == 200
    r = client.post("/imports", data={"file": (io.BytesIO(ROSTER.read_bytes()), "r.xlsx"), "form_key": "k1"})
    print(r.status_code, r.location, r.text[:3000] if r.status_code!=303 else "")
    url = r.location
    p = client.get(url); print(p.status_code)
    work(world.organ.tenant_id)
    for u in (url, url+"?show=new", url+"?show=change", url+"?show=skip", url+"/columns", url+"/rejected.xlsx"):
        p = client.get(u); print(u, p.status_code, len(p.data))
    p=client.get(url); Path("/tmp/preview.html").write_text(p.text)
    r = client.post(url+"/commit", data={"form_key":"c1","counts_from":"2026-01-01"}); print(r.status_code, r.location, r.text[-800:] if r.status_code!=303 else "")
    print(client.get(url).status_code)
    work(world.organ.tenant_id)
    p=client.get(url); print(p.status_code); Path("/tmp/committed.html").write_text(p.text)
    p=client.get(url+"/undo"); print(p.status_code); Path("/tmp/undo.html").write_text(p.text)
    r=client.post(url+"/undo", data={"form_key":"u1"}); print(r.status_code)
    work(world.organ.tenant_id)
    p=client.get(url); print(p.status_code); Path("/tmp/undone.html").write_text(p.text)
