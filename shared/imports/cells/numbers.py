"""Identity numbers (GB 11643-1999) and telephone numbers."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul

from shared.imports.cells.parsed import Parsed, text_of

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: Digits are read as their ASCII codes, 48 too high each.
_OFFSET = 48 * sum(_WEIGHTS)
_EIGHTEEN = re.compile(r"\d{17}[\dX]")
_FILLER = re.compile(r"[\s\u3000'‘’`\"-]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
_LOCAL = re.compile(r"[2-8]\d{6,7}")


def check_digit(number: str) -> str:
    """The 18th character that the first 17 demand (ISO 7064 MOD 11-2)."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, number.encode())) - _OFFSET) % 11]


def parse_identity(raw: object, today: date) -> Parsed:
    """18 characters with the right check digit. One stored as a number has lost digits and is never a value."""
    if raw is None or raw == "":
        return None, None
    if isinstance(raw, float | int):
        return None, "identity_number"
    text = str(raw)
    if not _EIGHTEEN.fullmatch(text):
        text = _FILLER.sub("", unicodedata.normalize("NFKC", text)).upper()
        if not text:
            return None, None
        if re.fullmatch(r"\d\.\d+E\+?1[67]", text):
            return None, "identity_number"
        if re.fullmatch(r"\d{15}", text):
            return None, "identity_old"
        if not _EIGHTEEN.fullmatch(text):
            return None, "identity_length"
    if check_digit(text) != text[17]:
        return None, "identity_check"
    return (text, None) if _is_birthday(text[6:14], today) else (None, "identity_date")


@lru_cache(maxsize=65536)
def _is_birthday(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1900 and born <= today


_CREDIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def parse_credit_code(raw: object) -> Parsed:
    """A unified social credit code of 18 characters with the right check character (GB 32100-2015)."""
    if isinstance(raw, float | int):
        return None, "credit_code_unclear"
    text = _FILLER.sub("", unicodedata.normalize("NFKC", text_of(raw))).upper()
    if not text:
        return None, None
    if not _CREDIT.fullmatch(text):
        return None, "credit_code_unclear"
    # The weights are the powers of 3.
    total = sum(_CREDIT_CHARACTERS.index(one) * pow(3, place, 31) for place, one in enumerate(text[:17]))
    right = _CREDIT_CHARACTERS[-total % 31] == text[17]
    return (text, None) if right else (None, "credit_code_unclear")


def parse_count(raw: object) -> Parsed:
    """A number of people: 1200, 1,200, 1200人."""
    text = unicodedata.normalize("NFKC", text_of(raw)).replace(",", "").removesuffix("人").strip()
    if not text:
        return None, None
    good = text.isascii() and text.isdigit() and len(text) < 8
    return (int(text), None) if good else (None, "count_unclear")


def parse_phone(raw: object) -> Parsed:
    """138… as eleven digits, 027-89862688 with its area code."""
    if raw is None or raw == "":
        return None, None
    text = raw if isinstance(raw, str) else text_of(raw)
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] == "1" and text[1] >= "3":
        return text, None
    text = re.sub(r"[\s\u3000]+", "", unicodedata.normalize("NFKC", text)).replace("—", "-").replace("–", "-")
    if not text:
        return None, None
    if match := _MOBILE.fullmatch(text.replace("-", "")):
        return match.group(1), None
    text = text.replace("(", "").replace(")", "-").replace("转", "-")
    if _LANDLINE.fullmatch(text):
        return text, None
    return (text, None) if _LOCAL.fullmatch(text) else (None, "phone_unclear")
