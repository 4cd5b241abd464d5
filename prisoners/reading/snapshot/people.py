"""Some people of the record, and the questions that are answered for all of them at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property, reduce
from typing import Final

import numpy as np

from prisoners.models import Status
from prisoners.reading.snapshot.columns import (
    ALWAYS,
    NEVER,
    Array,
    Chosen,
    Columns,
    Several,
    fold,
    others_of,
    places_of,
)

# Days whose answers are kept: that of today is asked at nearly every request.
DAYS_KEPT: Final = 4
# Of more than this part of everybody, all are asked: to take some out of the columns has its price.
MOST: Final = 1 / 8
# Room between two neighbours for those who came after them, in the order of names.
SPACE: Final = 2**20

CERTAINLY: Final = {Status.HELD: 1, Status.RELEASED: 2, Status.DIED: 4}
POSSIBLY: Final = {Status.HELD: 8, Status.RELEASED: 16, Status.DIED: 32}
UNKNOWN: Final = 64
NOT_YET: Final = 128


class Names:
    """The order of people by name in one language, and the place of others among them."""

    def __init__(self, numbers: Array, keys: Sequence[str]) -> None:
        """Sort people by their keys; those with the same key by number."""
        self.numbers = numbers
        self.order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int32)
        self.keys: Sequence[str] = [keys[place] for place in self.order]
        self.places = np.empty(len(numbers), dtype=np.int64)
        self.places[self.order] = (np.arange(len(numbers), dtype=np.int64) + 1) * SPACE

    @classmethod
    def in_order(cls, numbers: Array, keys: Sequence[str], order: Array, places: Array) -> Names:
        """Return what was sorted before: ``keys`` in the order ``order``."""
        names = cls.__new__(cls)
        names.numbers, names.keys, names.order, names.places = numbers, keys, order, places
        return names

    def among(self, numbers: Array, keys: Sequence[str]) -> Array:
        """Return where other people stand among these: numbers that sort with ``places``."""
        before = []
        for number, key in zip(numbers.tolist(), keys, strict=True):
            begin, end = bisect_left(self.keys, key), bisect_right(self.keys, key)
            same = self.numbers[self.order[begin:end]]
            before.append((begin + int(np.searchsorted(same, number)), key, number))
        places = np.empty(len(before), dtype=np.int64)
        in_order = sorted(range(len(before)), key=before.__getitem__)
        for rank, place in enumerate(in_order, start=1):
            places[place] = before[place][0] * SPACE + rank
        return places


class Taken(Mapping[str, Array]):
    """The columns of some people out of those of many, each taken when it is asked for."""

    def __init__(self, arrays: Mapping[str, Array], places: Array, people: int) -> None:
        """Take from the columns of so many people those at some places, which are in order."""
        self.arrays, self.places, self.people = arrays, places, people

    @cached_property
    def others(self) -> Array:
        """The places of their other detentions, among all others."""
        owner = self.arrays["detention_owner"]
        chosen = Chosen(self.people, places=self.places)
        return others_of(chosen, self.arrays["detention_begins"], owner)

    def __getitem__(self, name: str) -> Array:
        array = self.arrays[name]
        if name == "detention_owner":
            return np.searchsorted(self.places, array.take(self.others))
        if name.startswith("undone_"):
            return self._undone(array, is_owner=name == "undone_owner")
        if len(array) == self.people:
            return array.take(self.places)
        # A day of each detention: the others of somebody stand behind everybody's first.
        others = array[self.people :].take(self.others)
        return np.concatenate([array.take(self.places), others])

    def _undone(self, array: Array, *, is_owner: bool) -> Array:
        place, inside = places_of(self.arrays["undone_owner"], self.places)
        return place[inside] if is_owner else array[inside]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)


class People:
    """Columns, who of them counts, and what was found out about them on a day."""

    def __init__(
        self, columns: Columns, places: dict[str, Array], alive: Array | None = None
    ) -> None:
        self.columns = columns
        self.places = places
        # None: all of them. The others were changed since, and stand elsewhere.
        self.alive = alive
        self._days: OrderedDict[int, Array] = OrderedDict()
        # For each column what was last asked with, and the answer.
        self._seen: dict[str, tuple[Array, Array]] = {}
        # Those of them who are shown on the day that was last asked for.
        self._shown: tuple[int, People] | None = None
        self._without_limit: dict[str, tuple[Array, Array]] = {}

    def __len__(self) -> int:
        return len(self.columns)

    def without(self, numbers: Array) -> People:
        """Return these people, some of them counted no more."""
        gone = self.among(numbers.tolist())
        if not gone.any():
            return self
        return People(self.columns, self.places, self.living() & ~gone)

    def some(self, places: Array) -> People:
        """Return those at some places, in order and each once, for what hangs on detentions."""
        taken = Taken(self.columns.arrays, places, len(self))
        return People(Columns(self.columns.numbers[places], taken, {}, {}), {})

    def are_many(self, number: int) -> bool:
        """Return whether to ask everybody is quicker than to take so many of them and ask these."""
        return number > MOST * len(self)

    def on_day(self, day: date) -> People:
        """Return these people, those counted no more who may be shown no more on a day."""
        on = day.toordinal()
        known = self._shown
        if known is None or known[0] != on:
            hidden = self.hidden_on(day)
            known = on, People(self.columns, self.places, self.living() & ~hidden)
            if not hidden.any():
                known = on, self
            self._shown = known
        return known[1]

    def hidden_on(self, day: date) -> Array:
        """Return for each person whether they were shown until a day that is over by then."""
        hidden: Array = self.living() & (self.array("shown_until") < day.toordinal())
        return hidden

    def among(self, numbers: Sequence[int]) -> Array:
        """Return for each person whether theirs is among some numbers."""
        mask = np.zeros(len(self), dtype=bool)
        place, known = places_of(np.array(numbers, dtype=np.int64), self.columns.numbers)
        mask[place[known]] = True
        return mask

    def living(self) -> Array:
        return np.ones(len(self), dtype=bool) if self.alive is None else self.alive

    def array(self, name: str) -> Array:
        return self.columns.arrays[name]

    def several(self, name: str) -> Several:
        return self.columns.several[name]

    def seen(self, name: str, seen: Array) -> Array:
        """Return for each value of a column whether it may be seen, with what it hangs on.

        ``seen`` says it of each record that values hang on, and is not changed once it is made.
        """
        known = self._seen.get(name)
        if known is None or known[0] is not seen:
            several = self.several(name)
            gate = several.values if several.gate is None else several.gate
            known = self._seen[name] = seen, seen[gate]
        return known[1]

    def of_detentions(self, condition: Array) -> Array:
        """Return for each person whether a condition holds for any of their detentions."""
        return fold(condition, self.columns.arrays["detention_owner"])

    def without_limit(self, name: str) -> tuple[Array, Array]:
        """Return which detentions have a date that is open to one side or both, and whose."""
        known = self._without_limit.get(name)
        if known is None:
            first, last = self.array(f"{name}_first"), self.array(f"{name}_last")
            places = np.flatnonzero(((first == NEVER) | (last == ALWAYS)) & (first <= last))
            owners = places.copy()
            later = places >= len(self)
            owners[later] = self.array("detention_owner")[places[later] - len(self)]
            known = self._without_limit[name] = places, owners
        return known

    def knows(self, day: date) -> bool:
        """Return whether it was found out already what is so of everybody on a day."""
        return day.toordinal() in self._days

    def custody(self, day: date, seen_releases: Array) -> Array:
        """Return for each person what is certain and possible on a day, as bits.

        ``seen_releases`` says which releases may be seen. See ``models.custody``.
        """
        on = day.toordinal()
        if (known := self._days.get(on)) is not None:
            with suppress(KeyError):  # another thread may let go of it meanwhile
                self._days.move_to_end(on)
            return known
        custody = Custody(self, on, seen_releases)
        found = np.zeros(len(self), dtype=np.uint8)
        for bit in _MEANT:
            found |= custody.holds(bit).view(np.uint8) * np.uint8(bit)
        self._days[on] = found
        while len(self._days) > DAYS_KEPT:
            self._days.popitem(last=False)
        return found

    def possibly(self, statuses: Sequence[Status], day: date, seen_releases: Array) -> Array:
        """Return for each person whether one of some statuses is possible on a day."""
        asked = bits_of(statuses, certainly=False)
        if self.knows(day):
            known: Array = (self.custody(day, seen_releases) & np.uint8(asked)) != 0
            return known
        custody = Custody(self, day.toordinal(), seen_releases)
        found: Array = reduce(np.logical_or, [custody.holds(bit) for bit in _MEANT if bit & asked])
        return found

    def length_held(self, day: date) -> Array:
        """Return for how many days somebody was held at the longest; NEVER: not known."""
        since = self.array("open_since")
        still = np.where(since == ALWAYS, NEVER, day.toordinal() - since)
        return np.maximum(still, self.array("longest_closed"))


class Custody:
    """What is certain and possible of some people on a day; found out as far as it is asked for."""

    def __init__(self, people: People, on: int, seen_releases: Array) -> None:
        self.people = people
        self.on = on
        self.seen_releases = seen_releases

    def holds(self, bit: int) -> Array:
        """Return for each person whether what a bit stands for is so."""
        answer: Array = getattr(self, _MEANT[bit])
        return answer

    @cached_property
    def held(self) -> Array:
        return self._certainly_in & ~self.died

    @cached_property
    def released(self) -> Array:
        return self._by("over_from") & ~self._possibly_in & ~self._possibly_died

    @cached_property
    def died(self) -> Array:
        return self._by("dead_from")

    @cached_property
    def possibly_held(self) -> Array:
        return self._possibly_in & ~self.died

    @cached_property
    def possibly_released(self) -> Array:
        return self._possibly_over & ~self._certainly_in & ~self._by("in_last_from")

    @cached_property
    def possibly_died(self) -> Array:
        return self._possibly_died & (~self._certainly_in | self.died)

    @cached_property
    def unknown(self) -> Array:
        return self._none & ~self._nothing

    @cached_property
    def not_yet(self) -> Array:
        return self._none & self._nothing

    def _by(self, name: str) -> Array:
        begun: Array = self.people.array(name) <= self.on
        return begun

    @cached_property
    def _certainly_in(self) -> Array:
        return self.people.of_detentions(
            self._by("in_from") & (self.on <= self.people.array("in_until"))
        )

    @cached_property
    def _possibly_in(self) -> Array:
        found = self.people.of_detentions(
            self._by("may_be_in_from") & (self.on < self.people.array("over_after"))
        )
        owner = self.people.array("undone_owner")
        if len(owner):
            release = self.people.array("undone_release")
            undone = self._by("undone_from") & self.seen_releases[release]
            found = found.copy()
            found[owner[undone]] = True
        return found

    @cached_property
    def _possibly_over(self) -> Array:
        return self._by("may_be_over_from")

    @cached_property
    def _possibly_died(self) -> Array:
        return self._by("may_be_dead_from")

    @cached_property
    def _none(self) -> Array:
        return ~(self.died | self.held | self.released)

    @cached_property
    def _nothing(self) -> Array:
        possibly = self._possibly_in | self._possibly_over | self._possibly_died
        return ~possibly & self.people.array("has_detention")


# What the bits stand for, by the name that ``Custody`` has for it.
_MEANT: Final = {
    CERTAINLY[Status.HELD]: "held",
    CERTAINLY[Status.RELEASED]: "released",
    CERTAINLY[Status.DIED]: "died",
    POSSIBLY[Status.HELD]: "possibly_held",
    POSSIBLY[Status.RELEASED]: "possibly_released",
    POSSIBLY[Status.DIED]: "possibly_died",
    UNKNOWN: "unknown",
    NOT_YET: "not_yet",
}


def status_of(bits: int) -> Status:
    """Return the status that is certain, or that none is."""
    for status, bit in CERTAINLY.items():
        if bits & bit:
            return status
    return Status.NOT_YET if bits & NOT_YET else Status.UNKNOWN


def bits_of(statuses: Sequence[Status], *, certainly: bool) -> int:
    """Return the bits of which one must be set for one of some statuses to hold."""
    meaning = CERTAINLY if certainly else POSSIBLY
    found = 0
    for status in statuses:
        found |= meaning.get(status, UNKNOWN if status is Status.UNKNOWN else NOT_YET)
    return found
