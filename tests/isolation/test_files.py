"""Files: whoever reaches neither their unit nor their purpose gets no byte, and a neighbour's are not there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient

from shared.clock import now
from shared.db import db, transaction
from shared.files import File, read, store
from shared.tenancy import tenant
from shared.tenants.queries import keys
from tests.world import ROLES, Cast, Side, World, build

Enter = Callable[[Cast], FlaskClient]
#: Purpose → who may have a file of the own branch. None: a file of the tenant as a whole.
READERS: dict[tuple[str, str | None], set[str]] = {
    ("ledger", "branch"): set(ROLES) - {"member"},
    ("ledger", "other_branch"): {"admin", "auditor"},
    ("ledger", None): {"admin", "auditor"},
    ("bundle", None): {"admin", "auditor"},
    ("import", None): {"admin"},
    ("import", "branch"): {"admin"},
    ("import_rejected", None): {"admin"},
    ("slips", None): {"admin"},
    ("slips", "branch"): {"admin"},
    ("something new", "branch"): set(ROLES) - {"member"},
}
BYTES = "秘密的字节".encode()


def stored(app: Flask, side: Side, *, sealed: bool = False, **values: Any) -> int:
    given = {"name": "秘.pdf", "media_type": "application/pdf", "purpose": "ledger"} | values
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            key = store(BYTES, keys=keys() if sealed else None, **given).id
        db.session.remove()
    return key


@pytest.fixture(scope="module")
def still(app: Flask) -> World:
    return build(app)


@pytest.mark.parametrize(("purpose", "where"), list(READERS))
def test_a_file_is_for_those_whom_it_is_for(
    purpose: str, where: str | None, app: Flask, still: World, enter: Enter
) -> None:
    organ = still.organ
    unit_id = getattr(organ, where) if where else None
    key = stored(app, organ, purpose=purpose, unit_id=unit_id, sealed=purpose == "import")
    had = set()
    for role in ROLES:
        answer = enter(organ[role]).get(f"/files/{key}")
        if answer.status_code == 200:
            assert answer.get_data() == BYTES
            had.add(role)
        else:
            assert answer.status_code == 403, role
            assert BYTES not in answer.get_data()
        answer.close()
    assert had == READERS[purpose, where]
    for role in ROLES:
        answer = enter(still.union[role]).get(f"/files/{key}")
        # Whoever may have no file at all is told so before it is looked for.
        assert answer.status_code == (403 if role == "member" else 404), role
    assert enter(still.operator).get(f"/files/{key}").status_code == 403
    assert app.test_client().get(f"/files/{key}").status_code == 303


def test_a_file_is_gone_the_moment_its_time_is_over(app: Flask, still: World, enter: Enter) -> None:
    """Not only once the night has removed its bytes."""
    organ = still.organ
    over = stored(app, organ, unit_id=organ.branch, expires_at=now() - timedelta(seconds=1))
    good = stored(app, organ, unit_id=organ.branch, expires_at=now() + timedelta(hours=1))
    for role in ("admin", "secretary"):
        answer = enter(organ[role]).get(f"/files/{over}")
        assert (answer.status_code, BYTES in answer.get_data()) == (404, False)
        answer = enter(organ[role]).get(f"/files/{good}")
        assert answer.get_data() == BYTES
        answer.close()


def test_a_row_that_names_a_neighbours_bytes_does_not_reach_them(
    app: Flask, still: World, enter: Enter
) -> None:
    """Each tenant's bytes lie in its own folder, and a name does not lead out of it."""
    theirs = stored(app, still.union, unit_id=still.union.branch)
    mine = stored(app, still.organ, unit_id=still.organ.branch)
    with app.app_context(), tenant(still.union.tenant_id):
        key = db.session.get_one(File, (still.union.tenant_id, theirs)).storage_key
        db.session.remove()
    client = enter(still.organ["admin"])
    for name in (key, f"{still.union.tenant_id}/{key}"):
        with app.app_context(), tenant(still.organ.tenant_id):
            with transaction():
                db.session.get_one(File, (still.organ.tenant_id, mine)).storage_key = name
            db.session.remove()
        assert client.get(f"/files/{mine}").status_code == 404


def test_sealed_bytes_open_with_their_own_tenants_key_only(app: Flask, still: World) -> None:
    with app.app_context():
        with tenant(still.union.tenant_id):
            theirs = keys()
            db.session.remove()
        with tenant(still.organ.tenant_id):
            mine = keys()
            db.session.remove()
    key = stored(app, still.union, sealed=True)
    with app.app_context(), tenant(still.union.tenant_id):
        file = db.session.get_one(File, (still.union.tenant_id, key))
        assert read(file, keys=theirs) == BYTES
        with pytest.raises(InvalidTag):
            read(file, keys=mine)
        db.session.remove()
