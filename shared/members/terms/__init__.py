"""The ways to find a person: either script, pinyin in every reading of the surname, initials; and the sort key."""

from shared.hanzi import chinese, fold, readings, variants, words
from shared.members.terms.surnames import COMPOUND, SINGLE

#: Readings kept of one name.
WAYS = 12


def _split(folded: str) -> tuple[list[tuple[str, ...]], str]:
    """The surname's readings, each a row of syllables, and the given name. A compound only where a name is left."""
    if len(folded) > 2 and (listed := COMPOUND.get(folded[:2])):
        return [tuple(way.split()) for way in listed], folded[2:]
    first = folded[:1]
    ways = SINGLE.get(first) or readings(first)
    return [(way,) for way in ways], folded[1:]


def terms(name: str) -> list[str]:
    """Search terms of a person's name, each once: a search finds those that begin with what was typed.

    The whole name and the given name, each in simplified script and in pinyin, and the initials (王帅: ws).
    """
    folded = fold(name)
    if not folded:
        return []
    found: dict[str, None] = {folded: None}
    parts = words(name)
    if not chinese(folded):
        # A name in letters: from each of its parts on, and the initials.
        for start in range(1, len(parts)):
            found["".join(parts[start:])] = None
        if len(parts) > 1:
            found["".join(part[0] for part in parts)] = None
        return list(found)
    surnames, given = _split(folded)
    given_ways = variants([readings(character) for character in given], WAYS // 2) if given else [()]
    count = 0
    for surname in surnames:
        for way in given_ways:
            syllables = surname + way
            found["".join(syllables)] = None
            found["".join(syllable[0] for syllable in syllables)] = None
            count += 1
            if count >= WAYS:
                break
    if given:
        found[given] = None
        for way in given_ways:
            found["".join(way)] = None
    # A name of several parts (阿卜杜拉·买买提) is found by each.
    for start in range(1, len(parts)):
        later = "".join(parts[start:])
        found[later] = None
        found["".join(readings(character)[0] for character in later)] = None
    return [term for term in found if term]


def name_key(name: str) -> str:
    """Sorts people as they are read aloud, surname reading first, then by the characters themselves."""
    folded = fold(name)
    if not chinese(folded):
        return " ".join(words(name))
    surnames, given = _split(folded)
    spoken = [*surnames[0], *(readings(character)[0] for character in given)]
    return " ".join(spoken) + " " + folded
