"""Group robots of WeCom and DingTalk: a text into a group chat, by the robot's own address.

Both answer 200 with an errcode inside. DingTalk's robots may ask for a signature: the time in milliseconds and the key,
HMAC-SHA256 by the key, in the address.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from services.worker.channels.gateway import busy, call
from services.worker.channels.outgoing import Outgoing, Send
from shared.clock import now
from shared.errors import Undelivered

#: Bytes of a text that both take.
MOST = 2000
#: errcode → what it means: too many in a minute; the robot is gone or its key is wrong.
WECOM_BUSY, WECOM_GONE = {45009, 45033, -1}, {93000, 93008, 40001}
DINGTALK_BUSY, DINGTALK_GONE = {130101, 410100, -1}, {300001, 310000, 400101, 400102}


def cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, never half a sign."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore") + "…"


def words(message: Outgoing) -> str:
    """Subject, text and page, as a chat shows them."""
    return "\n".join(part for part in (message.subject, message.short or message.text, message.link) if part)


def judged(answer: dict[str, Any], busy_codes: set[int], gone: set[int]) -> None:
    """Raises Undelivered where the errcode inside says that nothing was sent."""
    code = answer.get("errcode")
    if code == 0:
        return
    if code in busy_codes:
        raise busy()
    if code in gone:
        raise Undelivered("robot_gone", permanent=True)
    raise Undelivered("gateway_error", permanent=False)


def wecom(message: Outgoing) -> None:
    kept = json.loads(message.to)
    text = {"msgtype": "text", "text": {"content": cut(words(message), MOST)}}
    judged(call(kept["url"], body=text).object(), WECOM_BUSY, WECOM_GONE)


def dingtalk(message: Outgoing) -> None:
    kept = json.loads(message.to)
    text = {"msgtype": "text", "text": {"content": cut(words(message), MOST)}}
    judged(call(signed(kept["url"], kept.get("key", "")), body=text).object(), DINGTALK_BUSY, DINGTALK_GONE)


def signed(address: str, key: str) -> str:
    """The robot's address with the time and the signature, where the robot has a key."""
    if not key:
        return address
    timestamp = str(int(now().timestamp() * 1000))
    sign = b64encode(hmac.new(key.encode(), f"{timestamp}\n{key}".encode(), sha256).digest()).decode()
    return f"{address}{'&' if '?' in address else '?'}timestamp={timestamp}&sign={quote(sign, safe='')}"


def session_of(send: Callable[[Outgoing], None]) -> Callable[[], Any]:
    @contextmanager
    def session() -> Iterator[Send]:
        yield send

    return session
