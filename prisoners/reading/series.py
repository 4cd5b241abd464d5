"""How many people were held over time, and arrested and released by month.

Counted by events: a person is counted in from the day on which they were held, certainly or
possibly, and out from the day on which they no longer were. That answers for every day at once,
where ``held(on=day)``, which stays the definition, would ask everybody anew for each.

People with one detention are grouped by day in the database. Only those with several, which may
overlap and then count once, are read one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from prisoners.models import CountRange, Deal, Detention, Figure, Release, Scope
from prisoners.models.custody import unanswered_returns

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

ALWAYS: Final = date.min
NEVER: Final = date.max
ONE_DAY: Final = timedelta(days=1)

# The days of a detention, from a first one up to, and without, a last one: those that
# ``certainly_covering`` and ``possibly_covering`` of models/custody.py find it on. A test holds
# the two equal. Who was confirmed as held on the first day on which the detention may have ended,
# or later, was held on that day too: ``seen`` says that the certain days include the last one.
_DAY: Final[DateField[Any, Any]] = DateField()
_OVER: Final = Case(
    When(end_kind="", then=Value(NEVER)),
    default=Coalesce("ended_last", "end_known_on"),
    output_field=_DAY,
)
_MAY_END: Final = Coalesce("ended_first", Value(ALWAYS), output_field=_DAY)
_SEEN: Final = ~Q(end_kind="") & Q(
    last_confirmed_first__gte=_MAY_END, last_confirmed_first__lt=_OVER
)
_DAYS: Final[dict[str, Any]] = {
    "certain_from": Least(
        Coalesce("began_last", Value(NEVER), output_field=_DAY),
        Coalesce("last_confirmed_last", Value(NEVER), output_field=_DAY),
    ),
    "certain_to": Case(
        When(_SEEN, then=F("last_confirmed_first")),
        When(end_kind="", last_confirmed__isnull=True, then=Value(ALWAYS)),
        When(end_kind="", then=Value(NEVER)),
        default=Least(_MAY_END, _OVER),
        output_field=_DAY,
    ),
    "seen": Case(When(_SEEN, then=Value(True)), default=Value(False), output_field=BooleanField()),
    "possible_from": Coalesce("began_first", Value(ALWAYS), output_field=_DAY),
    "possible_to": _OVER,
}
_CERTAIN: Final = Q(certain_from__lt=F("certain_to")) | Q(seen=True, certain_from=F("certain_to"))
_POSSIBLE: Final = Q(possible_from__lt=F("possible_to"))

Days = tuple[date, date]


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
    certain, possible = (_counter(changes) for changes in _changes(countries))
    return [CountRange(certain(day), possible(day)) for day in days]


def held_over_time(
    last: date, first: date | None = None, countries: Sequence[str] = ()
) -> HeldOverTime | None:
    """Count the people held up to a day, from the first one on which any were known to be.

    Not before ``first``. None where nobody is known to have been held by then.
    """
    certain, possible = _changes(countries)
    known = {day for day in {*certain, *possible} if certain[day] or possible[day]}
    days = sorted(day for day in known - {ALWAYS, NEVER} if day <= last)
    if first is not None and days:
        days = [max(first, days[0]), *(day for day in days if day > first)]
    if not days or days[0] > last:
        return None
    days += [last] * (days[-1] < last)
    step = None
    if len(days) > MOST_DAYS:
        step, days = _ends_of_months(days[0], last)
    sure, may = _counter(certain), _counter(possible)
    return HeldOverTime([Held(day, CountRange(sure(day), may(day))) for day in days], step)


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


def _counter(changes: Counter[date]) -> Callable[[date], int]:
    """Return how to tell the number on any day from its changes."""
    days = sorted(changes)
    totals = list(accumulate((changes[day] for day in days), initial=0))
    return lambda day: totals[bisect_right(days, day)]


# Held ---------------------------------------------------------------------------------------


def _changes(countries: Sequence[str]) -> tuple[Counter[date], Counter[date]]:
    """Return by how much the number of people held changes, certainly and possibly, by day."""
    certain: Counter[date] = Counter()
    possible: Counter[date] = Counter()
    detentions = _detentions(countries).annotate(**_DAYS)
    alone = detentions.exclude(_is_complicated())
    # Each end apart: there are as many pairs of them as people.
    first, *others = (
        _edge(alone.filter(_CERTAIN), "certain", 1, "certain_from"),
        _edge(alone.filter(_CERTAIN), "certain", -1, "certain_to", F("seen")),
        _edge(alone.filter(_POSSIBLE), "possible", 1, "possible_from"),
        _edge(alone.filter(_POSSIBLE), "possible", -1, "possible_to"),
    )
    for kind, sign, seen, day, people in first.union(*others, all=True):
        changes = certain if kind == "certain" else possible
        changes[day + ONE_DAY if seen else day] += sign * people
    sure, may = _of_the_rest(detentions.filter(_is_complicated()), countries)
    for stretches, changes in ((sure, certain), (may, possible)):
        for begin, after in stretches:
            changes[begin] += 1
            changes[after] -= 1
    return certain, possible


def _detentions(countries: Sequence[str]) -> QuerySet[Any]:
    """Return the detentions of everybody, or of everybody whom some countries detained."""
    found: QuerySet[Any] = Detention.objects.published().order_by()
    if countries:
        by_them = Detention.objects.published().filter(
            prisoner=OuterRef("prisoner"), country__in=countries
        )
        found = found.filter(Exists(by_them))
    return found


def _is_one_of_several() -> Q:
    others = Detention.objects.published().filter(prisoner=OuterRef("prisoner"))
    return Q(Exists(others.exclude(pk=OuterRef("pk"))))


def _is_complicated() -> Q:
    """Whether the days of a detention are not all that there is to say of its person."""
    returns = unanswered_returns(Scope.PUBLISHED)
    return _is_one_of_several() | Q(
        Exists(returns.filter(detention__prisoner=OuterRef("prisoner")))
    )


def _edge(
    detentions: QuerySet[Any], kind: str, sign: int, day: str, seen: Any = None
) -> QuerySet[Any]:
    """Return (kind, sign, whether the day itself is included, day, number of people) rows."""
    rows: QuerySet[Any] = (
        detentions.annotate(
            kind=Value(kind, CharField()),
            sign=Value(sign),
            included=Value(False) if seen is None else seen,
            edge=F(day),
        )
        .values_list("kind", "sign", "included", "edge")
        .annotate(people=Count("pk"))
    )
    return rows


def _of_the_rest(
    detentions: QuerySet[Any], countries: Sequence[str]
) -> tuple[list[Days], list[Days]]:
    """Return the stretches of days, certain and possible, of people who need more than a sum."""
    certain: dict[int, list[Days]] = defaultdict(list)
    possible: dict[int, list[Days]] = defaultdict(list)
    died: dict[int, date] = {}
    for person, kind, sure_from, sure_to, seen, may_from, may_to in detentions.values_list(
        "prisoner", "end_kind", "certain_from", "certain_to", "seen", "possible_from", "possible_to"
    ).iterator():
        certain[person].append((sure_from, sure_to + ONE_DAY if seen else sure_to))
        possible[person].append((may_from, may_to))
        if kind == Detention.EndKind.DIED:
            died[person] = min(may_to, died.get(person, NEVER))
    if possible:
        for person, ended, began in unanswered_returns(Scope.PUBLISHED).values_list(
            "detention__prisoner", "detention__ended_first", "detention__began_first"
        ):
            if person in possible:
                possible[person].append((max(ended or ALWAYS, began or ALWAYS), NEVER))
    return _joined(certain, died), _joined(possible, died)


def _joined(days: dict[int, list[Days]], died: dict[int, date]) -> list[Days]:
    """Return each person's days without what overlaps, and none after their death."""
    joined = []
    for person, stretches in days.items():
        reached = ALWAYS
        last = died.get(person, NEVER)
        for first, after in sorted(stretches):
            begin, end = max(first, reached), min(after, last)
            if begin < end:
                joined.append((begin, end))
                reached = end
    return joined


# Months -------------------------------------------------------------------------------------

_FREED: Final = ~Q(end_kind="") & ~Q(end_kind=Detention.EndKind.DIED)
_DATES: Final = (
    ("arrested", "began_first", "began_last", Q()),
    ("released", "ended_first", "ended_last", _FREED),
)


class _InMonths:
    """How many people have a date in each month: certainly, where it lies within; or possibly."""

    def __init__(self) -> None:
        self.certain: Counter[int] = Counter()
        self.possible: Counter[int] = Counter()  # changes from month to month

    def add(self, dates: Iterable[tuple[date | None, date | None]], people: int = 1) -> None:
        """Count people of whom one of these dates is known; each month once."""
        spans = [_months(first, last) for first, last in dates]
        for month in {begin for begin, after in spans if after == begin + 1}:
            self.certain[month] += people
        reached = 0
        for begin, after in sorted(spans):
            if max(begin, reached) < after:
                self.possible[max(begin, reached)] += people
                self.possible[after] -= people
                reached = after

    def known(self) -> set[int]:
        """Return the months in which some date begins or ends."""
        ends = {month - 1 for month, change in self.possible.items() if change < 0}
        return {month for month, change in self.possible.items() if change > 0} | ends


_FIRST_MONTH: Final = month_number(ALWAYS)
_LAST_MONTH: Final = month_number(NEVER)


def _months(first: date | None, last: date | None) -> tuple[int, int]:
    begin = month_number(first) if first else _FIRST_MONTH
    return begin, month_number(last) + 1 if last else _LAST_MONTH


def by_month(last: date, first: date | None = None, countries: Sequence[str] = ()) -> list[Month]:
    """Count the people arrested, and released, in each month up to that of a day, in order.

    It counts as the list does under ``arrested=2021-07``: certainly, where the date lies within
    the month; possibly, where it may. Not before the month of ``first``; at most the latest
    MOST_MONTHS; empty where no date is known. Dates that are not known at all count nowhere.
    """
    counted = {name: _InMonths() for name, *_rest in _DATES}
    detentions = _detentions(countries)
    alone = detentions.exclude(_is_one_of_several())
    arrests, releases = (
        alone.filter(only, Q(**{f"{begin}__isnull": False}) | Q(**{f"{end}__isnull": False}))
        .annotate(what=Value(name, CharField()), begin=F(begin), end=F(end))
        .values_list("what", "begin", "end")
        .annotate(people=Count("pk"))
        for name, begin, end, only in _DATES
    )
    for name, begin, end, people in arrests.union(releases, all=True):
        counted[name].add([(begin, end)], people)
    for name, dates in _dates_of_several(detentions.filter(_is_one_of_several())):
        counted[name].add(dates)
    known = {month for one in counted.values() for month in one.known()}
    known = {month for month in known if _FIRST_MONTH < month < _LAST_MONTH - 1}
    end = month_number(last)
    begin = max(min(known, default=end + 1), month_number(first) if first else 0)
    arrested, released = (_totals(counted[name], end) for name, *_rest in _DATES)
    return [
        Month(month_start(month), arrested(month), released(month))
        for month in range(max(begin, end + 1 - MOST_MONTHS), end + 1)
    ]


def _dates_of_several(
    detentions: QuerySet[Any],
) -> list[tuple[str, list[tuple[date | None, date | None]]]]:
    """Return what happened to each person with several detentions: what, and its dates."""
    dates: dict[tuple[int, str], list[tuple[date | None, date | None]]] = defaultdict(list)
    for person, kind, *ends in detentions.values_list(
        "prisoner", "end_kind", "began_first", "began_last", "ended_first", "ended_last"
    ).iterator():
        if ends[0] or ends[1]:
            dates[person, "arrested"].append((ends[0], ends[1]))
        if kind and kind != Detention.EndKind.DIED and (ends[2] or ends[3]):
            dates[person, "released"].append((ends[2], ends[3]))
    return [(what, found) for (_person, what), found in dates.items()]


def _totals(counted: _InMonths, last: int) -> Callable[[int], CountRange]:
    months = sorted(counted.possible)
    totals = list(accumulate((counted.possible[month] for month in months), initial=0))
    return lambda month: CountRange(counted.certain[month], totals[bisect_right(months, month)])


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
