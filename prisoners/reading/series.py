"""How many people were held over time, and arrested and released by month.

Counted as the list counts, on each of a bounded number of days, from the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from django.db.models import F

from prisoners.models import CountRange, Deal, Figure, Release, Status
from prisoners.reading.counts import count
from prisoners.reading.facets import COUNTRY
from prisoners.reading.snapshot.columns import ALWAYS, EPOCH, NEVER, Array
from prisoners.reading.snapshot.kept import Snapshot, current
from prisoners.reading.snapshot.people import People

# The most days that one answer counts on: what a table can show and a line can need.
MOST_DAYS: Final = 72
# The most months that arrests and releases are counted in; the latest ones.
MOST_MONTHS: Final = 72
# How many months lie between the days of a long series; the first is taken that is enough.
STEPS: Final = (1, 3, 6, 12, 60, 120)
# The most figures that a picture shows, the latest ones.
MOST_REPORTED: Final = 16
# The most releases, and the most deals, that a picture marks.
MOST_MARKED: Final = 8

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """How many people were held on a day."""

    day: date
    count: CountRange


@dataclass(frozen=True, slots=True)
class HeldOverTime:
    """How many people were held on some days, in order.

    ``step`` is None where every day on which the number changed is among them. Else they are the
    last days of each so many months, and the last day of all.
    """

    points: list[Held]
    step: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """How many people were arrested, and released, in the month that begins on a day."""

    first: date
    arrested: CountRange
    released: CountRange


def held_on(days: Iterable[date], countries: Sequence[str] = ()) -> list[CountRange]:
    """Count the people held on each of some days; with countries, of those detained by them."""
    snapshot = current()
    return [count(snapshot, Status.HELD, day, countries) for day in days]


def held_over_time(
    last: date, first: date | None = None, countries: Sequence[str] = ()
) -> HeldOverTime | None:
    """Count the people held up to a day, from the first one on which any were known to be.

    Not before ``first``. None where nobody is known to have been held by then.
    """
    snapshot = current()
    days = _days_of_change(snapshot, last, countries)
    if first is not None and days:
        days = [max(first, days[0]), *(day for day in days if day > first)]
    if not days or days[0] > last:
        return None
    days += [last] * (days[-1] < last)
    step = None
    if len(days) > MOST_DAYS:
        step, days = _ends_of_months(days[0], last)
    counted = [Held(day, count(snapshot, Status.HELD, day, countries)) for day in days]
    if step is None:
        # What one person's dates change, another one's may change back.
        counted = [
            one
            for place, one in enumerate(counted)
            if place in (0, len(counted) - 1) or one.count != counted[place - 1].count
        ]
    return HeldOverTime(counted, step)


def _days_of_change(snapshot: Snapshot, last: date, countries: Sequence[str]) -> list[date]:
    """Return the days on which the number of people held may change, up to a last one."""
    end = last.toordinal()
    changes = np.zeros(end + 1, dtype=bool)
    for people, mask in _parts(snapshot, countries):
        whose = _of_each_detention(people, mask)
        certain = whose & (people.array("in_from") <= people.array("in_until"))
        possible = whose & (people.array("may_be_in_from") < people.array("over_after"))
        seen = snapshot.seen["release"][people.array("undone_release")]
        for days in (
            people.array("in_from")[certain],
            people.array("in_until")[certain] + 1,
            people.array("may_be_in_from")[possible],
            people.array("over_after")[possible],
            people.array("dead_from")[mask],
            people.array("undone_from")[mask[people.array("undone_owner")] & seen],
        ):
            changes[days[(days > 0) & (days <= end)]] = True
    return [date.fromordinal(day) for day in np.flatnonzero(changes).tolist()]


def _parts(snapshot: Snapshot, countries: Sequence[str]) -> Iterator[tuple[People, Array]]:
    """Yield each part of the snapshot, and who of it counts: with countries, whom they detained."""
    for people in snapshot.parts:
        mask = people.living()
        if countries:
            mask = mask & COUNTRY.possible(people, snapshot, countries, date.min)
        yield people, mask


def _of_each_detention(people: People, mask: Array) -> Array:
    """Return for each detention whether it is of somebody who counts."""
    whose: Array = np.concatenate([mask, mask[people.array("detention_owner")]])
    return whose


def _ends_of_months(first: date, last: date) -> tuple[int, list[date]]:
    """Return a step in months, and the last days of each so many between two days."""
    for step in STEPS:
        begin = month_number(first) // step * step + step
        days = [
            month_start(number) - ONE_DAY for number in range(begin, month_number(last) + 1, step)
        ]
        if len(days) < MOST_DAYS:
            break
    return step, [*days, last]


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_start(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


# Months -------------------------------------------------------------------------------------


def by_month(last: date, first: date | None = None, countries: Sequence[str] = ()) -> list[Month]:
    """Count the people arrested, and released, in each month up to that of a day, in order.

    It counts as the list does under ``arrested=2021-07``: certainly, where the date lies within
    the month; possibly, where it may. Not before the month of ``first``; at most the latest
    MOST_MONTHS; empty where no date is known. Dates that are not known at all count nowhere.
    """
    snapshot = current()
    end = month_number(last)
    begins = [
        month
        for people, mask in _parts(snapshot, countries)
        for month in _first_months(people, mask, end)
    ]
    begin = max(min(begins, default=end + 1), month_number(first) if first else 0)
    begin = max(begin, end + 1 - MOST_MONTHS)
    if begin > end:
        return []
    arrested, released = (
        _in_each_month(snapshot, name, begin, end, countries) for name in ("began", "ended")
    )
    return [
        Month(month_start(month), arrests, releases)
        for month, arrests, releases in zip(range(begin, end + 1), arrested, released, strict=True)
    ]


def _first_months(people: People, mask: Array, end: int) -> Iterator[int]:
    """Yield the first month in which some date begins or ends, of arrests and of releases."""
    whose = _of_each_detention(people, mask)
    for name in ("began", "ended"):
        for edge in ("first", "last"):
            days = people.array(f"{name}_{edge}")[whose]
            days = days[(days > NEVER) & (days < ALWAYS)]
            if len(days) and (month := int(_months(days.min()))) <= end:
                yield month


def _months(days: Array) -> Array:
    """Return the number of the month of each day, given as an ordinal."""
    since = (np.asarray(days, dtype=np.int64) - EPOCH).astype("datetime64[D]")
    months: Array = since.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return months


def _in_each_month(
    snapshot: Snapshot, name: str, begin: int, end: int, countries: Sequence[str]
) -> list[CountRange]:
    """Count the people of whom a date lies, certainly and possibly, in each of some months."""
    width = end - begin + 1
    certain = np.zeros(width, dtype=np.int64)
    possible = np.zeros(width, dtype=np.int64)
    from_day, to_day = month_start(begin).toordinal(), month_start(end + 1).toordinal() - 1
    for people, mask in _parts(snapshot, countries):
        first, last = people.array(f"{name}_first"), people.array(f"{name}_last")
        owner = np.concatenate([np.arange(len(people)), people.array("detention_owner")])
        asked = _of_each_detention(people, mask) & (first <= last)
        asked &= (last >= from_day) & (first <= to_day)
        low = _months(np.maximum(first[asked], from_day)) - begin
        high = _months(np.minimum(last[asked], to_day)) - begin
        inside = (first[asked] >= from_day) & (last[asked] <= to_day) & (low == high)
        certain += _people_by(owner[asked][inside], low[inside], width)
        times = high - low + 1
        months = np.repeat(low, times) + _count_up(times)
        possible += _people_by(np.repeat(owner[asked], times), months, width)
    return [
        CountRange(sure, may) for sure, may in zip(certain.tolist(), possible.tolist(), strict=True)
    ]


def _count_up(times: Array) -> Array:
    """Return 0, 1, 2 … up to each of some numbers, one after the other."""
    steps: Array = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return steps


def _people_by(owner: Array, month: Array, width: int) -> Array:
    """Count in each month the people who are named in it, each once."""
    each = np.unique(owner * width + month)
    counted: Array = np.bincount(each % width, minlength=width)
    return counted


# What stands beside the line ----------------------------------------------------------------


def reported_held(countries: Sequence[str] = ()) -> list[Figure]:
    """Return the reported figures of how many are held, the earliest first."""
    figures = Figure.objects.published().filter(counts=Figure.Counts.HELD)
    if countries:
        figures = figures.filter(country__in=countries)
    return list(figures.select_related("stated_by", "release").by_date("as_of"))


def largest_releases(countries: Sequence[str] = ()) -> list[Release]:
    """Return the releases of which the largest numbers were announced, MOST_MARKED at most."""
    found = Release.objects.published().filter(happened__isnull=False)
    if countries:
        found = found.filter(country__in=countries)
    return list(found.order_by(F("headcount").desc(nulls_last=True), "pk")[:MOST_MARKED])


def latest_deals(countries: Sequence[str] = ()) -> list[Deal]:
    """Return the deals of the latest known dates, MOST_MARKED at most."""
    found = Deal.objects.published().filter(agreed__isnull=False)
    if countries:
        found = found.filter(country__in=countries)
    return list(found.latest_first("agreed")[:MOST_MARKED])
