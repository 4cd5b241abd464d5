"""The order of names: one key for every database, since their own collations disagree.

SQLite sorts by code point and PostgreSQL's C.UTF-8 does too, which puts ё, і and ў after я. The
key sorts Latin letters by their base letter, and Cyrillic ones by one alphabet that holds the
Belarusian, Russian and Ukrainian orders together, Latin before Cyrillic before all else.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Each language's own alphabet is a subsequence of this: ґ after г and є after е (Ukrainian),
# ё after е (Belarusian, Russian), и before і before ї before й (all three), ў after у.
CYRILLIC: Final = "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя"

# Collations that ignore spaces do not ignore this, and it sorts before all letters.
BETWEEN_WORDS: Final = "0"

_PLACES: Final = {letter: f"а{index:02d}" for index, letter in enumerate(CYRILLIC)}
_BASES: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i"}
)


def sort_key(text: str, filed_as: str = "") -> str:
    """Return the key that a name is sorted by.

    ``filed_as`` is the name with the family name first; where it is empty, the last word is taken
    for the family name.
    """
    if not filed_as:
        *given, family = text.split() or [""]
        filed_as = " ".join([family, *given])
    composed = unicodedata.normalize("NFC", filed_as).casefold()
    return composed.translate(_SORTED)


def _place(letter: str) -> str:
    if not letter.isalnum() and letter != " ":
        return ""
    if letter in _PLACES:
        return _PLACES[letter]
    if letter == " ":
        return BETWEEN_WORDS
    decomposed = unicodedata.normalize("NFD", letter.translate(_BASES))
    base = "".join(part for part in decomposed if not unicodedata.combining(part))
    return base if base.isascii() else f"я{base}"


class _Sorted(dict[int, str]):
    """What signs are sorted by, by their numbers; worked out when one comes for the first time."""

    def __missing__(self, number: int) -> str:
        place = self[number] = _place(chr(number))
        return place


_SORTED: Final = _Sorted()
