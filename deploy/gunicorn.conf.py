"""How gunicorn serves the pages, in the embedded run and in the web image alike."""

import gc
from typing import Any

wsgi_app = "services.web.app:create_app()"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 5
# The app is loaded once and the workers are forked from it: what they share, they share in memory.
preload_app = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a heartbeat file, never on a disk that may stall
control_socket_disable = True
# Links hold one-time tokens, so no log of addresses here; the app logs its routes.
accesslog = None


def when_ready(server: Any) -> None:
    """Take what is loaded out of the collector's sight, or its marks would unshare the pages."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """No worker may speak over a connection that was opened before the fork."""
    app = server.app.wsgi()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose(close=False)
