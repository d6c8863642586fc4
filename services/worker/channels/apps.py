"""Messages of an application of the organisation's own in WeCom and DingTalk, to a person's name there.

Both give an access token for two hours against the application's secret, and answer 200 with an errcode inside. A token
is kept in this process only; one that is refused is fetched anew once.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from services.worker.channels.gateway import away, busy, call
from services.worker.channels.outgoing import Outgoing, Send
from services.worker.channels.robots import MOST, cut, words
from shared.accounts.queries.channels import Setup, setup_of
from shared.clock import now
from shared.db import db
from shared.errors import Undelivered
from shared.tenancy import current_tenant

#: errcodes: the token is no good (any more); too many; the person is not known there.
STALE = {40001, 40014, 41001, 42001}
BUSY = {45009, 45033, 90002, 90018, -1}
UNKNOWN = {40003, 60111, 60121, 81013, 33012}
#: Seconds before its end at which a token is not used any more; tokens kept in one process.
MARGIN, KEPT = 300, 200

_tokens: OrderedDict[tuple[int, str, bytes], tuple[str, float]] = OrderedDict()

Fetch = Callable[[Setup], dict[str, Any]]
Post = Callable[[Setup, str, Outgoing], dict[str, Any]]


def _token(setup: Setup, fetch: Fetch, *, fresh: bool = False) -> str:
    """The token of the open tenant's application. A changed secret makes another key, so a token never outlives it."""
    told = repr((sorted(setup.options.items(), key=str), sorted(setup.secrets.items())))
    key = (current_tenant(), setup.channel, sha256(told.encode()).digest())
    found = _tokens.get(key)
    if found is not None and not fresh and found[1] > now().timestamp():
        return found[0]
    answer = fetch(setup)
    token = answer.get("access_token")
    if answer.get("errcode") in BUSY:
        raise busy()
    if answer.get("errcode") != 0 or not isinstance(token, str) or not token:
        # The secret or the ID is wrong: a matter of the settings, for every message of the round.
        raise away("gateway_denied")
    try:
        lasts = int(answer.get("expires_in") or 7200)
    except (TypeError, ValueError):
        lasts = 7200
    _tokens[key] = (token, now().timestamp() + max(lasts - MARGIN, 60))
    _tokens.move_to_end(key)
    while len(_tokens) > KEPT:
        _tokens.popitem(last=False)
    return token


def _send(setup: Setup, fetch: Fetch, post: Post, message: Outgoing) -> str | None:
    answer = post(setup, _token(setup, fetch), message)
    if answer.get("errcode") in STALE:
        answer = post(setup, _token(setup, fetch, fresh=True), message)
    code = answer.get("errcode")
    if code in STALE:
        raise away("gateway_denied")
    if code in BUSY:
        raise busy()
    if code in UNKNOWN or (code == 0 and answer.get("invaliduser")):
        raise Undelivered("unknown_name", permanent=True)
    if code != 0:
        raise Undelivered("gateway_error", permanent=False)
    return str(answer.get("msgid") or answer.get("task_id") or "")[:200] or None


def _base(setup: Setup) -> str:
    return setup.text("url").rstrip("/")


def _number(setup: Setup) -> int:
    text = setup.text("agent_id")
    if not (text.isascii() and text.isdigit()):
        raise away("gateway_denied")
    return int(text)


def _wecom_token(setup: Setup) -> dict[str, Any]:
    asked = urlencode({"corpid": setup.text("corp_id"), "corpsecret": setup.secrets.get("secret", "")})
    return call(f"{_base(setup)}/cgi-bin/gettoken?{asked}").object()


def _wecom_post(setup: Setup, token: str, message: Outgoing) -> dict[str, Any]:
    return call(
        f"{_base(setup)}/cgi-bin/message/send?access_token={quote(token, safe='')}",
        body={
            "touser": message.to,
            "msgtype": "text",
            "agentid": _number(setup),
            "text": {"content": cut(words(message), MOST)},
            # The same text again within half an hour is a resend after a crash; WeCom drops it.
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        },
    ).object()


def _dingtalk_token(setup: Setup) -> dict[str, Any]:
    asked = urlencode({"appkey": setup.text("app_key"), "appsecret": setup.secrets.get("secret", "")})
    return call(f"{_base(setup)}/gettoken?{asked}").object()


def _dingtalk_post(setup: Setup, token: str, message: Outgoing) -> dict[str, Any]:
    return call(
        f"{_base(setup)}/topapi/message/corpconversation/asyncsend_v2?access_token={quote(token, safe='')}",
        body={
            "agent_id": _number(setup),
            "userid_list": message.to,
            "msg": {"msgtype": "text", "text": {"content": cut(words(message), MOST)}},
        },
    ).object()


def session_of(channel: str, fetch: Fetch, post: Post) -> Callable[[], Any]:
    @contextmanager
    def session() -> Iterator[Send]:
        setup = setup_of(channel, opened=True)
        db.session.rollback()
        yield lambda message: _send(setup, fetch, post, message)

    return session


wecom_session = session_of("wecom_app", _wecom_token, _wecom_post)
dingtalk_session = session_of("dingtalk_app", _dingtalk_token, _dingtalk_post)
