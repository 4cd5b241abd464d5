"""Finding people by a name as somebody knows it: any script, any spelling, half typed, misspelt.

The index of names is asked for a bounded part of what it has under a few keys, the narrowest
first; the nearest of those are compared in full, and that ranks them. What reaches the threshold
is a match; where nothing does, the closest are offered as a guess. See docs/names.md.

The public's search reads public entries only, which stand apart in the index, so that neither an
answer nor the time it takes tells of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from anyascii import anyascii
from django.db.models import Case, QuerySet, Value, When
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from prisoners.models import NameKey, PrisonerName
from prisoners.models.base import Scope, visible
from prisoners.names import THRESHOLD, Asked, asked, is_given, labels, near_words, score, sound_key
from prisoners.names.letters import script_of
from prisoners.reading.prepared import rows

LONGEST: Final = 200
# How many entries are read of what begins as it was typed, of one pair of words, of what is near.
BEGINNING: Final = 600
SOUNDING: Final = 2000
NEAR: Final = 3000
# How many spellings, and how many different ones, are compared in full.
COMPARED: Final = 400
DIFFERENT: Final = 40
# How many people are named at most, and how many by a guess.
PEOPLE: Final = 200
GUESSES: Final = 10
# A word matches where at most about every fifth letter differs.
WORD_MATCHES: Final = 0.79
# At this and above, what was found is taken for what was meant, and nothing wider is asked for.
SURE: Final = 0.86
# A spelling below this is not even a guess.
FAR: Final = 0.45
# What a name is worth of which half the words, a family name among them, are as they were typed.
PARTLY: Final = 0.5
# How much the letters count beside the nearness where people are ranked.
LETTERS_COUNT: Final = 0.2
# What the key of a written entry comes after, and that of a sound one before: capitals.
WRITTEN: Final = b"a"
# How much less near the spelling may be that a person is shown by, if it is in the script typed.
SAME_SCRIPT: Final = 0.05


class Spelling(NamedTuple):
    """One spelling of a person's name, by number."""

    number: int
    prisoner: int
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Match:
    """One person, the spelling that was nearest to what was typed, and how near: 0 to 1."""

    prisoner: int
    spelling: Spelling
    nearness: float


@dataclass(frozen=True)
class Found:
    """Who was found, the nearest first.

    ``guessed`` where no name matches and these are close; ``cut`` where more names share what was
    typed than are compared or named, so that these are the nearest of some and not all there are.
    """

    matches: Sequence[Match]
    guessed: bool
    cut: bool = False

    @property
    def prisoners(self) -> list[int]:
        """The people found, as numbers, the nearest first."""
        return [match.prisoner for match in self.matches]

    @cached_property
    def spellings(self) -> dict[int, Spelling]:
        """Of each person found, the spelling that was nearest."""
        return {match.prisoner: match.spelling for match in self.matches}


def find(text: str) -> Found:
    """Find published people by a name, or by a part of one."""
    return _find(text, [True])


def find_any(text: str) -> Found:
    """Find people by a name among all there are, for the desk: drafts and withheld ones too."""
    return _find(text, [True, False])


def _find(text: str, parts: Sequence[bool]) -> Found:
    text = text[:LONGEST]
    search = _Search(text, parts)
    search.as_typed()
    search.by_sound()
    search.compare()
    if not search.is_sure:
        search.nearly()
        search.compare()
    if not search.compared:
        search.around()
        search.compare()
    return search.answer()


# The numbers of the names that have the same words, and whether there are more than were read.
Entries = tuple[dict[str, list[int]], bool]


@dataclass(slots=True)
class _Search:
    """One search: the entries read so far, the nearest first, and the spellings compared."""

    text: str
    # Which parts of the index are read: public spellings, the others.
    parts: Sequence[bool]
    read: dict[Any, Entries] = field(default_factory=dict)
    names: dict[int, float] = field(default_factory=dict)
    compared: dict[int, tuple[float, float, bool, Spelling]] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def asked(self) -> Asked:
        return asked(self.text)

    @property
    def is_sure(self) -> bool:
        return any(one[0] >= SURE for one in self.compared.values())

    # Steps, the narrowest first

    def as_typed(self) -> None:
        """Ask for names that begin as it was typed, with any of their words."""
        for beginning in self.asked.beginnings:
            first, space, rest = beginning.partition(" ")
            if space:
                self._read_from(first, rest, BEGINNING, beginning)
            else:
                self._read_beginning(first, BEGINNING, beginning)
        for initial in self.asked.initials:
            for part in self.asked.words:
                self._read_from(part.plain, initial, BEGINNING, f"{part.plain} {initial}")

    def by_sound(self) -> None:
        """Ask for names of which two words sound like two that were typed."""
        for pair in self.asked.pairs:
            for key in pair.keys:
                if self._read_from(key, "", SOUNDING, pair.detail):
                    self._read_from(key, f"{pair.one.label} ", BEGINNING, pair.detail)
            for key in pair.turned.keys if self.is_cut else ():
                self._read_from(key, f"{pair.other.label} ", BEGINNING, pair.turned.detail)
        for part in self.asked.words:
            for bones in part.skeletons:
                if self.asked.pairs:
                    # Names of one word, or of one word and initials.
                    self._read_from(sound_key(bones, ""), "", BEGINNING, part.label)
                else:
                    self._read_beginning(bones, SOUNDING, part.label)

    def nearly(self) -> None:
        """Ask for names of which one word sounds a little unlike what was typed, or is missing."""
        for pair in self.asked.pairs:
            self._read({"key__in": pair.near_keys}, NEAR, pair.detail)
        for part, written in self.asked.words.items():
            self._read_from(part.plain, "", BEGINNING, written)
            self._read({"key__in": list(near_words(part.plain))}, NEAR, written)

    def around(self) -> None:
        """Ask for names of the same letter."""
        for part, written in self.asked.words.items():
            self._read_beginning(part.plain[:1], BEGINNING, written)

    # Reading the index

    def _read_from(self, key: str, detail: str, limit: int, typed: str) -> bool:
        """Read what is under a key and has a detail that begins so."""
        where = {"key": [key]}
        if detail:
            where |= {"detail__gte": [detail], "detail__lt": [after(detail)]}
        return self._read(where, limit, typed, "detail", "name")

    def _read_beginning(self, key: str, limit: int, typed: str) -> bool:
        """Read what is under keys that begin so."""
        where = {"key__gte": [key], "key__lt": [after(key)]}
        return self._read(where, limit, typed, "key", "detail", "name")

    def _read(
        self, where: Mapping[str, Sequence[str]], limit: int, typed: str, *order: str
    ) -> bool:
        """Read entries and keep the names of the nearest; return whether there are more.

        The order is that of the index, so that no database reads more than it gives.
        """
        values = tuple(tuple(one.encode() for one in some) for some in where.values())
        if not all(values):
            return False
        # Several pairs of words have a key in common.
        asked_before = (tuple(where), values, limit, " " not in typed)
        if asked_before not in self.read:
            self.read[asked_before] = self._entries(*asked_before, order)
        near, is_cut = self.read[asked_before]
        self.is_cut |= is_cut
        best = process.extract(
            typed, near.keys(), scorer=OSA.normalized_similarity, limit=DIFFERENT
        )
        for words, similarity, _place in best:
            # Of more spellings written alike than can be named, those of some people.
            self.is_cut |= len(near[words]) > PEOPLE
            for name in near[words][:PEOPLE]:
                self.names[name] = max(similarity, self.names.get(name, 0.0))
        return is_cut

    def _entries(
        self,
        conditions: tuple[str, ...],
        values: Sequence[Sequence[bytes]],
        limit: int,
        alone: bool,
        order: tuple[str, ...],
    ) -> Entries:
        """Return the numbers of names by their words, or by the first alone, and whether cut."""
        # What sounds so has its words as its detail.
        columns = ("key", "detail") if values[0][0] >= WRITTEN else ("detail",)
        near: dict[bytes, list[int]] = {}
        is_cut = False
        for part in self.parts:
            found = rows(_entries(part, limit, conditions, columns, order), *values)
            is_cut |= len(found) == limit
            # Text is left in bytes until the same is put together: most stands there many times.
            for written, entries in groupby(found, itemgetter(slice(-1))):
                words = b" ".join(written)
                one = words.partition(b" ")[0] if alone else words
                near.setdefault(one, []).extend([row[-1] for row in entries])
        return {words.decode(): names for words, names in near.items()}, is_cut

    # Comparing

    def compare(self) -> None:
        """Compare the nearest names that were read in full, unless that was done already."""
        left = [name for name in self.names if name not in self.compared]
        nearest = sorted(left, key=lambda name: (-self.names[name], name))
        if len(nearest) > COMPARED:
            self.is_cut = True
        script = script_of(self.text) if self.text else None
        known: dict[str, tuple[float, float, bool]] = {}
        found = {one.number: one for one in self._spellings(nearest[:COMPARED])}
        for number in nearest[:COMPARED]:
            if (spelling := found.get(number)) is None:
                continue
            text = spelling.text
            if text not in known:
                if len(known) == DIFFERENT:
                    continue
                known[text] = (
                    nearness_of(self.text, text),
                    likeness(self.text, text),
                    script_of(text) is script,
                )
            self.compared[number] = (*known[text], spelling)

    def _spellings(self, numbers: Sequence[int]) -> Iterator[Spelling]:
        """Yield spellings by their numbers; public ones only, if the search is public.

        The index says so already. Asked by number alone, so that no database begins elsewhere.
        """
        for is_shown, *spelling in rows(_spellings, numbers) if numbers else ():
            if is_shown or False in self.parts:
                yield Spelling(*spelling)

    def answer(self) -> Found:
        best: dict[int, tuple[float, float]] = {}
        nearest: dict[int, tuple[float, int]] = {}
        for number, (nearness, alike, is_same_script, spelling) in self.compared.items():
            if nearness < FAR:
                continue
            prisoner = spelling.prisoner
            together = nearness + LETTERS_COUNT * alike
            if prisoner not in best or (together, nearness) > best[prisoner]:
                best[prisoner] = together, nearness
            named = together + SAME_SCRIPT * is_same_script, -number
            nearest[prisoner] = max(nearest.get(prisoner, named), named)
        ranked = sorted(best, key=lambda one: (-best[one][0], one))
        matches = [one for one in ranked if best[one][1] >= THRESHOLD]
        people = matches[:PEOPLE] or ranked[:GUESSES]
        return Found(
            [Match(one, self.compared[-nearest[one][1]][-1], best[one][1]) for one in people],
            guessed=not matches,
            cut=bool(matches) and (self.is_cut or len(matches) > PEOPLE),
        )


@cache
def _entries(
    is_public: bool,
    limit: int,
    conditions: tuple[str, ...],
    columns: tuple[str, ...],
    order: tuple[str, ...],
) -> Callable[..., QuerySet[NameKey, Any]]:
    """Return the query for entries of a part of the index, by the values of some conditions."""

    def entries(*values: Sequence[bytes]) -> QuerySet[NameKey, Any]:
        where = {
            name: some if name.endswith("__in") else some[0]
            for name, some in zip(conditions, values, strict=True)
        }
        found = NameKey.objects.filter(is_public__in=[is_public], **where)
        return found.order_by(*order).values_list(*columns, "name")[:limit]

    return entries


def _spellings(numbers: Sequence[int]) -> QuerySet[PrisonerName, Any]:
    # Once more: a day can have passed since the index was written. Not among the conditions.
    is_shown = Case(
        When(visible(PrisonerName, Scope.PUBLISHED), then=Value(True)), default=Value(False)
    )
    found = PrisonerName.objects.filter(pk__in=numbers).order_by()
    return found.values_list(is_shown, "pk", "prisoner", "text", "language")


def after(beginning: str) -> str:
    """Return what comes after all that begins so, in the order of bytes."""
    return beginning + "\U0010ffff"


def likeness(typed: str, name: str) -> float:
    """Return how alike two names are as they are written, by which equally near ones are ranked."""
    return Indel.normalized_similarity(written(typed), written(name))


@lru_cache(maxsize=32768)
def written(text: str) -> str:
    return " ".join(sorted(anyascii(text).lower().replace("'", "").split()))


def nearness_of(typed: str, name: str) -> float:
    """Return how near a spelling is to what was typed, 0 to 1, 1 for the same.

    Either as two whole names, or word by word, each as far as it was typed: whoever knows the
    family name only, or stops in the middle of it, is to find the person too.
    """
    return max(score(typed, name), _by_word(labels(typed), labels(name)))


def _by_word(typed: tuple[str, ...], name: tuple[str, ...]) -> float:
    left, total, matched = list(name), 0.0, list[str]()
    for word in sorted(typed, key=len, reverse=True):
        nearest = max(left, key=lambda other: _word(word, other), default="")
        likeness = _word(word, nearest)
        if likeness >= WORD_MATCHES:
            left.remove(nearest)
            matched.append(word)
            # A short beginning fits many names: it counts for less than a long one.
            total += likeness - 0.3 / (len(word) + 1)
    if matched and len(matched) == len(typed):
        return total / len(typed)
    # A given name is shared by too many to be a part remembered.
    telling = any(not is_given(word) for word in matched)
    return PARTLY if telling and 2 * len(matched) >= len(typed) else 0.0


def _word(typed: str, word: str) -> float:
    """Return how alike a word is to one being typed, which may stop before its end."""
    whole = OSA.normalized_similarity(typed, word)
    begun = OSA.normalized_similarity(typed, word[: len(typed)]) - 0.05
    return max(whole, begun)
