"""Counting by events, against the definition that asks everybody about every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from prisoners.models import Disclosure, Prisoner, Status
from prisoners.reading import series
from prisoners.reading.figures import documented_held
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.snapshot.kept import current
from tests.factories import (
    DetentionFactory,
    PrisonerFactory,
    ReleaseOutcomeFactory,
)
from tests.kept import kept

pytestmark = pytest.mark.django_db

HIDDEN = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
TODAY = date(2021, 4, 10)
DAYS = [date(2020, 12, 20) + timedelta(days=number) for number in range(0, 100, 2)]

BEGAN = (None, "2021-01-10", "2021-01", "2021-01-20/..", "../2021-01-15")
ENDED = (
    ("", None),
    ("released", None),
    ("released", "2021-02-05"),
    ("released", "2021-02"),
    ("released", "../2021-02-10"),
    ("released", "2021-02-01/.."),
    ("died", "2021-02-05"),
    ("died", "2021-01-25/2021-02-20"),
)
CONFIRMED = (None, "2021-01-28", "2021-02", "2021-02-05")
AGAIN = (
    {"began": "2021-02-20", "last_confirmed": "2021-03-03"},
    {"began": "2021-02", "end_kind": "released", "ended": "2021-03-05"},
    {"began": "2021-01/2021-03", "end_kind": "died", "ended": "2021-03-07"},
)


def everybody() -> None:
    """People of every form of a detention, some detained twice, some returned, some hidden."""
    known: dict[str, Any] = {"published": True, "end_known_on": date(2021, 2, 12)}
    for began, (kind, ended), confirmed in product(BEGAN, ENDED, CONFIRMED):
        dates = {"began": began, "end_kind": kind, "ended": ended, "last_confirmed": confirmed}
        DetentionFactory.create(**known, **dates)
    for number, (ended, again) in enumerate(product(ENDED[1:], AGAIN)):
        first = {"began": BEGAN[number % len(BEGAN)], "end_kind": ended[0], "ended": ended[1]}
        person = PrisonerFactory.create(published=True)
        DetentionFactory.create(**known, **first, prisoner=person, country="BV")
        DetentionFactory.create(**known, **again, prisoner=person)
    for ended, again in product(ENDED[1:5], (None, *AGAIN[:2])):
        first = {"began": "2021-01-10", "end_kind": ended[0], "ended": ended[1]}
        freed = DetentionFactory.create(**known, **first)
        ReleaseOutcomeFactory.create(published=True, detention=freed, returned_to_custody=True)
        if again:
            DetentionFactory.create(**known, **again, prisoner=freed.prisoner)
    DetentionFactory.create(began="2021-01-10", last_confirmed="2021-02-05")
    DetentionFactory.create(published=True, began="2021-01-10", last_confirmed="2021-02", **HIDDEN)
    hidden = {f"prisoner__{name}": value for name, value in HIDDEN.items()}
    DetentionFactory.create(published=True, began="2021-01", last_confirmed="2021-02-05", **hidden)


@pytest.fixture(scope="module")
def record(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, everybody):
        yield


def test_every_day_counts_the_people_whom_the_definition_finds(record: None) -> None:
    people = Prisoner.objects.published()
    expected = [people.status(day).count_range(Status.HELD) for day in DAYS]
    assert series.held_on(DAYS) == expected
    assert len(set(expected)) > 10
    assert any(not one.is_exact for one in expected)


@pytest.mark.parametrize("country", ["AQ", "BV", "NO"])
def test_every_day_counts_the_people_whom_one_country_detained(record: None, country: str) -> None:
    days = DAYS[::7]
    assert series.held_on(days, [country]) == [documented_held(country, day) for day in days]


@pytest.mark.parametrize("countries", [[], ["BV"]])
def test_every_month_counts_the_people_whom_the_list_gives(
    record: None, countries: list[str]
) -> None:
    months = series.by_month(TODAY, countries=countries)
    assert [one.first for one in months] == [date(2021, month, 1) for month in (1, 2, 3, 4)]
    country = "".join(f"&country={code}" for code in countries)
    for month in months:
        for name in ("arrested", "released"):
            asked = QueryDict(f"{name}={month.first:%Y-%m}{country}")
            found = PrisonerFilter(asked, current(), today=TODAY)
            assert found.is_valid()
            assert found.count() == getattr(month, name), (month.first, name)


def test_nothing_is_asked_but_the_version_however_many_days_there_are(record: None) -> None:
    current()
    for ask in (
        lambda: series.held_on(DAYS[:1]),
        lambda: series.held_on(DAYS),
        lambda: series.held_over_time(TODAY),
        lambda: series.by_month(TODAY),
    ):
        with CaptureQueriesContext(connection) as queries:
            ask()
        assert len(queries) == 1
