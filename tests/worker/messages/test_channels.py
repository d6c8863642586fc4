"""What is declared is bound: channels, composers, and the files into which mail is written."""

import ast
from pathlib import Path

from flask import Flask

import shared
from shared.messages.channels import CHANNELS as NAMED
from shared.messages.reasons import REASONS
from shared.messages.topics import IN_DIGEST
from shared.settings import settings

ROOT = Path(shared.__file__ or "").parent.parent


def test_every_channel_has_a_name_and_a_transport(app: Flask) -> None:
    from services.worker.channels import CHANNELS  # noqa: PLC0415 - the environment must stand first

    assert set(CHANNELS) == set(NAMED)


def test_every_kind_of_occasion_has_its_composer(app: Flask) -> None:
    from services.worker.messages import COMPOSERS  # noqa: PLC0415

    folders = (ROOT / "shared", ROOT / "services/worker")
    opened = {kind for folder in folders for path in folder.rglob("*.py") for kind in _kinds(path)}
    assert opened == set(COMPOSERS)


def test_what_is_held_for_the_digest_has_its_place_in_it(app: Flask) -> None:
    from services.worker.digests import PARTS  # noqa: PLC0415
    from services.worker.messages import COMPOSERS  # noqa: PLC0415

    held = {
        kind
        for path in (ROOT / "shared/reminders/actions").glob("*.py")
        if any(call in path.read_text("utf-8") for call in ("hold(", "Asked("))
        for kind in _kinds(path)
    } & set(COMPOSERS)
    assert held == set(PARTS) == IN_DIGEST
    assert all(COMPOSERS[kind] is PARTS[kind] for kind in PARTS)


#: What opens an occasion of a kind.
OPENERS = {"open_occasion", "tell", "tell_all", "tell_people", "hold", "Asked"}


def _kinds(path: Path) -> set[str]:
    """The kinds of occasions that a module opens, written out or by a name of the module."""
    tree = ast.parse(path.read_text("utf-8"))
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        inserts = name == "values" and "Occasion" in ast.unparse(call.func)
        for keyword in call.keywords if name in OPENERS or inserts else []:
            value = keyword.value
            if keyword.arg != "kind":
                continue
            if isinstance(value, ast.Constant):
                found.add(str(value.value))
            elif isinstance(value, ast.Name) and value.id in named:
                found.add(str(named[value.id]))
    return found


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
