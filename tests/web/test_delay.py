"""A page that would take too long is stopped with a message; the worker and the commands have no such end."""

import os
from collections.abc import Callable

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


def test_a_page_that_waits_too_long_says_so(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["officer"])
    assert client.get("/members").status_code == 200
    before = app.config["STATEMENT_TIMEOUT"]
    app.config["STATEMENT_TIMEOUT"] = 200
    try:
        with psycopg.connect(os.environ["TEST_SUPERUSER_URL"]) as other:
            other.execute("lock table person in access exclusive mode")
            answer = client.get("/members")
        assert answer.status_code == 503
        assert "用时太长" in answer.text
        assert "Traceback" not in answer.text
    finally:
        app.config["STATEMENT_TIMEOUT"] = before
    assert client.get("/members").status_code == 200


def test_outside_a_page_no_statement_is_stopped(app: Flask, world: World) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(text("select current_setting('statement_timeout')")) == "0"
        db.session.remove()
    with app.test_request_context("/"), tenant(world.organ.tenant_id):
        assert db.session.scalar(text("select current_setting('statement_timeout')")) == "50s"
        db.session.remove()
