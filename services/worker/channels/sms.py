"""SMS through the tenant's gateway: a signed call with a template key and its parameters, never the roster.

The body is JSON: id, to, template, params {sign, subject, text, link}. It is signed with HMAC-SHA256 over
timestamp, nonce and body, joined by line ends: X-Key, X-Timestamp (Unix seconds), X-Nonce, X-Signature (hexadecimal).
The answer is JSON: code 0 for taken (with the gateway's own `id`), `busy` with `wait` in seconds, `invalid_number`, or
anything else for a fault. `id` is the same for every try, so a gateway that keeps it sends none twice.
"""

import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import quote

from services.worker.channels.gateway import busy, call
from services.worker.channels.outgoing import Outgoing, Send
from shared.accounts.queries.channels import Setup, setup_of
from shared.clock import now
from shared.db import db
from shared.errors import Undelivered

#: What one message may bear; gateways cut or refuse more.
MOST = 200
_TAKEN = {"0", "ok"}


def template_of(setup: Setup, kind: str) -> str:
    """The template of this kind of occasion, or the one for all others."""
    for line in setup.text("templates").splitlines():
        name, _sign, key = line.partition("=")
        if name.strip() == kind and key.strip():
            return key.strip()
    return setup.text("template")


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}\n{nonce}\n".encode() + body, sha256).hexdigest()


def _send(setup: Setup, message: Outgoing) -> str | None:
    template = template_of(setup, message.kind)
    body = json.dumps(
        {
            "id": message.message_id,
            "to": message.to,
            "template": template,
            "params": {
                "sign": setup.text("sign"),
                "subject": message.subject[:MOST],
                "text": (message.short or message.text)[:MOST],
                "link": message.link,
            },
        },
        ensure_ascii=False,
    ).encode()
    timestamp, nonce, key = str(int(now().timestamp())), secrets.token_hex(12), setup.text("key")
    # The gateway's address may name the template and the key; never the number, which would stand in logs.
    address = (
        setup.text("url")
        .replace("{template}", quote(template, safe=""))
        .replace("{key}", quote(key, safe=""))
    )
    answer = call(
        address,
        body=body,
        headers={
            "X-Key": quote(key, safe=""),
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(setup.secrets.get("secret", ""), timestamp, nonce, body),
        },
    ).object()
    code = str(answer.get("code", "")).lower()
    if code in _TAKEN:
        return str(answer.get("id") or "")[:200] or None
    if code == "busy":
        raise busy(answer.get("wait"))
    if code == "invalid_number":
        raise Undelivered("bad_phone", permanent=True)
    raise Undelivered("gateway_error", permanent=False)


@contextmanager
def session() -> Iterator[Send]:
    """Opens the way for a run of messages of the open tenant."""
    setup = setup_of("sms", opened=True)
    db.session.rollback()
    yield lambda message: _send(setup, message)
