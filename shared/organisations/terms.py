"""The ways to find a unit: its name from each character on, in pinyin and by initials."""

from shared.hanzi import chinese, fold, readings, variants, words

#: A name is found from each of its first characters on.
STARTS = 12
#: Readings kept of one stretch of a name.
WAYS = 4
#: What nearly every name ends in; nobody looks for it alone.
ENDINGS = ("党支部委员会", "工会委员会", "总支部委员会", "党支部", "党总支", "委员会", "支部", "总支", "工会")


def _starts(name: str) -> list[int]:
    """The places in the folded name where a search may begin: each Chinese character, each word in letters."""
    folded = fold(name)
    stem = next(
        (len(folded) - len(end) for end in ENDINGS if folded.endswith(end) and len(folded) > len(end)),
        len(folded),
    )
    words_begin, at = set(), 0
    for word in words(name):
        words_begin.add(at)
        at += len(word)
    return [at for at in range(min(stem, STARTS)) if at in words_begin or chinese(folded[at])]


def terms(name: str) -> list[str]:
    """Search terms of a unit's name, each once: a search finds those that begin with what was typed."""
    folded = fold(name)
    syllables = [readings(character) for character in folded]
    found: dict[str, None] = {}
    for start in _starts(name):
        found[folded[start:]] = None
        for way in variants(syllables[start:], WAYS):
            found["".join(way)] = None
            initials = "".join(syllable[0] for syllable in way)
            if len(initials) > 1:
                found[initials] = None
    return [term for term in found if term]


def name_key(name: str) -> str:
    """Sorts units as they are read aloud."""
    return " ".join(readings(character)[0] for character in fold(name))
