"""The published record as columns: small integers in arrays, one place for each person.

Days are proleptic ordinals, 1 for 1 January of the year 1; ``NEVER`` and ``ALWAYS`` stand for
what lies before and after all of them. A person with several detentions, or several values of one
thing, has the first at their own place and the others behind everybody's, with their owner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db.models import CharField, F, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from prisoners.models import (
    Actor,
    Charge,
    Detention,
    Facility,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    Release,
    ReleaseOutcome,
)
from prisoners.models.fields import first_name, last_name
from prisoners.models.looking import whatever_the_day

Array = npt.NDArray[Any]
Rows = Iterable[tuple[Any, ...]]

NEVER: Final = -(2**31) + 16
ALWAYS: Final = 2**31 - 16
# In place of a day of confirmation.
NO_OPEN_DETENTION: Final = NEVER - 1
NOT_CONFIRMED: Final = NEVER - 2
CONFIRMED_WITHOUT_LIMIT: Final = NEVER - 3
# Sorts after every name.
LAST: Final = "\U0010ffff"
# Between the code and the article of a charge; neither holds it.
CHARGE_MARK: Final = "§"
GENDERS: Final = ("", *Prisoner.Gender.values)
GROUPS: Final = ("", *Prisoner.OccupationGroup.values)
# The records by whose slug people are narrowed, and which can be hidden by themselves.
SHARED: Final[dict[str, type[Record]]] = {
    "facility": Facility,
    "organisation": Actor,
    "release": Release,
}
# Ordinal of 1 January 1970, from which numpy counts.
EPOCH: Final = 719_163
# Of more people than one for so many others, all the others are read, and not looked up.
MANY: Final = 3
# Rows that are turned into an array at a time: lists of them take much more memory.
AT_A_TIME: Final = 50_000


class Ordinal(Func):
    """A day as a number, in the database's own way."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            # julianday() begins its days at noon.
            template="(CAST(julianday(%(expressions)s) AS INTEGER) - 1721424)",
            **more,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s - DATE '0001-01-01' + 1)", **more
        )


def _day(column: str, otherwise: int) -> Coalesce:
    return Coalesce(Ordinal(F(column), output_field=IntegerField()), Value(otherwise))


class Chosen:
    """Some of so many people, by place or by mask: each is made of the other when it is asked for.

    ``places`` are in order and each once; ``mask`` says of each of the people whether they are
    chosen.
    """

    def __init__(
        self, people: int, *, places: Array | None = None, mask: Array | None = None
    ) -> None:
        """Choose by one of the two."""
        self.people = people
        if places is not None:
            self.places = places
        if mask is not None:
            self.mask = mask

    @cached_property
    def places(self) -> Array:
        return np.flatnonzero(self.mask)

    @cached_property
    def mask(self) -> Array:
        mask = np.zeros(self.people, dtype=bool)
        mask[self.places] = True
        return mask

    @cached_property
    def number(self) -> int:
        """How many are chosen."""
        if "places" in self.__dict__:
            return len(self.places)
        return int(np.count_nonzero(self.mask))

    def of(self, column: Array) -> Array:
        """Return what a column holds at the places of those chosen."""
        # Both do what brackets do, in half of the time and less.
        if "places" in self.__dict__:
            return column.take(self.places)
        return column[: self.people].compress(self.mask)


@dataclass(frozen=True, slots=True)
class Several:
    """One thing of which a person may have several: numbers, 0 for none.

    ``owner`` is whose the others are, in the order of people; ``begins`` where those of each
    person begin, and after the last person how many there are. ``gate`` is, beside each value, the
    shared record without which it may not be seen.
    """

    values: Array
    owner: Array
    begins: Array
    gate: Array | None = None

    def fold(self, condition: Array) -> Array:
        """Return for each person whether a condition on any of their values holds."""
        return fold(condition, self.owner)

    def others_of(self, chosen: Chosen) -> Array:
        """Return at which places among the others those of some people are."""
        return others_of(chosen, self.begins, self.owner)

    def of(self, people: Array) -> list[int]:
        """Return the different values that some people have, given as a mask; not that of none."""
        chosen = self.values[np.concatenate([people, people[self.owner]])]
        found: list[int] = np.unique(chosen[chosen > 0]).tolist()
        return found


def fold(condition: Array, owner: Array) -> Array:
    """Return for each person whether a condition holds at their own place or a later one."""
    if not len(owner):
        return condition
    people: Array = condition[: len(condition) - len(owner)].copy()
    people[owner.compress(condition[len(people) :])] = True
    return people


def begins_of(owner: Array, people: int) -> Array:
    """Return where the others of each of so many people begin, and how many there are."""
    begins: Array = np.searchsorted(owner, np.arange(people + 1, dtype=owner.dtype))
    return begins.astype(np.int32)


def others_of(chosen: Chosen, begins: Array, owner: Array) -> Array:
    """Return at which places among the others those of some people are; see ``Several``."""
    if MANY * chosen.number > len(owner):
        return np.flatnonzero(chosen.mask.take(owner))
    places = chosen.places
    first, end = begins.take(places), begins[1:].take(places)
    having = np.flatnonzero(end != first)
    first = first.take(having)
    times = end.take(having) - first
    before = np.cumsum(times, dtype=np.int32) - times
    found: Array = np.arange(times.sum(), dtype=np.int32) + np.repeat(first - before, times)
    return found


@dataclass(frozen=True, slots=True)
class Columns:
    """Some people of the record, by number; everything else is at the same place as they are."""

    numbers: Array
    arrays: Mapping[str, Array]
    several: Mapping[str, Several]
    # For each language, the keys that people are sorted by, in the order of ``numbers``.
    keys: dict[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.numbers)


class Numbering:
    """Numbers for things that are named, from 1 on, in the order in which they turn up."""

    def __init__(self, names: Iterable[Any] = ()) -> None:
        self.names = [None, *names]
        self.number = {name: place for place, name in enumerate(self.names)}

    def __call__(self, name: Any) -> int:
        found = self.number.get(name)
        if found is None:
            found = self.number[name] = len(self.names)
            self.names.append(name)
        return found

    def copy(self) -> Numbering:
        return Numbering(self.names[1:])


NUMBERED: Final = ("country", "charge", *SHARED)


def read(
    numbering: dict[str, Numbering], languages: Sequence[str], only: Sequence[int] | None = None
) -> Columns:
    """Read everybody who is published, or some of them; new names are added to ``numbering``.

    Whoever is shown until some day is among them, with that day; see ``People.on_day``.
    """
    with whatever_the_day():
        return _read(numbering, languages, only)


def _read(
    numbering: dict[str, Numbering], languages: Sequence[str], only: Sequence[int] | None
) -> Columns:
    def among(rows: QuerySet[Any], person: str) -> QuerySet[Any]:
        return rows.filter(**{f"{person}__in": only}) if only is not None else rows

    people = among(Prisoner.objects.published(), "pk").order_by("pk")
    table = _table(
        people.values_list("pk", "gender", "occupation_group", "shown_until"), 4, _person
    )
    numbers = table[:, 0]
    arrays: dict[str, Array] = {
        "gender": table[:, 1].astype(np.uint8),
        "occupation": table[:, 2].astype(np.uint8),
        "shown_until": table[:, 3].astype(np.int32),
    }
    several: dict[str, Several] = {}

    held = _Detentions(
        _table(
            among(Detention.objects.published(), "prisoner")
            .order_by("prisoner", "pk")
            .values_list("prisoner", "pk", "country", "end_kind", *_DAYS),
            4 + len(_DAYS),
            lambda row: (
                *row[:2],
                numbering["country"](row[2]),
                _END.get(row[3], _FREED),
                *row[4:],
            ),
        ),
        numbers,
    )
    arrays |= held.arrays()
    several |= held.several()

    def pairs(rows: QuerySet[Any], person: str, width: int, number: Callable[..., Any]) -> Array:
        return _table(among(rows, person), width, number)

    charges = Charge.objects.published().annotate(
        law=Concat("code", Value(CHARGE_MARK), "article", output_field=CharField())
    )
    several["charge"] = _several(
        pairs(
            charges.values_list("detention__prisoner", "law"),
            "detention__prisoner",
            2,
            lambda row: (row[0], numbering["charge"](row[1])),
        ),
        numbers,
    )
    for name, model, person in (
        ("facility", Placement, "detention__prisoner"),
        ("organisation", Recognition, "prisoner"),
        ("release", ReleaseOutcome, "detention__prisoner"),
    ):
        number = numbering[name]
        several[name] = _several(
            pairs(
                model.objects.published_apart_from(name).values_list(person, f"{name}_id"),
                person,
                2,
                lambda row, number=number: (row[0], number(row[1])),
            ),
            numbers,
        )
    gone = ReleaseOutcome.objects.published_apart_from("release").exclude(destination="")
    several["destination"] = _several(
        pairs(
            gone.values_list("detention__prisoner", "destination", "release_id"),
            "detention__prisoner",
            3,
            lambda row: (row[0], numbering["country"](row[1]), numbering["release"](row[2])),
        ),
        numbers,
    )
    arrays |= held.undone(
        _table(
            among(ReleaseOutcome.objects.published_apart_from("release"), "detention__prisoner")
            .filter(returned_to_custody=True)
            .values_list(
                "detention__prisoner",
                "detention",
                "release_id",
                *(_day(f"detention__{one}", NEVER) for one in ("ended_first", "began_first")),
            ),
            5,
            lambda row: (*row[:2], numbering["release"](row[2]), *row[3:]),
        )
    )
    keys = _sort_keys(among(PrisonerName.objects.published(), "prisoner"), numbers, languages)
    return Columns(numbers, arrays, several, keys)


def _person(row: tuple[Any, ...]) -> tuple[int, ...]:
    until = ALWAYS if row[3] is None else row[3].toordinal()
    return row[0], GENDERS.index(row[1]), GROUPS.index(row[2]), until


def _table(
    rows: QuerySet[Any], width: int, number: Callable[[tuple[Any, ...]], tuple[Any, ...]]
) -> Array:
    """Turn rows into an array of numbers, part by part."""
    left: Iterator[tuple[Any, ...]] = map(number, rows.iterator(chunk_size=AT_A_TIME))
    parts = []
    while part := list(islice(left, AT_A_TIME)):
        parts.append(np.array(part, dtype=np.int64))
    return np.concatenate(parts) if parts else np.empty((0, width), dtype=np.int64)


def places_of(of: Array, numbers: Array) -> tuple[Array, Array]:
    """Return where people are among some numbers, and whether they are there at all.

    Somebody who was published between two questions is not: they are in the next version.
    """
    if not len(numbers):
        return np.zeros(len(of), dtype=np.int64), np.zeros(len(of), dtype=bool)
    place = np.minimum(np.searchsorted(numbers, of), len(numbers) - 1)
    return place, numbers[place] == of


def _several(table: Array, numbers: Array) -> Several:
    """Return what each person has of one thing, each value once."""
    place, known = places_of(table[:, 0], numbers)
    rows = np.column_stack([place, table[:, 1:]])[known]
    rows = rows[np.lexsort(rows.T[::-1])]
    rows = rows[np.append(True, (rows[1:] != rows[:-1]).any(axis=1))] if len(rows) else rows
    first, others = _first_and_others(rows[:, 0])
    kind = np.uint16 if not len(rows) or rows[:, 1].max() < 2**16 else np.int32
    gate = _spread(rows, 2, len(numbers), first, others, np.int32) if rows.shape[1] > 2 else None
    owner = rows[others, 0].astype(np.int32)
    return Several(
        _spread(rows, 1, len(numbers), first, others, kind),
        owner,
        begins_of(owner, len(numbers)),
        gate,
    )


def _first_and_others(owner: Array) -> tuple[Array, Array]:
    """Return which rows, in the order of their owners, are the first of each, and which not."""
    is_first = np.ones(len(owner), dtype=bool)
    is_first[1:] = owner[1:] != owner[:-1]
    return np.flatnonzero(is_first), np.flatnonzero(~is_first)


def _spread(
    rows: Array,
    column: int,
    people: int,
    first: Array,
    others: Array,
    kind: Any,
    otherwise: int = 0,
) -> Array:
    spread = np.full(people + len(others), otherwise, dtype=kind)
    spread[rows[first, 0]] = rows[first, column]
    spread[people:] = rows[others, column]
    return spread


# How a detention ended, by what it means for the questions here.
_OPEN: Final = 0
_DIED: Final = 1
_FREED: Final = 2
_END: Final = {"": _OPEN, Detention.EndKind.DIED: _DIED}
_DATES: Final = ("began", "ended", "last_confirmed")
_DAYS: Final = (
    *chain.from_iterable(
        (_day(first_name(name), NEVER), _day(last_name(name), ALWAYS)) for name in _DATES
    ),
    _day("end_known_on", ALWAYS),
)


class _Detentions:
    """Detentions, and from which day to which day each answer about them holds.

    The answers are those of ``models.custody``, whose conditions on a day come down to comparing
    it with one day or two. A test holds the two equal.
    """

    def __init__(self, table: Array, numbers: Array) -> None:
        self.numbers = numbers
        place, known = places_of(table[:, 0], numbers)
        self.table = table = table[known]
        self.place = place[known]
        self.first, self.others = _first_and_others(self.place)
        self.owner = self.place[self.others].astype(np.int32)
        self.country, self.end = table[:, 2], table[:, 3]
        self.is_open = self.end == _OPEN
        self.died = self.end == _DIED
        (
            self.began_first,
            self.began_last,
            self.ended_first,
            self.ended_last,
            self.confirmed_first,
            self.confirmed_last,
            known_on,
        ) = table[:, 4:].T
        self.confirmed = (self.confirmed_first != NEVER) | (self.confirmed_last != ALWAYS)
        self.began_known = (self.began_first != NEVER) | (self.began_last != ALWAYS)
        self.ended_known = (self.ended_first != NEVER) | (self.ended_last != ALWAYS)
        # From this day on it is certain that it is over.
        over = np.where(self.ended_last != ALWAYS, self.ended_last, known_on)
        self.over_from = np.where(self.is_open, ALWAYS, over)
        # From this day on it may be over, begun or not.
        may_be_over = np.maximum(
            self.ended_first,
            np.where(self.confirmed_first == NEVER, NEVER, self.confirmed_first + 1),
        )
        may_be_over = np.where(self.is_open, ALWAYS, may_be_over)
        self.may_be_over_from = np.maximum(
            self.began_first, np.minimum(self.over_from, may_be_over)
        )
        # From the first to the second day it is certain that the person was in it.
        self.in_from = np.minimum(self.began_last, self.confirmed_last)
        last_in = np.maximum(
            np.where(self.ended_first == NEVER, NEVER, self.ended_first - 1), self.confirmed_first
        )
        last_in = np.where(
            self.is_open, np.where(self.confirmed, ALWAYS, self.confirmed_first), last_in
        )
        self.in_until = np.minimum(
            last_in, np.where(self.over_from == ALWAYS, ALWAYS, self.over_from - 1)
        )

    def _least(self, days: Array, chosen: Array, otherwise: int = ALWAYS) -> Array:
        """Return for each person the least of some days of the chosen detentions."""
        least = np.full(len(self.numbers), otherwise, dtype=np.int64)
        np.minimum.at(least, self.place[chosen], days[chosen])
        return least

    def _most(self, days: Array, chosen: Array) -> Array:
        most = np.full(len(self.numbers), NEVER, dtype=np.int64)
        np.maximum.at(most, self.place[chosen], days[chosen])
        return most

    def arrays(self) -> dict[str, Array]:
        freed = ~self.died
        open_first = self._least(self.began_first, self.is_open & (self.began_first != NEVER))
        closed = ~self.is_open & (self.began_first != NEVER) & (self.ended_last != ALWAYS)
        confirmation = np.where(
            self.confirmed,
            np.where(self.confirmed_last == ALWAYS, CONFIRMED_WITHOUT_LIMIT, self.confirmed_last),
            NOT_CONFIRMED,
        )
        confirmed = np.full(len(self.numbers), NO_OPEN_DETENTION, dtype=np.int64)
        confirmed[self.place[self.is_open]] = confirmation[self.is_open]
        has_detention = np.zeros(len(self.numbers), dtype=bool)
        has_detention[self.place] = True
        days = {
            "over_from": self._least(self.over_from, freed),
            "may_be_over_from": self._least(self.may_be_over_from, freed),
            "dead_from": self._least(self.over_from, self.died),
            "may_be_dead_from": self._least(self.may_be_over_from, self.died),
            "in_last_from": self._least(np.minimum(self.in_from, self.over_from), self.died),
            "confirmed": confirmed,
            # What lists are sorted by; ALWAYS stands for a day that is not known, and goes last.
            "by_arrest": self._day_to_sort_by(
                self.began_first, self.began_known, self.began_first == NEVER, latest=False
            ),
            "by_release": self._day_to_sort_by(
                self.ended_last, self.ended_known, self.ended_last == ALWAYS, latest=True
            ),
            "by_confirmation": self._day_to_sort_by(
                self.confirmed_first,
                self.is_open & self.confirmed,
                self.confirmed_first == NEVER,
                latest=False,
            ),
            "open_since": open_first,
            "longest_closed": self._most(self.ended_last - self.began_first, closed),
        }
        spans = {
            "in_from": (self.in_from, ALWAYS),
            "in_until": (self.in_until, NEVER),
            "may_be_in_from": (self.began_first, ALWAYS),
            "over_after": (self.over_from, NEVER),
            **self._span("began", self.began_known),
            **self._span("ended", self.ended_known & ~self.is_open & ~self.died),
        }
        return {
            **{name: column.astype(np.int32) for name, column in days.items()},
            **{name: self._all(column, absent) for name, (column, absent) in spans.items()},
            "has_detention": has_detention,
            "detention_owner": self.owner,
            "detention_begins": begins_of(self.owner, len(self.numbers)),
        }

    def _span(self, name: str, known: Array) -> dict[str, tuple[Array, int]]:
        """Return the first and last possible day of a date; unknown: from ALWAYS to NEVER."""
        first, last = getattr(self, f"{name}_first"), getattr(self, f"{name}_last")
        return {
            f"{name}_first": (np.where(known, first, ALWAYS), ALWAYS),
            f"{name}_last": (np.where(known, last, NEVER), NEVER),
        }

    def _all(self, column: Array, absent: int) -> Array:
        """Return one day of every detention: the first of each person, then the others."""
        rows = np.column_stack([self.place, column])
        return _spread(
            rows, 1, len(self.numbers), self.first, self.others, np.int32, otherwise=absent
        )

    def _day_to_sort_by(
        self, days: Array, known: Array, without_limit: Array, *, latest: bool
    ) -> Array:
        """Return each person's earliest or latest day; one without a limit counts as not known."""
        if latest:
            found = self._most(days, known & ~without_limit)
            found = np.where(found == NEVER, ALWAYS, found)
        else:
            found = self._least(days, known & ~without_limit)
        found[self.place[known & without_limit]] = ALWAYS
        return found

    def several(self) -> dict[str, Several]:
        own = self.numbers[self.place] if len(self.numbers) else self.place
        return {
            "country": _several(np.column_stack([own, self.country]), self.numbers),
            "began_year": self._years(own, self.began_first, self.began_last, self.began_known),
            "ended_year": self._years(
                own,
                self.ended_first,
                self.ended_last,
                self.ended_known & ~self.is_open & ~self.died,
            ),
        }

    def _years(self, own: Array, first: Array, last: Array, known: Array) -> Several:
        """Return the years that a date may lie in, where it has a limit to both sides."""
        rows = np.flatnonzero(known & (first != NEVER) & (last != ALWAYS))
        begin, end = _year(first[rows]), _year(last[rows])
        times = end - begin + 1
        owners = np.repeat(own[rows], times)
        offset = np.arange(len(owners)) - np.repeat(np.cumsum(times) - times, times)
        return _several(np.column_stack([owners, np.repeat(begin, times) + offset]), self.numbers)

    def undone(self, outcomes: Array) -> dict[str, Array]:
        """Return the releases after which somebody was put back, with no detention entered since.

        Of each, whose it is, which release, and from which day on they may be in custody.
        """
        since: dict[int, list[tuple[int, int]]] = defaultdict(list)
        theirs = np.isin(self.table[:, 0], outcomes[:, 0])
        for person, detention, began_last in zip(
            self.table[theirs, 0].tolist(),
            self.table[theirs, 1].tolist(),
            self.began_last[theirs].tolist(),
            strict=True,
        ):
            since[person].append((detention, began_last))
        place = dict(zip(self.table[theirs, 0].tolist(), self.place[theirs].tolist(), strict=True))
        found = []
        for person, detention, release, ended_first, began_first in outcomes.tolist():
            released = began_first if ended_first == NEVER else ended_first
            taken_again = any(
                other != detention and began_last >= released for other, began_last in since[person]
            )
            if person in place and not taken_again:
                found.append((place[person], release, max(ended_first, began_first)))
        rows = np.array(found, dtype=np.int32).reshape(-1, 3)
        return {"undone_owner": rows[:, 0], "undone_release": rows[:, 1], "undone_from": rows[:, 2]}


def _year(ordinals: Array) -> Array:
    days = (ordinals - EPOCH).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _sort_keys(
    names: QuerySet[Any], numbers: Array, languages: Sequence[str]
) -> dict[str, Sequence[str]]:
    """Return what each person is sorted by in each language: the name that is shown in it."""
    rows = names.order_by("prisoner").values_list(
        "prisoner", "language", "is_display", "script", "pk", "sort_key"
    )
    place = {number: at for at, number in enumerate(numbers.tolist())}
    keys = {language: [LAST] * len(numbers) for language in languages}
    for person, group in groupby(rows.iterator(chunk_size=AT_A_TIME), key=itemgetter(0)):
        at = place.get(person)
        if at is None:
            continue
        spellings = list(group)
        latin = PrisonerName.Script.LATIN
        # As in PrisonerName.rank, which says which one is shown.
        otherwise = min(
            spellings,
            key=lambda one: (not (one[2] and one[3] == latin), not one[2], one[3] != latin, one[4]),
        )[5]
        own = {one[1]: one[5] for one in spellings if one[2]}
        for language in languages:
            keys[language][at] = own.get(language, otherwise)
    return dict(keys)
