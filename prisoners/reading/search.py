"""Finding people by a name as somebody knows it: any script, any spelling, half typed, misspelt.

Keys find a few hundred spellings worth comparing, without a scan; comparing ranks them. What
reaches the threshold is a match; where nothing does, the closest are offered as a guess. Only
published spellings of published people are ever looked at, so that neither an answer nor the
time it takes tells of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet
from rapidfuzz.distance import OSA

from prisoners.models import NameKey, PrisonerName
from prisoners.names import THRESHOLD, fold, keys, prefixes, score

LONGEST: Final = 200
# How many spellings are compared at most; those that share the most keys come first.
CANDIDATES: Final = 400
# How many people a guess names at most.
GUESSES: Final = 10
# A word matches where at most about every fifth letter differs.
WORD_MATCHES: Final = 0.79
# A spelling below this is not even a guess.
FAR: Final = 0.45


@dataclass(frozen=True, slots=True)
class Match:
    """One person, the spelling that was nearest to what was typed, and how near: 0 to 1."""

    prisoner: int
    spelling: PrisonerName
    nearness: float


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, the nearest first.

    ``guessed`` where no name matches and these are close; ``cut`` where more names share what was
    typed than are compared, so that these are the nearest of some and not all there are.
    """

    matches: Sequence[Match]
    guessed: bool
    cut: bool = False

    @property
    def prisoners(self) -> list[int]:
        """The people found, as numbers, the nearest first."""
        return [match.prisoner for match in self.matches]


def find(text: str) -> Found:
    """Find published people by a name, or by a part of one."""
    best: dict[int, Match] = {}
    candidates = list(_candidates(text[:LONGEST]))
    cut = len(candidates) == CANDIDATES
    for spelling in candidates:
        nearness = nearness_of(text[:LONGEST], spelling.text)
        known = best.get(spelling.prisoner_id)
        if nearness >= FAR and (known is None or nearness > known.nearness):
            best[spelling.prisoner_id] = Match(spelling.prisoner_id, spelling, nearness)
    ranked = sorted(best.values(), key=lambda match: (-match.nearness, match.prisoner))
    matches = [match for match in ranked if match.nearness >= THRESHOLD]
    if matches:
        return Found(matches, guessed=False, cut=cut)
    return Found(ranked[:GUESSES], guessed=True)


def _candidates(text: str) -> QuerySet[PrisonerName]:
    """Return the spellings that share the most keys with what was typed."""
    asked = Q(key__in=keys(text))
    for word in prefixes(text):
        for beginning in word:
            asked |= Q(key__startswith=beginning)
    # Two separate steps, so that the index on keys is what the database begins with.
    shared = (
        NameKey.objects.filter(asked)
        .values("name")
        .annotate(shared=Count("key"))
        .order_by("-shared", "name")
    )
    numbers = [row["name"] for row in shared.filter(_published())[:CANDIDATES]]
    return PrisonerName.objects.published().filter(pk__in=numbers)


def _published() -> Q:
    return Q(name__in=PrisonerName.objects.published())


def nearness_of(typed: str, name: str) -> float:
    """Return how near a spelling is to what was typed, 0 to 1, 1 for the same.

    Either as two whole names, or word by word, each as far as it was typed: whoever knows the
    family name only, or stops in the middle of it, is to find the person too.
    """
    return max(score(typed, name), _by_word(fold(typed), fold(name)))


def _by_word(typed: tuple[str, ...], name: tuple[str, ...]) -> float:
    if not typed or len(typed) > len(name):
        return 0.0
    left, total = list(name), 0.0
    for word in sorted(typed, key=len, reverse=True):
        nearest = max(left, key=lambda other: _word(word, other))
        likeness = _word(word, nearest)
        left.remove(nearest)
        if likeness < WORD_MATCHES:
            return 0.0
        # A short beginning fits many names: it counts for less than a long one.
        total += likeness - 0.3 / (len(word) + 1)
    return total / len(typed)


def _word(typed: str, word: str) -> float:
    """Return how alike a word is to one being typed, which may stop before its end."""
    whole = OSA.normalized_similarity(typed, word)
    begun = OSA.normalized_similarity(typed, word[: len(typed)]) - 0.05
    return max(whole, begun)
