"""Files come through the door only, whole, as attachments."""

import os
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from shared.clock import now
from shared.db import db, transaction
from shared.files import File, delete, location, store
from shared.tenancy import tenant
from shared.tenants.queries import keys
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]


def stored(app: Flask, side: Side, *, sealed: bool = False, old: bool = False, **values: object) -> int:
    given = {"name": "台账.pdf", "media_type": "application/pdf", "purpose": "ledger"} | values
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            file = store(
                b"the bytes" * 1000,
                keys=keys() if sealed else None,
                expires_at=now() - timedelta(days=1) if old else None,
                **given,  # type: ignore[arg-type]
            )
            key = file.id
        db.session.remove()
    return key


def test_a_file_comes_whole_as_an_attachment(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    for sealed in (False, True):
        key = stored(app, side, sealed=sealed, unit_id=side.branch)
        answer = enter(side["secretary"]).get(f"/files/{key}")
        assert answer.status_code == 200
        assert answer.get_data() == b"the bytes" * 1000
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        answer.close()


def test_sealed_bytes_do_not_lie_readable_on_the_disk(app: Flask, world: World) -> None:
    side = world.organ
    key = stored(app, side, sealed=True)
    with app.app_context(), tenant(side.tenant_id):
        file = db.session.get(File, (side.tenant_id, key))
        assert file is not None
        assert b"the bytes" not in location(file).read_bytes()
        db.session.remove()


def test_a_stranger_finds_nothing_and_a_colleague_is_refused(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    key = stored(app, side, unit_id=side.branch)
    assert side.colleague is not None
    assert enter(side.colleague).get(f"/files/{key}").status_code == 403
    assert enter(side["member"]).get(f"/files/{key}").status_code == 403
    assert enter(world.union["admin"]).get(f"/files/{key}").status_code == 404
    assert enter(world.operator).get(f"/files/{key}").status_code == 403


def test_an_upload_is_only_for_who_may_import(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    key = stored(app, side, purpose="import", sealed=True, unit_id=side.branch)
    answer = enter(side["admin"]).get(f"/files/{key}")
    assert answer.status_code == 200
    answer.close()
    for role in ("auditor", "officer", "secretary"):
        assert enter(side[role]).get(f"/files/{key}").status_code == 403


def test_an_expired_or_deleted_file_says_so(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    old = stored(app, side, old=True)
    gone = stored(app, side)
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            file = db.session.get(File, (side.tenant_id, gone))
            assert file is not None
            delete(file, at=now())
        db.session.remove()
    for key in (old, gone):
        answer = enter(side["admin"]).get(f"/files/{key}")
        assert answer.status_code == 404
        assert "删除" in answer.get_data(as_text=True)


def test_the_night_deletes_what_has_expired_and_what_has_no_row(
    app: Flask, world: World, enter: Enter
) -> None:
    from services.worker.sweep import housekeeping_tenant  # noqa: PLC0415 - the environment must stand first

    side = world.organ
    old, new = stored(app, side, old=True), stored(app, side)
    with app.app_context(), tenant(side.tenant_id):
        files = {key: db.session.get(File, (side.tenant_id, key)) for key in (old, new)}
        paths = {key: location(file) for key, file in files.items() if file is not None}
        db.session.remove()
    orphan, fresh = paths[new].with_name("a" * 32), paths[new].with_name("b" * 32)
    long_ago = (now() - timedelta(days=9)).timestamp()
    for path in (orphan, fresh):
        path.write_bytes(b"left by a crash")
    for path in (orphan, paths[new]):
        os.utime(path, (long_ago, long_ago))
    housekeeping_tenant(tenant_id=side.tenant_id)
    assert not paths[old].exists()
    assert not orphan.exists()
    assert paths[new].exists()
    assert fresh.exists()
    answer = enter(side["admin"]).get(f"/files/{new}")
    assert answer.status_code == 200
    answer.close()
