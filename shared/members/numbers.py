"""Identity and telephone numbers: what is a valid one, how it is stored, how much of it a list shows.

Stored as ciphertext bound to its use, with keyed hashes beside it: of the whole for match and uniqueness, and of the
last four characters of either. While a tenant's key is being replaced a hash may be of either key: look for both.
"""

import re
from dataclasses import dataclass
from datetime import date

from shared.sealing import Keys, fingerprint, fingerprints, masked, seal, unseal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_IDENTITY = re.compile(r"\d{17}[\dX]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?[2-9]\d{6,7}(-\d{1,6})?")
_NOISE = str.maketrans("", "", " \u3000\t\u200b\ufeff'")

#: The uses that ciphertext and hashes are bound to.
IDENTITY = "identity"
IDENTITY_TAIL = "identity tail"
PHONE = "phone"
PHONE_TAIL = "phone tail"


def identity_number(text: str) -> str | None:
    """The 18 characters of a valid resident identity number (GB 11643), or None."""
    plain = text.translate(_NOISE).upper()
    if not _IDENTITY.fullmatch(plain):
        return None
    total = sum(int(digit) * weight for digit, weight in zip(plain[:17], _WEIGHTS, strict=True))
    if _CHECKS[total % 11] != plain[17] or born_of(plain) is None:
        return None
    return plain


def born_of(identity: str) -> date | None:
    """The birthday in an identity number; None when there is no such day or it cannot be."""
    try:
        born = date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))
    except ValueError:
        return None
    return born if 1880 <= born.year <= 2199 else None


def sex_of(identity: str) -> str:
    """'m' or 'f', by the 17th digit."""
    return "m" if int(identity[16]) % 2 else "f"


def phone_number(text: str) -> str | None:
    """A mobile (11 digits) or landline number with area code, or None."""
    plain = text.translate(_NOISE).replace("—", "-").replace("–", "-").removeprefix("+86")
    if _MOBILE.fullmatch(plain.replace("-", "")):
        return plain.replace("-", "")
    return plain if _LANDLINE.fullmatch(plain) else None


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    sealed: bytes
    hash: bytes
    tail: bytes


def seal_identity(keys: Keys, identity: str) -> SealedIdentity:
    """What person.identity_sealed, identity_hash and identity_tail hold."""
    return SealedIdentity(
        seal(keys, identity, IDENTITY),
        fingerprint(keys, identity, IDENTITY),
        fingerprint(keys, identity[-4:], IDENTITY_TAIL),
    )


def identity_hashes(keys: Keys, identity: str) -> list[bytes]:
    """The values of person.identity_hash that stand for this number."""
    return fingerprints(keys, identity, IDENTITY)


@dataclass(frozen=True, slots=True)
class SealedPhone:
    sealed: bytes
    hash: bytes
    tail: bytes


def seal_phone(keys: Keys, phone: str) -> SealedPhone:
    """What person.phone_sealed, phone_hash and phone_tail hold."""
    return SealedPhone(
        seal(keys, phone, PHONE),
        fingerprint(keys, phone, PHONE),
        fingerprint(keys, phone_end(phone), PHONE_TAIL),
    )


def phone_hashes(keys: Keys, phone: str) -> list[bytes]:
    """The values of person.phone_hash that stand for this number."""
    return fingerprints(keys, phone, PHONE)


def phone_end(phone: str) -> str:
    """The last four digits of a telephone number, without the extension of a landline."""
    parts = phone.split("-")
    main = parts[0] if len(parts) == 1 else parts[0] + parts[1]
    return main[-4:]


@dataclass(frozen=True, slots=True)
class NumberSought:
    """What was typed, read as a number: hashes to look for, in the columns of a person."""

    identity: tuple[bytes, ...] = ()
    identity_tail: tuple[bytes, ...] = ()
    phone: tuple[bytes, ...] = ()
    phone_tail: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.identity or self.identity_tail or self.phone or self.phone_tail)


_TAIL = re.compile(r"\d{3}[\dX]")
_DIGITS = re.compile(r"\d{4,}")


def is_number(text: str) -> bool:
    """Whether what was typed holds the part of a number (four digits in a row): never to stand in an address."""
    plain = text.translate(_NOISE)
    return _DIGITS.search(plain) is not None or _TAIL.fullmatch(plain.upper()) is not None


def number_sought(keys: Keys, text: str) -> NumberSought:
    """A whole identity or telephone number, or the last four of either; empty where it is none of these."""
    plain = text.translate(_NOISE).upper()
    if _TAIL.fullmatch(plain):
        return NumberSought(
            identity_tail=tuple(fingerprints(keys, plain, IDENTITY_TAIL)),
            phone_tail=tuple(fingerprints(keys, plain, PHONE_TAIL)) if plain.isdigit() else (),
        )
    identity, phone = identity_number(plain), phone_number(plain)
    return NumberSought(
        identity=tuple(identity_hashes(keys, identity)) if identity else (),
        phone=tuple(phone_hashes(keys, phone)) if phone else (),
    )


def show_identity(keys: Keys, sealed: bytes | None, *, full: bool = False) -> str:
    """The number with only its last four characters, or in full; '' where there is none."""
    if sealed is None:
        return ""
    plain = unseal(keys, sealed, IDENTITY).decode()
    return plain if full else masked(plain, head=0, tail=4)


def show_phone(keys: Keys, sealed: bytes | None, *, full: bool = False) -> str:
    """138****5678, or in full; '' where there is none."""
    if sealed is None:
        return ""
    plain = unseal(keys, sealed, PHONE).decode()
    return plain if full else masked(plain, head=3, tail=4)
