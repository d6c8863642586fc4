"""What is declared is bound: channels, composers, and the files into which mail is written."""

import ast
from pathlib import Path

from flask import Flask

import shared
from shared.messages.channels import CHANNELS as NAMED
from shared.messages.reasons import REASONS
from shared.settings import settings

ROOT = Path(shared.__file__ or "").parent.parent


def test_every_channel_has_a_name_and_a_transport(app: Flask) -> None:
    from services.worker.channels import CHANNELS  # noqa: PLC0415 - the environment must stand first

    assert set(CHANNELS) == set(NAMED)


def test_every_kind_of_occasion_has_its_composer(app: Flask) -> None:
    from services.worker.messages import COMPOSERS  # noqa: PLC0415

    opened = {
        keyword.value.value
        for path in (ROOT / "shared").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "kind"
        and isinstance(keyword.value, ast.Constant)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in {"open_occasion", "values"}
    }
    assert opened == set(COMPOSERS)


def test_every_reason_of_a_transport_has_its_words() -> None:
    raised = {
        call.args[0].value
        for path in (ROOT / "services/worker").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Undelivered"
        and isinstance(call.args[0], ast.Constant)
    }
    assert raised
    assert raised <= set(REASONS)


def test_the_same_mail_sent_twice_is_one_file_without_a_way_out_of_its_folder(app: Flask) -> None:
    from services.worker.channels.email import send_mail  # noqa: PLC0415

    for text in ("first", "second"):
        send_mail(to="a@b.test", subject="s\r\nBcc: c@d.test", text=text, message_id="../../up/x-1")
    found = sorted(settings().mail_dir.glob("*up-x-1*"))
    assert [path.suffix for path in found] == [".eml"]
    head = found[0].read_text().split("\n\n")[0]
    assert "\nBcc" not in head
