"""The only reader of the environment.

Every setting is listed in docs/operations.md; a test compares the two.
"""

import base64
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one process. Sizes are bytes, times are seconds."""

    database_url: str
    #: Only migrations and the bootstrap use it; the running system has no need of it.
    database_owner_url: str
    redis_url: str
    #: smtp://user:password@host:port, smtps://…; empty: each mail becomes a file in mail_dir.
    mail_url: str
    mail_dir: Path
    mail_from: str
    #: pop3s://user:password@host:995 of the mailbox behind mail_from; empty: no bounces are read.
    bounce_url: str
    #: Networks beside the public one in which a tenant's gateways may stand, separated by commas.
    gateway_networks: str
    data_dir: Path
    #: Where uploads and finished papers lie: file:///folder.
    files_url: str
    base_url: str
    #: Signs cookies and links.
    secret_key: str
    #: 32 bytes; wraps the key of each tenant.
    instance_key: bytes
    #: The one before, while the tenants' keys are wrapped anew (jiceng keys rewrap); None otherwise.
    instance_key_former: bytes | None
    demo_password: str
    log_level: str
    #: Number of reverse proxies in front whose X-Forwarded-* headers are believed.
    trusted_proxies: int
    max_upload: int
    #: Days after which the staged rows and the uploaded file of an import are deleted.
    staging_days: int
    #: Longest time one job may go without a heartbeat before another worker may take it.
    job_lease: int

    @property
    def secure_cookies(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"


def _path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).absolute()


@cache
def settings() -> Settings:
    """Read the environment once.

    Raises KeyError naming the variable where one without a default is missing.
    """
    env = os.environ
    data_dir = _path("DATA_DIR", Path(".data"))
    return Settings(
        database_url=env["DATABASE_URL"],
        database_owner_url=env.get("DATABASE_OWNER_URL", ""),
        redis_url=env["REDIS_URL"],
        mail_url=env.get("MAIL_URL", ""),
        mail_dir=_path("MAIL_DIR", data_dir / "mail"),
        mail_from=env.get("MAIL_FROM", "Jiceng <no-reply@jiceng.invalid>"),
        bounce_url=env.get("BOUNCE_URL", ""),
        gateway_networks=env.get("GATEWAY_NETWORKS", ""),
        data_dir=data_dir,
        files_url=env.get("FILES_URL") or (data_dir / "files").as_uri(),
        base_url=env.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        secret_key=env["SECRET_KEY"],
        instance_key=base64.b64decode(env["INSTANCE_KEY"], validate=True),
        instance_key_former=base64.b64decode(env.get("INSTANCE_KEY_FORMER", ""), validate=True) or None,
        demo_password=env.get("DEMO_PASSWORD", ""),
        log_level=env.get("LOG_LEVEL", "INFO"),
        trusted_proxies=int(env.get("TRUSTED_PROXIES", "0")),
        max_upload=int(env.get("MAX_UPLOAD", str(30 * 1024 * 1024))),
        staging_days=int(env.get("STAGING_DAYS", "7")),
        job_lease=int(env.get("JOB_LEASE", "60")),
    )
