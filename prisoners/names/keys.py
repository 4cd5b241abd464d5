"""Short keys by which an index finds the few names worth comparing."""

from functools import lru_cache

from . import east_asia, given
from .comparing import parse
from .folding import Word, split
from .letters import DOUBLE, Script, readings

# Longer skeletons tell no more people apart and miss more spellings of one.
LENGTH = 4

_VOWELS = frozenset("aeiou")
_SKELETON = str.maketrans(
    {
        **dict(zip("pbfvwkgxhtdcszSZCJlrmn", "pppvvkkkktttssssssllmn", strict=True)),
        **dict.fromkeys("aeiou_"),
    }
)


def skeleton(sounds: str) -> str:
    """Consonants in coarse classes without v; any vowel at the beginning is ``a``."""
    bones = sounds.translate(_SKELETON)
    # ў, ו and و are a vowel as often as a consonant.
    bones = DOUBLE.sub(r"\1", bones[:1] + bones[1:].replace("v", ""))
    return ("a" + bones if sounds[:1] in _VOWELS else bones)[:LENGTH]


def _of_word(word: Word) -> set[str]:
    # A known given name in short form (Саша) shares no consonants with its full one.
    names = {f"={given.head(number)}" for number in word.names}
    return {skeleton(sounds) for sounds in word.sounds} | names


@lru_cache(maxsize=8192)
def keys(text: str) -> frozenset[str]:
    """Keys to store for a name and to look up for a query: two spellings of one share at least one.

    Skeletons of two to four consonants, and ``=`` with the name for known given names.
    Patronymics, initials and particles give none. Empty for a text without letters.
    """
    name = parse(text)
    found: set[str] = set()
    for word in name.core:
        found |= _of_word(word)
    for family, given_name in east_asia.native(name.texts).values():
        for part in (given_name, *east_asia.spellings(family)):
            found |= {skeleton(sounds) for sounds in readings(part)} if part else set()
    if len(name.texts) > 1 and name.core and name.core[0].script is Script.LATIN:
        for _, given_name in east_asia.romanised(name.texts, "zh")[:2]:
            found.add(skeleton(readings(given_name, 1)[0]))
    return frozenset(k for k in found if k)


def prefixes(text: str) -> tuple[frozenset[str], ...]:
    """For a name as it is being typed: one set a word; a stored key of the name begins with one.

    The last letters may be the beginning of a longer sign (``s`` of ``sh``), so that the set
    also holds the key without them.
    """
    out = []
    for parts in split(text):
        for part in parts:
            found = {skeleton(s) for s in readings(part)}
            if len(part) > 2:
                found |= {skeleton(s) for s in readings(part[:-1])}
            out.append(frozenset(k for k in found if k))
    return tuple(out)
