"""A tenant's data key is replaced while people work: every value ends under the new key, and none is lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, select, text

from services.web.commands import jiceng
from shared.access.actor import SYSTEM
from shared.db import Base, db, transaction
from shared.errors import Invalid
from shared.files import File, location
from shared.imports.actions.upload import upload
from shared.imports.actions.writing import EFFECT_CONTEXT
from shared.imports.models import Effect, Row
from shared.imports.queries import ROW_CONTEXT
from shared.members.actions.people import set_identity
from shared.members.models import Person
from shared.members.numbers import (
    IDENTITY,
    IDENTITY_TAIL,
    PHONE,
    PHONE_TAIL,
    identity_hashes,
    phone_end,
    seal_identity,
    seal_phone,
)
from shared.sealing import Keys, fingerprint, unseal, unwrap
from shared.settings import settings
from shared.tenancy import platform, tenant
from shared.tenants.actions import begin_rotation, order_resealing
from shared.tenants.models import Tenant
from shared.tenants.queries import keys
from tests.conftest import ROOT
from tests.factories.imports import Importer
from tests.factories.rosters import branches, people, roster, workbook
from tests.world import Cast, Side, World

Work = Callable[[int], int]
#: Seconds the killed worker's lease lasts.
LEASE = 3


@pytest.fixture
def importer(app: Flask, world: World, enter: Callable[[Cast], FlaskClient], work: Work) -> Importer:
    return Importer(app, world.organ, enter, work)


def rotate(app: Flask, side: Side) -> str:
    done = app.test_cli_runner().invoke(jiceng, ["keys", "rotate", "--tenant", str(side.tenant_id)])
    assert done.exit_code == 0, done.output
    return done.output


def tenant_row(app: Flask, side: Side) -> tuple[bytes, bytes | None]:
    with app.app_context(), platform():
        row = db.session.execute(
            select(Tenant.wrapped_key, Tenant.former_key).where(Tenant.id == side.tenant_id)
        ).one()
        db.session.remove()
    return row.wrapped_key, row.former_key


def keys_of(wrapped: bytes) -> Keys:
    return unwrap(settings().instance_key, wrapped)


def everything_is_under(app: Flask, side: Side, opened: Keys, *, people: int) -> None:
    """Open every sealed value of the tenant with exactly these keys, and compare the hashes with what is inside."""
    with app.app_context(), tenant(side.tenant_id):
        seen = 0
        for person in db.session.scalars(select(Person).where(Person.identity_sealed.is_not(None))):
            seen += 1
            identity = unseal(opened, person.identity_sealed or b"", IDENTITY).decode()
            assert person.identity_hash in {None, fingerprint(opened, identity, IDENTITY)}
            assert person.identity_tail == fingerprint(opened, identity[-4:], IDENTITY_TAIL)
        assert seen == people
        for person in db.session.scalars(select(Person).where(Person.phone_sealed.is_not(None))):
            phone = unseal(opened, person.phone_sealed or b"", PHONE).decode()
            assert person.phone_hash == fingerprint(opened, phone, PHONE)
            assert person.phone_tail == fingerprint(opened, phone_end(phone), PHONE_TAIL)
        for row in db.session.scalars(select(Row)):
            unseal(opened, row.sealed, ROW_CONTEXT)
        for before in db.session.scalars(select(Effect.before).where(Effect.before.is_not(None))):
            unseal(opened, before or b"", EFFECT_CONTEXT)
        for file in db.session.scalars(select(File).where(File.sealed, File.deleted_at.is_(None))):
            unseal(opened, location(file).read_bytes(), f"file {file.storage_key}")
        db.session.remove()


def other_phones(count: int, units: list[str]) -> bytes:
    """The people of `roster` with other telephone numbers."""
    rows = [list(row) for row in people(count, units)]
    for number, row in enumerate(rows[3:], 1):
        row[10] = f"1390000{number:04d}"
    return workbook([("党员花名册", rows)])


def test_every_table_with_a_sealed_value_is_renewed(app: Flask) -> None:
    from services.worker.keys import SEALED  # noqa: PLC0415 - the worker's app needs the test's environment

    holding = {
        table.name
        for table in Base.metadata.tables.values()
        if table.schema is None and any(isinstance(column.type, LargeBinary) for column in table.columns)
    }
    # A file's bytes lie on the disk; an exchange has a key of its own, under the instance key.
    assert holding - {"exchange"} == set(SEALED) - {"file"}


def test_after_a_rotation_everything_is_under_the_new_key_alone(
    app: Flask, world: World, importer: Importer, work: Work
) -> None:
    side = world.organ
    importer.commit(importer.upload(roster(40, units=3, root="换钥机关党委")))
    # A change of numbers, so that the means to undo it hold numbers of their own.
    again = importer.upload(other_phones(40, branches(3, "换钥机关党委")))
    assert importer.verdicts(again)["change"] == 40
    importer.commit(again)
    alone = importer.upload(roster(5, units=1, root="另一机关党委", seed=9))
    importer.commit(alone)
    before, _none = tenant_row(app, side)
    assert "new key in use" in rotate(app, side)
    middle, former = tenant_row(app, side)
    assert (former, middle != before) == (before, True)
    # While it waits: asked again it is the same rotation; both keys read, and a known number stays known.
    assert "it goes on" in rotate(app, side)
    assert tenant_row(app, side) == (middle, before)
    assert work(side.tenant_id) == 1
    after, former = tenant_row(app, side)
    assert (after, former) == (middle, None)
    everything_is_under(app, side, keys_of(after), people=45)
    with pytest.raises(InvalidTag):
        everything_is_under(app, side, keys_of(before), people=45)
    assert importer.rows("select state, result ->> 'waiting' from job where kind = 'tenants.rotate'") == [
        ("done", "0")
    ]
    # The imports know their people again: who was new goes, who was changed is as before, under the new key.
    importer.undo(alone)
    importer.undo(again)
    everything_is_under(app, side, keys_of(after), people=40)
    phones = other_phones(40, branches(3, "换钥机关党委"))
    assert importer.verdicts(importer.upload(roster(40, units=3, root="换钥机关党委")))["same"] == 44
    assert importer.verdicts(importer.upload(phones))["change"] == 40


def test_a_known_number_is_found_under_either_key(
    app: Flask, world: World, importer: Importer, work: Work
) -> None:
    side = world.organ
    data = roster(12, units=2, root="两钥机关党委")
    importer.commit(importer.upload(data))
    with app.app_context(), platform():
        with transaction():
            begin_rotation(SYSTEM, tenant_id=side.tenant_id)
        db.session.remove()
    assert importer.verdicts(importer.upload(data))["same"] == 15
    with app.app_context(), tenant(side.tenant_id):
        held = db.session.scalars(select(Person).where(Person.identity_sealed.is_not(None)).limit(1)).one()
        number = unseal(keys(), held.identity_sealed or b"", IDENTITY).decode()
        assert len(identity_hashes(keys(), number)) == 2
        with pytest.raises(Invalid):
            set_identity(Person(name="又一人"), number)
        db.session.remove()


def test_a_number_that_two_people_have_is_written_down(app: Flask, world: World, work: Work) -> None:
    """Two writers at the very moment of the new key, each with another one: the index saw two numbers."""
    side, number = world.organ, "110101199003074530"
    wrapped, _none = tenant_row(app, side)
    with app.app_context(), platform():
        with transaction():
            begin_rotation(SYSTEM, tenant_id=side.tenant_id)
        db.session.remove()
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            order_resealing(SYSTEM)
            for opened in (keys_of(wrapped), keys()):
                sealed = seal_identity(opened, number)
                db.session.add(
                    Person(
                        name="同号",
                        identity_sealed=sealed.sealed,
                        identity_hash=sealed.hash,
                        identity_tail=sealed.tail,
                    )
                )
        db.session.remove()
    assert work(side.tenant_id) == 1
    assert tenant_row(app, side)[1] is None
    with app.app_context(), tenant(side.tenant_id):
        people = db.session.scalars(select(Person).where(Person.name == "同号").order_by(Person.id)).all()
        assert sorted(person.identity_hash is None for person in people) == [False, True]
        assert {unseal(keys(), person.identity_sealed or b"", IDENTITY) for person in people} == {
            number.encode()
        }
        noted = db.session.scalars(
            text("select object_id from audit_entry where verb = 'member.doubled'")
        ).all()
        assert noted == [person.id for person in people if person.identity_hash is None]
        db.session.remove()


def staged(app: Flask, side: Side, work: Work, rows: int) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            upload(SYSTEM, data=roster(rows, units=20), name="roster.xlsx", form_key="k")
        db.session.remove()
    work(side.tenant_id)


def one(app: Flask, side: Side, statement: str) -> int:
    with app.app_context(), tenant(side.tenant_id):
        found = int(db.session.scalar(text(statement)) or 0)
        db.session.remove()
    return found


def test_killed_in_the_middle_it_goes_on(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    staged(app, side, work, 9000)
    rotate(app, side)
    wrapped, former = tenant_row(app, side)
    job_id = one(app, side, "select id from job where kind = 'tenants.rotate'")
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from services.worker.jobs import run; run(tenant_id={side.tenant_id}, job_id={job_id})",
        ],
        cwd=ROOT,
        env={**os.environ, "JOB_LEASE": str(LEASE)},
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while one(app, side, f"select done_count from job where id = {job_id}") < 2000:
        assert worker.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.01)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert tenant_row(app, side) == (wrapped, former)
    from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

    while one(app, side, f"select count(*) from job where id = {job_id} and state = 'running'"):
        assert time.monotonic() < end
        time.sleep(0.3)
        run(tenant_id=side.tenant_id, job_id=job_id)
    assert tenant_row(app, side) == (wrapped, None)
    assert one(app, side, f"select (result ->> 'renewed')::int from job where id = {job_id}") < 9021
    everything_is_under(app, side, keys_of(wrapped), people=0)


def test_who_writes_meanwhile_loses_nothing(app: Flask, world: World, work: Work) -> None:
    """One transaction began before the new key and ends long after; another goes on writing with what it finds."""
    side = world.organ
    staged(app, side, work, 1500)
    began, over = threading.Event(), threading.Event()
    written: list[str] = []

    def add(name: str, opened: Keys) -> None:
        sealed = seal_phone(opened, f"139{len(written):08d}")
        db.session.add(
            Person(name=name, phone_sealed=sealed.sealed, phone_hash=sealed.hash, phone_tail=sealed.tail)
        )
        written.append(name)

    def slow() -> None:
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                opened = keys()
                began.set()
                time.sleep(2)
                add("慢", opened)
            db.session.remove()

    def busy() -> None:
        with app.app_context(), tenant(side.tenant_id):
            while not over.wait(0.02):
                with transaction():
                    add("忙", keys())
                db.session.remove()

    threads = [threading.Thread(target=slow), threading.Thread(target=busy)]
    for thread in threads:
        thread.start()
    try:
        assert began.wait(5)
        rotate(app, side)
        work(side.tenant_id)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    wrapped, former = tenant_row(app, side)
    assert former is None
    assert one(app, side, "select count(*) from person where name in ('慢', '忙')") == len(written) > 20
    everything_is_under(app, side, keys_of(wrapped), people=0)


def test_last_fours_that_are_wanting_come_by_night(app: Flask, world: World, importer: Importer) -> None:
    from services.worker.keys import tend_keys  # noqa: PLC0415 - the worker's app needs the test's environment

    side = world.organ
    address = importer.upload(roster(8, units=2, root="夜间机关党委"))
    importer.commit(address)
    importer.run("update person set phone_tail = null")
    importer.run(
        "update import_effect e set digest = hash_record_extended(p, 0) from person p where p.id = e.person_id"
    )
    with app.app_context(), tenant(side.tenant_id):
        tend_keys()
        db.session.remove()
    everything_is_under(app, side, keys_of(tenant_row(app, side)[0]), people=8)
    importer.undo(address)
    assert importer.rows("select count(*) from person where identity_sealed is not null") == [(0,)]
