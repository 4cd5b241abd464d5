"""Which days and months a series counts, and what stands beside it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from prisoners.models import CountRange, Disclosure
from prisoners.reading import series
from tests.factories import DealFactory, DetentionFactory, FigureFactory, ReleaseFactory

pytestmark = pytest.mark.django_db

HIDDEN = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
TODAY = date(2021, 4, 10)


def points(over_time: series.HeldOverTime | None) -> list[tuple[str, int, int]]:
    assert over_time is not None
    return [(str(one.day), one.count.certain, one.count.possible) for one in over_time.points]


def test_a_short_series_has_each_day_on_which_the_number_changes_and_the_last() -> None:
    DetentionFactory.create(
        published=True, began="2021-01", end_kind="released", ended="2021-03-04"
    )
    found = series.held_over_time(TODAY)
    assert points(found) == [
        ("2021-01-01", 0, 1),
        ("2021-01-31", 1, 1),
        ("2021-03-04", 0, 0),
        ("2021-04-10", 0, 0),
    ]
    assert found is not None
    assert found.step is None
    assert points(series.held_over_time(TODAY, date(2021, 2, 1))) == [
        ("2021-02-01", 1, 1),
        ("2021-03-04", 0, 0),
        ("2021-04-10", 0, 0),
    ]
    assert points(series.held_over_time(date(2021, 1, 20))) == [
        ("2021-01-01", 0, 1),
        ("2021-01-20", 0, 1),
    ]


def test_a_long_series_has_the_last_days_of_months_and_never_too_many() -> None:
    for number in range(series.MOST_DAYS + 1):
        day = date(2015, 1, 5) + timedelta(days=55 * number)
        DetentionFactory.create(published=True, began=str(day), last_confirmed=str(day))
    found = series.held_over_time(date(2026, 2, 14))
    assert found is not None
    assert found.step == 3
    days = [one.day for one in found.points]
    assert len(days) <= series.MOST_DAYS
    assert (days[0], days[1], days[-1]) == (
        date(2015, 3, 31),
        date(2015, 6, 30),
        date(2026, 2, 14),
    )
    assert found.points[-1].count == CountRange(series.MOST_DAYS + 1, series.MOST_DAYS + 1)


@pytest.mark.parametrize("years", [1, 6, 17, 35, 70, 300, 400])
def test_however_long_the_series_there_are_few_days(years: int) -> None:
    first = date(1800, 1, 31)
    step, days = series._ends_of_months(first, date(1800 + years - 1, 12, 31))
    assert len(days) <= series.MOST_DAYS
    assert days == sorted(set(days))
    assert step in series.STEPS


def test_without_a_known_day_there_is_no_series() -> None:
    assert series.held_over_time(TODAY) is None
    assert series.by_month(TODAY) == []
    DetentionFactory.create(published=True)
    assert series.held_over_time(TODAY) is None
    assert series.by_month(TODAY) == []
    DetentionFactory.create(published=True, began="2021-05-01")
    assert series.held_over_time(TODAY) is None
    assert series.by_month(TODAY) == []


def test_the_latest_months_are_counted_where_there_are_many() -> None:
    DetentionFactory.create(published=True, began="2001-02-03")
    DetentionFactory.create(published=True, began="2021-04")
    months = series.by_month(TODAY)
    assert len(months) == series.MOST_MONTHS
    assert (months[0].first, months[-1].first) == (date(2015, 5, 1), date(2021, 4, 1))
    assert months[-1].arrested == CountRange(1, 1)
    assert [one.first for one in series.by_month(TODAY, date(2021, 3, 1))] == [
        date(2021, 3, 1),
        date(2021, 4, 1),
    ]


def test_what_stands_beside_the_line_is_public_and_of_the_country() -> None:
    for values in ({"published": True}, {"published": True, **HIDDEN}, {}):
        FigureFactory.create(as_of="2021-01-01", **values)
        ReleaseFactory.create(happened="2021-01-01", **values)
        DealFactory.create(agreed="2021-01-01", **values)
    FigureFactory.create(published=True, counts="released")
    for ask in (series.reported_held, series.largest_releases, series.latest_deals):
        assert len(ask()) == len(ask(["AQ"])) == 1
        assert ask(["BV"]) == []


def test_the_largest_releases_are_marked_and_not_too_many() -> None:
    for headcount in range(series.MOST_MARKED + 3):
        ReleaseFactory.create(published=True, happened="2021", headcount=headcount)
    ReleaseFactory.create(published=True, happened="2021")
    found = [one.headcount for one in series.largest_releases()]
    assert found == list(range(series.MOST_MARKED + 2, 2, -1))
