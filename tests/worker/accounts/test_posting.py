"""Mailing links: sent once, tried again after a fault, given up on an address that is none, drawn anew each time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from shared.accounts.actions.links import add_link, digest, take_letter
from shared.accounts.jobs import POST
from shared.accounts.models import Token
from shared.clock import now
from shared.db import db, transaction
from shared.settings import settings
from shared.tenancy import platform
from tests.web.links import LINK, reader
from tests.world import World


def asked(app: Flask, address: str) -> int:
    with app.app_context(), platform():
        with transaction():
            token, _ = add_link(purpose="operator", identifier=address, by_mail=True)
        key = token.id
        db.session.remove()
    return key


def row(app: Flask, key: int) -> Token:
    with app.app_context(), platform():
        found = db.session.scalars(select(Token).where(Token.id == key)).one()
        db.session.remove()
    return found


def posted(app: Flask, key: int) -> None:
    from services.worker.accounts import post  # noqa: PLC0415 - the environment must stand first

    with app.app_context():
        post(key)
        db.session.remove()


@pytest.fixture
def no_mail() -> Iterator[None]:
    """Where the folder of the mail should be there lies a file, so nothing can be sent."""
    folder = settings().mail_dir
    aside = folder.with_name("mail-aside")
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink(missing_ok=True)
        aside.rename(folder)


def test_the_worker_knows_the_task() -> None:
    from services.worker import jobs  # noqa: PLC0415
    from services.worker.app import celery  # noqa: PLC0415

    assert jobs.WORK
    assert POST in celery.tasks


def test_many_nudges_send_one_mail(app: Flask, world: World) -> None:
    address = f"ops-{world.operator.login_id}@example.test"
    key = asked(app, address)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: posted(app, key), range(4)))
    found = reader(app)(address)
    assert len(found) == 1
    token = row(app, key)
    assert token.secret_hash == digest(found[0])
    assert (token.attempts, token.problem) == (1, None)
    assert token.sent_at is not None


def test_an_address_that_is_none_is_given_up_and_said(app: Flask) -> None:
    key = asked(app, "no-such-domain@localhost")
    posted(app, key)
    posted(app, key)
    token = row(app, key)
    assert (token.attempts, token.problem, token.sent_at) == (1, "bad_address", None)


def test_a_fault_is_tried_again_later_with_another_secret(app: Flask, world: World, no_mail: None) -> None:
    address = f"later-{world.operator.login_id}@example.test"
    key = asked(app, address)
    posted(app, key)
    first = row(app, key)
    assert (first.sent_at, first.problem, first.attempts) == (None, None, 1)
    # Not at once.
    posted(app, key)
    assert row(app, key).attempts == 1
    with time_machine.travel(now() + timedelta(minutes=3), tick=False):
        posted(app, key)
    second = row(app, key)
    assert second.attempts == 2
    assert second.secret_hash != first.secret_hash


def test_after_five_faults_it_is_given_up(app: Flask, world: World, no_mail: None) -> None:
    key = asked(app, f"never-{world.operator.login_id}@example.test")
    for hours in range(1, 9):
        with time_machine.travel(now() + timedelta(hours=hours), tick=False):
            posted(app, key)
    token = row(app, key)
    assert (token.attempts, token.problem, token.sent_at) == (5, "mail_folder", None)


def test_a_worker_that_died_in_hand_is_followed_by_another(app: Flask, world: World) -> None:
    address = f"died-{world.operator.login_id}@example.test"
    key = asked(app, address)
    with app.app_context(), platform():
        with transaction():
            letter = take_letter(key)
        db.session.remove()
    assert letter is not None
    posted(app, key)
    assert row(app, key).sent_at is None
    with time_machine.travel(now() + timedelta(minutes=3), tick=False):
        posted(app, key)
    (secret,) = LINK.findall(f"/invitation/{reader(app)(address)[0]}")
    # What the first may have sent opens nothing; what the second sent does.
    assert app.test_client().get(f"/invitation/{letter.secret}").status_code == 404
    assert app.test_client().get(f"/invitation/{secret}").status_code == 200
