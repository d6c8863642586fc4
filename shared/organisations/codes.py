"""The unified social credit code of an employer (统一社会信用代码). Source: GB 32100-2015."""

import unicodedata

#: Digits and capitals without I, O, S, V, Z, each standing for its place.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18


def plain_code(text: str) -> str:
    """The code as it is kept: half-width capitals without blanks or dashes."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()


def credit_code_is_sound(code: str) -> bool:
    """Whether 18 characters stand there of which the last checks the others: weights 3^i modulo 31."""
    if len(code) != _LENGTH or any(character not in _ALPHABET for character in code):
        return False
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:-1]))
    return _ALPHABET[-total % 31] == code[-1]
