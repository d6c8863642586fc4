"""Names of people."""

import re
from functools import lru_cache

from shared.imports.cells.parsed import Parsed, text_of

_DOTS = re.compile(r"[•‧∙・･⋅]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_BLANKS = re.compile(r"[\s\u3000\u00a0]+")
#: Letters of any script, the dot between the parts of a name, and in Latin names hyphen, apostrophe, full stop.
_PROGRAM = re.compile(r"[<>{}\[\]$%^&*;`\"\\|/=@#~_?!:]|script", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd\ufffd]")


#: Two to six Chinese characters: nearly every name, and nothing can be wrong with it.
_USUAL = re.compile(r"[\u3400-\u9fff]{2,6}")


@lru_cache(maxsize=65536)
def _name(text: str) -> Parsed:
    usual = text.replace(" ", "").replace("\u3000", "")
    if _USUAL.fullmatch(usual):
        return usual, None
    plain = _DOTS.sub("·", _INVISIBLE.sub("", text)).strip()
    plain = _BLANKS.sub(" ", plain).strip()
    if not plain:
        return None, "name_missing"
    if plain[0] in "=+-@＝":
        return None, "name_formula"
    if _PROGRAM.search(plain):
        return None, "name_script"
    if any(character.isdigit() for character in plain):
        return None, "name_digits"
    if not _LATIN.search(plain):
        # 王  帆: blanks that only fill the width of three characters.
        plain = plain.replace(" ", "")
    if len(plain) > 50:
        return None, "name_long"
    if _PRIVATE.search(plain):
        return plain, "name_private"
    return plain, "name_short" if len(plain) < 2 else None


def parse_name(raw: object) -> Parsed:
    """A person's name without filling blanks; rare characters stay as they are."""
    return _name(raw if isinstance(raw, str) else text_of(raw))
