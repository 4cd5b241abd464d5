"""Reported numbers against each other, and beside what is documented."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Final

from prisoners.bounds import Bound, Verdict
from prisoners.dates import Interval
from prisoners.models import CountRange, Figure, Release, Status
from prisoners.reading.counts import count
from prisoners.reading.snapshot.kept import current

# How many reported numbers stand beside a documented one.
LATEST: Final = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two figures on one quantity, the earlier one carried over to the other's side of a release.

    ``carried`` is what the first allows there: after the release, its bound less the headcount,
    if everybody released was counted in it. ``released`` is that headcount, None where both
    figures stand on the same side or day.
    """

    first: Figure
    second: Figure
    carried: Bound
    released: int | None
    verdict: Verdict


def compare(first: Figure, second: Figure) -> Comparison | None:
    """Compare two figures; None where they are not about the same quantity.

    They are where they count the same in the same country, on the same side of one release, on
    one day, or before and after one release of known headcount. In between, anything may happen,
    and so it may between a release and a later day that a figure is as of.
    """
    if (first.counts, first.country) != (second.counts, second.country):
        return None
    same_release = (
        first.release_id is not None
        and first.release_id == second.release_id
        and _is_of_its_release(first)
        and _is_of_its_release(second)
    )
    if same_release and first.relation and first.relation == second.relation:
        return _compared(first, second, None)
    if same_release and {first.relation, second.relation} == {"before", "after"}:
        if first.relation == "after":
            first, second = second, first
        headcount = first.release.headcount if first.release else None
        if headcount is None or first.counts != Figure.Counts.HELD:
            return None
        return _compared(first, second, headcount)
    if _on_one_day(first.as_of, second.as_of):
        return _compared(first, second, None)
    return None


def _is_of_its_release(figure: Figure) -> bool:
    """Whether a figure may be of the days on which its release happened, or of that before it."""
    happened = figure.release.happened if figure.release else None
    if figure.as_of is None or happened is None:
        return True
    first = happened.first
    if first and figure.relation == Figure.Relation.BEFORE:
        first -= timedelta(days=1)
    too_early = figure.as_of.last and first and figure.as_of.last < first
    too_late = figure.as_of.first and happened.last and figure.as_of.first > happened.last
    return not (too_early or too_late)


def _on_one_day(first: Interval | None, second: Interval | None) -> bool:
    if first is None or second is None:
        return False
    return first.is_day and second.is_day and first.first == second.first


def _compared(first: Figure, second: Figure, released: int | None) -> Comparison | None:
    carried = first.allows()
    if released is not None:
        if carried.high is not None and carried.high < released:
            return Comparison(first, second, carried, released, Verdict.CONFLICT)
        carried = carried.less(released)
    return Comparison(first, second, carried, released, carried.verdict(second.allows()))


def compare_all(figures: list[Figure]) -> list[Comparison]:
    """Return every comparison that can be made among some figures and says something.

    That one figure says nothing about another is worth saying only of two that stand alone.
    """
    compared = [compare(first, second) for first, second in combinations(figures, 2)]
    found = [one for one in compared if one is not None]
    if len(found) == 1:
        return found
    return [one for one in found if one.verdict is not Verdict.SILENT]


def conflicts(figures: Iterable[Figure]) -> list[Comparison]:
    """Return every two among figures of the whole record that cannot both hold, the latest first.

    Only those of one release, or as of one day, are compared: there are too many others.
    """
    near: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        quantity = (figure.counts, str(figure.country.code))
        if figure.release_id is not None:
            near[(*quantity, figure.release_id)].append(figure)
        if figure.as_of and figure.as_of.is_day:
            near[(*quantity, figure.as_of_first)].append(figure)
    pairs = {
        frozenset(one.pk for one in pair): pair
        for some in near.values()
        for pair in combinations(some, 2)
    }
    compared = [compare(*pair) for pair in pairs.values()]
    found = [one for one in compared if one and one.verdict is Verdict.CONFLICT]
    return sorted(found, key=lambda one: (_age(one.second), _age(one.first)), reverse=True)


def day_of(figure: Figure) -> date | None:
    """Return the one day that a figure is as of; None where it cannot be told.

    Before a release is the day before it, after a release the day itself: who was freed on it
    was not held on it any more.
    """
    if figure.as_of and figure.as_of.is_day:
        return figure.as_of_first
    release: Release | None = figure.release
    if not figure.relation or release is None or release.happened_first is None:
        return None
    if release.happened_first != release.happened_last:
        return None
    before = figure.relation == Figure.Relation.BEFORE
    return release.happened_first - timedelta(days=1) if before else release.happened_first


def documented_held(country: str, day: date) -> CountRange:
    """Count the people documented here as held on a day who were detained by a country."""
    return count(current(), Status.HELD, day, [country])


def latest_held(countries: list[str] | None = None) -> list[Figure]:
    """Return the newest reported figures of who is held, at most one for each reporter.

    Those as of a later day, or after a later release, are newer; what is before a release is left
    out where the same record has figures after it.
    """
    figures = Figure.objects.published().filter(counts=Figure.Counts.HELD)
    if countries:
        figures = figures.filter(country__in=countries)
    newest: dict[tuple[str, int | None], Figure] = {}
    for figure in figures.select_related("stated_by", "release"):
        key = (str(figure.country.code), figure.stated_by_id)
        if key not in newest or _age(newest[key]) <= _age(figure):
            newest[key] = figure
    after = {one.release_id for one in newest.values() if one.relation == Figure.Relation.AFTER}
    return sorted(
        (
            one
            for one in newest.values()
            if one.relation != Figure.Relation.BEFORE or one.release_id not in after
        ),
        key=_age,
        reverse=True,
    )[:LATEST]


def _age(figure: Figure) -> tuple[date, int]:
    day = figure.as_of_first or day_of(figure)
    if day is None and figure.release is not None:
        day = figure.release.happened_first
    return (day or date.min, figure.pk)
