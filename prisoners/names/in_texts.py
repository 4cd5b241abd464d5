"""Whether a text holds a name: in any of its spellings, declined, and wherever it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Final

from .folding import run_together
from .keys import labels, labels_of_text, unspaced

# A word of a name that is shorter is part of too many other words.
TELLING: Final = 3


class Text:
    """A text as names are looked for in it; folded once, however many are looked for."""

    def __init__(self, text: str) -> None:
        self.labels = labels_of_text(text)
        self._text = text

    def runs(self, names: Collection[str]) -> bool:
        """Whether one of some names stands in it without spaces around."""
        if not names:
            return False
        letters = run_together(self._text)
        return any(name in letters for name in names)

    def begins(self, words: Iterable[str]) -> bool:
        return any(label.startswith(word) for label in self.labels for word in words)

    def holds(self, names: Iterable[tuple[str, ...]]) -> bool:
        said = self.labels
        return any(said[at : at + len(one)] == one for one in names for at in range(len(said)))


@dataclass(frozen=True, slots=True)
class Spellings:
    """The words of some names of somebody, folded, as they are looked for in texts.

    ``families`` are the words by which they are filed; ``short``, whole names of which each word
    is short: Li Na; ``pairs``, two words of one name; ``run``, names in scripts without spaces.
    """

    words: frozenset[str]
    families: frozenset[str]
    short: frozenset[tuple[str, ...]]
    pairs: frozenset[tuple[str, str]]
    run: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[tuple[str, str]], told: Iterable[str] = ()) -> Spellings:
        """Take names, each with what it is filed as, without what some others tell already."""
        names, told = list(names), list(told)
        known = {word for name in told for word in labels(name)}
        hidden = {spelt for name, _filed in names if (spelt := labels(name)) and {*spelt} - known}
        words = {word for one in hidden for word in one if len(word) >= TELLING} - known
        families = {word for name, filed in names if (word := _family(name, filed)) in words}
        short = {one for one in hidden if all(len(word) < TELLING for word in one)}
        pairs = {pair for one in hidden for pair in _pairs(one) if not known.issuperset(pair)}
        run = {unspaced(name) for name, _filed in names} - {unspaced(name) for name in told} - {""}
        return cls(
            frozenset(words),
            frozenset(families),
            frozenset(short),
            frozenset(pairs),
            frozenset(run),
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.words or self.short or self.pairs or self.run)

    @property
    def looked_up(self) -> frozenset[str]:
        """The words of which one begins a word of every text that the names are told by."""
        return self.words.union(*self.short, *self.pairs)

    def tells(self, text: Text) -> bool:
        """Whether any word of a name stands in a text; with an ending, too: names are declined."""
        return text.begins(self.words) or text.holds(self.short) or text.runs(self.run)

    def tells_of_another(self, text: Text) -> bool:
        """Whether a text about something else names this person: by the family name, or two words.

        A given name alone may be anybody's: nobody could be protected whose namesake is named.
        """
        if text.begins(self.families) or text.holds(self.short) or text.runs(self.run):
            return True
        return any(
            one.startswith(first) and other.startswith(second)
            for one, other in pairwise(text.labels)
            for first, second in self.pairs
        )


def _pairs(name: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for first, second in permutations(name, 2):
        if len(first) + len(second) >= 2 * TELLING:
            yield first, second


def _family(name: str, filed_as: str) -> str:
    family, comma, _given = filed_as.partition(",")
    words = labels(family) if comma else labels(filed_as)[:1] or labels(name)[-1:]
    return words[-1] if words else ""
