"""Transports, one a file. A channel is opened for a run of messages and sends one by one, outside any transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.worker.channels import apps, email, in_app, robots, sms
from services.worker.channels.outgoing import Send

#: Channel of a delivery → what opens its transport; the same keys as shared.messages.channels.
CHANNELS: dict[str, Callable[[], AbstractContextManager[Send]]] = {
    "in_app": in_app.session,
    "email": email.session,
    "sms": sms.session,
    "wecom_robot": robots.session_of(robots.wecom),
    "dingtalk_robot": robots.session_of(robots.dingtalk),
    "wecom_app": apps.wecom_session,
    "dingtalk_app": apps.dingtalk_session,
}
