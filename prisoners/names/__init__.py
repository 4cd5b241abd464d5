"""Folding and comparing people's names across scripts and spellings. Rules: docs/names.md."""

from .comparing import THRESHOLD, same, score, scorer
from .folding import fold
from .given import is_given
from .in_texts import TELLING, Spellings, Text
from .keys import Asked, asked, entries, labels, near_words, sound_key

__all__ = [
    "TELLING",
    "THRESHOLD",
    "Asked",
    "Spellings",
    "Text",
    "asked",
    "entries",
    "fold",
    "is_given",
    "labels",
    "near_words",
    "same",
    "score",
    "scorer",
    "sound_key",
]
