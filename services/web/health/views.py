"""Is the product working: web, database and queue."""

import redis
from flask import Blueprint, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from services.web.edge import database_answers, requires
from shared.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(None)
def healthz() -> Response:
    """200 once web, database and queue answer; 503 and what does not, otherwise."""
    missing = []
    try:
        database_answers()
    except SQLAlchemyError:
        missing.append("database")
    finally:
        db.session.rollback()
    try:
        client = redis.Redis.from_url(current_app.config["REDIS_URL"], socket_timeout=2)
        client.ping()
        client.close()
    except redis.RedisError:
        missing.append("queue")
    body = "ok\n" if not missing else "missing: " + ", ".join(missing) + "\n"
    return Response(body, 503 if missing else 200, mimetype="text/plain")
