"""Whom filters leave of a part of the snapshot: all of them together, and each set aside.

A question is put to nobody whom it makes no difference for, if they are so many that it is worth
leaving them out. Of three filters, two are always asked together, so that the third matters only
for whom one of the others leaves; and who is left by all is looked for among whom the narrowest
leaves, unless these are most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final

import numpy as np

from prisoners.reading.snapshot.columns import Array, Chosen
from prisoners.reading.snapshot.people import People

# In place of a filter: whoever was not changed since, and stands elsewhere.
LIVING: Final = ""

Question = Callable[[People], Array]


class Narrowing:
    """Filters on some people, by name: for each of these whether a filter may leave them."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._masks: dict[str, Array] = {}
        # By how many are left, the fewest first.
        self._in_order: list[str] | None = None
        self._numbers: dict[str, int] = {}
        self._places: dict[str, Array] = {}
        self._chosen: dict[str | None, Chosen] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._masks

    def add(self, name: str, mask: Array) -> None:
        """Take in whom a filter leaves."""
        self._masks[name] = mask
        self._in_order = None
        self._chosen.clear()

    def ask(self, question: Question, places: Array | None) -> Array:
        """Return the answer to a question, put to those at some places only; None: to all."""
        if places is None:
            return question(self.people)
        answer: Array = np.zeros(len(self.people), dtype=bool)
        answer[places] = question(self.people.some(places))
        return answer

    def whom_one_more_matters_for(self) -> Array | None:
        """Return the places of those whom the last question may change something for; None: all.

        Whoever none of the filters so far leaves is left by no two of them and the new one.
        """
        if len(self._masks) < 2:
            return None
        mask = reduce(np.logical_or, self._masks.values())
        if self.people.are_many(int(np.count_nonzero(mask))):
            return None
        return np.flatnonzero(mask)

    def chosen(self, *, without: str | None = None) -> Chosen:
        """Return whom the filters leave, one of them set aside."""
        if without not in self._chosen:
            names = [one for one in self._order() if one != without]
            self._chosen[without] = self._of(names or [LIVING])
        return self._chosen[without]

    def _of(self, names: Sequence[str]) -> Chosen:
        """Return whom these filters leave, that of the fewest first."""
        people = len(self.people)
        first, *others = names
        if self.people.are_many(self._number(first)):
            return Chosen(people, mask=reduce(np.logical_and, map(self._mask, names)))
        if first not in self._places:
            self._places[first] = np.flatnonzero(self._mask(first))
        places = self._places[first]
        for one in others:
            places = places[self._mask(one).take(places)]
        return Chosen(people, places=places)

    def _mask(self, name: str) -> Array:
        return self.people.living() if name == LIVING else self._masks[name]

    def _number(self, name: str) -> int:
        """Return how many a filter leaves."""
        if name not in self._numbers:
            self._numbers[name] = int(np.count_nonzero(self._mask(name)))
        return self._numbers[name]

    def _order(self) -> list[str]:
        """Return the filters by how many they leave, then whoever counts at all."""
        if self._in_order is None:
            self._in_order = sorted(self._masks, key=self._number)
            if self.people.alive is not None:
                self._in_order.append(LIVING)
        return self._in_order
