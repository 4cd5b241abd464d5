"""Whom filters leave of a part of the snapshot: all of them together, and each set aside.

A question is put to nobody whom it makes no difference for. Of three filters, two are always
asked together, so that the third matters only for whom one of the others leaves; and who is left
by all is looked for among whom the narrowest leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Final

import numpy as np

from prisoners.reading.snapshot.columns import Array, Chosen
from prisoners.reading.snapshot.people import People

# Of more than this part of everybody, all are asked: to take some out of the columns has its price.
MOST: Final = 1 / 4
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
        self._places: dict[str, Array] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._masks

    def add(self, name: str, mask: Array) -> None:
        """Take in whom a filter leaves."""
        self._masks[name] = mask
        self._in_order = None

    def ask(self, question: Question) -> Array:
        """Return the answer to the last filter's question, of whom it matters for."""
        places = self._whom_one_more_matters_for()
        if places is None:
            return question(self.people)
        answer: Array = np.zeros(len(self.people), dtype=bool)
        answer[places] = question(self.people.some(places))
        return answer

    def _whom_one_more_matters_for(self) -> Array | None:
        """Return their places; None: all.

        Whoever none of the filters so far leaves is left by no two of them and the new one.
        """
        if len(self._masks) < 2:
            return None
        mask = reduce(np.logical_or, self._masks.values())
        if np.count_nonzero(mask) > MOST * len(mask):
            return None
        return np.flatnonzero(mask)

    def chosen(self, *, without: str | None = None) -> Chosen:
        """Return whom the filters leave, one of them set aside."""
        first, *others = [one for one in self._order() if one != without] or [LIVING]
        if first not in self._places:
            self._places[first] = np.flatnonzero(self._mask(first))
        places = self._places[first]
        for one in others:
            places = places[self._mask(one).take(places)]
        return Chosen(places, len(self.people))

    def _mask(self, name: str) -> Array:
        return self.people.living() if name == LIVING else self._masks[name]

    def _order(self) -> list[str]:
        """Return the filters by how many they leave, then whoever counts at all."""
        if self._in_order is None:
            names = list(self._masks)
            self._in_order = sorted(names, key=lambda one: np.count_nonzero(self._masks[one]))
            if self.people.alive is not None:
                self._in_order.append(LIVING)
        return self._in_order
