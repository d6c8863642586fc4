"""The mail as bytes: what people wrote comes out as they wrote it, and never becomes a head."""

from email import message_from_bytes, policy

import pytest
from flask import Flask

from shared.errors import Undelivered


def parsed(**values: str) -> dict[str, str]:
    from services.worker.channels.letter import letter  # noqa: PLC0415 - the environment must stand first
    from services.worker.channels.outgoing import Outgoing  # noqa: PLC0415

    given = {"message_id": "delivery-1-2", "to": "a@b.test", "subject": "s", "text": "t"} | values
    data = letter(Outgoing(**given))
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    mail = message_from_bytes(data, policy=policy.default)
    assert not mail.defects
    return {name: str(value) for name, value in mail.items()} | {"text": mail.get_content()}


@pytest.mark.parametrize(
    "subject",
    [
        "plain",
        "提醒：3 项逾期" * 9,
        "=?utf-8?b?QmNj?= not encoded by us",
        "𠮷野" * 30,
        "long and plain " * 9,
        "mixed 中文 and words",
    ],
)
def test_a_subject_comes_out_as_it_went_in(app: Flask, subject: str) -> None:
    assert parsed(subject=subject)["Subject"] == subject.strip()[:200]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x00"])
def test_no_line_end_gets_into_a_head(app: Flask, end: str) -> None:
    heads = parsed(
        subject=f"a{end}Bcc: c@d.test", message_id=f"x{end}Bcc: c@d.test", unsubscribe=f"https://a{end}Bcc: x"
    )
    assert "Bcc" not in heads
    assert heads["Subject"] == "a Bcc: c@d.test"
    assert "List-Unsubscribe" not in heads


@pytest.mark.parametrize("text", ["", "一\n二\n.\n.三", "x" * 5000, "half \ud800 sign"])
def test_a_body_comes_out_as_it_went_in(app: Flask, text: str) -> None:
    assert parsed(text=text)["text"].rstrip("\n") == text.encode("utf-8", "replace").decode().rstrip("\n")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a@b.c@d.e",
        "a b@c.de",
        "a@b.test\n",
        "a@[127.0.0.1]",
        "<a@b.test>",
        "a" * 250 + "@b.te",
    ],
)
def test_an_address_that_is_none_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(Undelivered, match="bad_address"):
        parsed(to=address)


def test_the_button_to_end_them_is_there_where_one_may(app: Flask) -> None:
    heads = parsed(unsubscribe="https://house.test/unsubscribe/abc.def-1")
    assert heads["List-Unsubscribe"] == "<https://house.test/unsubscribe/abc.def-1>"
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
