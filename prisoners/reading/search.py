"""Finding people by a name as somebody knows it: any script, any spelling, half typed, misspelt.

The index of names is asked for a bounded part of what it has under a few keys, the narrowest
first; the nearest of those are compared in full, and that ranks them. What reaches the threshold
is a match; where nothing does, the closest are offered as a guess. See docs/names.md.

The public's search reads public entries only, which stand apart in the index, so that neither an
answer nor the time it takes tells of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from prisoners.models import Disclosure, NameKey, PrisonerName, State
from prisoners.models.looking import today
from prisoners.names import THRESHOLD, Asked, asked, is_given, labels, near_words, score, sound_key
from prisoners.names.letters import script_of

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
# How much less near the spelling may be that a person is shown by, if it is in the script typed.
SAME_SCRIPT: Final = 0.05


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
    typed than are compared or named, so that these are the nearest of some and not all there are.
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


@dataclass(slots=True)
class _Search:
    """One search: the entries read so far, the nearest first, and the spellings compared."""

    text: str
    # Which parts of the index are read: public spellings, the others.
    parts: Sequence[bool]
    names: dict[int, float] = field(default_factory=dict)
    compared: dict[int, tuple[float, float, bool, int]] = field(default_factory=dict)
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
            self._read({"key__in": near_words(part.plain)}, NEAR, written)

    def around(self) -> None:
        """Ask for names of the same letter."""
        for part, written in self.asked.words.items():
            self._read_beginning(part.plain[:1], BEGINNING, written)

    # Reading the index

    def _read_from(self, key: str, detail: str, limit: int, typed: str) -> bool:
        """Read what is under a key and has a detail that begins so."""
        where: dict[str, object] = {"key": key}
        if detail:
            where |= {"detail__gte": detail, "detail__lt": after(detail)}
        return self._read(where, limit, typed, "detail", "name")

    def _read_beginning(self, key: str, limit: int, typed: str) -> bool:
        """Read what is under keys that begin so."""
        where: dict[str, object] = {"key__gte": key, "key__lt": after(key)}
        return self._read(where, limit, typed, "key", "detail", "name")

    def _read(self, where: dict[str, object], limit: int, typed: str, *order: str) -> bool:
        """Read entries and keep the names of the nearest; return whether there are more.

        The order is that of the index, so that no database reads more than it gives.
        """
        near: dict[str, list[int]] = {}
        alone = " " not in typed
        is_cut = False
        for part in self.parts:
            rows: Iterable[tuple[str, str, int]] = (
                NameKey.objects.filter(is_public__in=[part], **where)
                .order_by(*order)
                .values_list("key", "detail", "name")[:limit]  # type: ignore[assignment]  # text in bytes
            )
            read = 0
            for key, detail, name in rows:
                read += 1
                words = f"{key} {detail}" if key.islower() else detail
                near.setdefault(words.partition(" ")[0] if alone else words, []).append(name)
            is_cut |= read == limit
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

    # Comparing

    def compare(self) -> None:
        """Compare the nearest names that were read in full, unless that was done already."""
        left = [name for name in self.names if name not in self.compared]
        nearest = sorted(left, key=lambda name: (-self.names[name], name))
        if len(nearest) > COMPARED:
            self.is_cut = True
        found = {row[0]: row[1:] for row in self._spellings(nearest[:COMPARED])}
        known: dict[str, tuple[float, float, bool]] = {}
        script = script_of(self.text) if self.text else None
        for number in nearest[:COMPARED]:
            if number not in found:
                continue
            prisoner, text = found[number]
            if text not in known:
                if len(known) == DIFFERENT:
                    continue
                known[text] = (
                    nearness_of(self.text, text),
                    likeness(self.text, text),
                    script_of(text) is script,
                )
            self.compared[number] = (*known[text], prisoner)

    def _spellings(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """Yield the number, person and text of spellings; of public ones only, if it is public.

        The index says so already. Asked by number alone, so that no database begins elsewhere.
        """
        visible = [f"{of}{name}" for of in ("", "prisoner__") for name in ("state", "disclosure")]
        # A day can have passed since the index was written.
        visible.append("prisoner__shown_until")
        rows = PrisonerName.objects.filter(pk__in=numbers).order_by()
        found = rows.values_list("pk", "prisoner", "text", *visible)
        for number, prisoner, text, *shown, until in found:
            is_shown = shown == [State.PUBLISHED, Disclosure.PUBLIC] * 2
            if False in self.parts or (is_shown and (until is None or until >= today())):
                yield number, prisoner, text

    def answer(self) -> Found:
        best: dict[int, tuple[float, float]] = {}
        nearest: dict[int, tuple[float, int]] = {}
        for number, (nearness, alike, is_same_script, prisoner) in self.compared.items():
            if nearness < FAR:
                continue
            together = nearness + LETTERS_COUNT * alike
            if prisoner not in best or (together, nearness) > best[prisoner]:
                best[prisoner] = together, nearness
            named = together + SAME_SCRIPT * is_same_script, -number
            nearest[prisoner] = max(nearest.get(prisoner, named), named)
        ranked = sorted(best, key=lambda one: (-best[one][0], one))
        matches = [one for one in ranked if best[one][1] >= THRESHOLD]
        people = matches[:PEOPLE] or ranked[:GUESSES]
        spellings = PrisonerName.objects.order_by().in_bulk([-nearest[one][1] for one in people])
        return Found(
            [
                Match(one, spelling, best[one][1])
                for one in people
                if (spelling := spellings.get(-nearest[one][1]))
            ],
            guessed=not matches,
            cut=bool(matches) and (self.is_cut or len(matches) > PEOPLE),
        )


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
