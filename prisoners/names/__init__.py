"""Folding and comparing people's names across scripts and spellings. Rules: docs/names.md."""

from .comparing import THRESHOLD, same, score
from .folding import fold
from .keys import keys, prefixes

__all__ = ["THRESHOLD", "fold", "keys", "prefixes", "same", "score"]
