"""Make the passwords and keys of a topology once, each service's apart from the others'.

Runs before everything else, with one small volume for each reader mounted under /make. What exists is kept, and
what the environment gives is taken as it is, so that an operator may bring own keys. Only `migrate` learns the
owner's password, and only `db` the superuser's.
"""

import base64
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

PLACES = Path("/make")


def main() -> None:
    kept = read(PLACES / "db" / "env") | read(PLACES / "redis" / "env") | read(PLACES / "app" / "env")

    def value(name: str, new: str) -> str:
        chosen = os.environ.get(name) or kept.get(name) or new
        if not re.fullmatch(r"[A-Za-z0-9+/=._~-]+", chosen):
            raise SystemExit(f"{name} may hold only letters, digits and + / = . _ ~ -")
        return chosen

    superuser, owner, app, redis = (
        value(name, secrets.token_urlsafe(24))
        for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD")
    )
    both = {
        "DATABASE_URL": f"postgresql://jiceng_app:{quote(app, safe='')}@db:5432/jiceng",
        "REDIS_URL": f"redis://:{quote(redis, safe='')}@redis:6379/0",
        "SECRET_KEY": value("SECRET_KEY", secrets.token_urlsafe(48)),
        "INSTANCE_KEY": value("INSTANCE_KEY", base64.b64encode(secrets.token_bytes(32)).decode()),
        "DEMO_PASSWORD": value("DEMO_PASSWORD", secrets.token_urlsafe(12)),
    }
    if os.environ.get("INSTANCE_KEY_FORMER"):
        # Only while it is given: it is not kept.
        both["INSTANCE_KEY_FORMER"] = value("INSTANCE_KEY_FORMER", "")
    write("db", {"POSTGRES_PASSWORD": superuser, "OWNER_PASSWORD": owner, "APP_PASSWORD": app})
    write("redis", {"REDIS_PASSWORD": redis})
    write("app", both)
    write(
        "migrate",
        {**both, "DATABASE_OWNER_URL": f"postgresql://jiceng_owner:{quote(owner, safe='')}@db:5432/jiceng"},
    )


def read(file: Path) -> dict[str, str]:
    """NAME=value lines; nothing where there is no file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def write(place: str, values: Mapping[str, str]) -> None:
    file = PLACES / place / "env"
    half = file.with_suffix(".new")
    half.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    half.chmod(0o444)  # the volume is mounted by this one service only, whatever account it runs as
    half.replace(file)


if __name__ == "__main__":
    main()
