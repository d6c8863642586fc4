"""Every string a user may see has its Chinese, and the catalogues agree with the code."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from shared.i18n import LOCALES, _, use_locale
from shared.locale.build import simplified, traditional

ROOT = Path(__file__).resolve().parent.parent.parent
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "lazy_": None}


def used() -> dict[str, str]:
    """Message id to the place where it is used."""
    found = {}
    for folder in ("shared", "services"):
        for name, line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder),
            method_map=METHODS,
            keywords=KEYWORDS,
        ):
            if isinstance(message, str) and message:
                found[message] = f"{folder}/{name}:{line}"
    return found


def test_every_message_has_its_chinese() -> None:
    known = simplified()
    missing = {place: message for message, place in used().items() if message not in known}
    assert missing == {}


def test_placeholders_are_the_same_in_every_language() -> None:
    simple = simplified()
    for table in (simple, traditional(simple)):
        for message, translation in table.items():
            names = [sorted(re.findall(r"%\((\w+)\)", text)) for text in (message, translation)]
            assert set(names[0]) == set(names[1]), message


def test_the_catalogues_speak() -> None:
    said = []
    for locale in LOCALES:
        with use_locale(locale):
            said.append(_("Ledger"))
    assert said == ["台账", "臺賬", "Ledger"]
