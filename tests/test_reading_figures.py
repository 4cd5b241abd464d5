"""Reported numbers against each other, and which of them stand beside what is documented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from prisoners.bounds import Verdict
from prisoners.models import CountRange, Figure, Release
from prisoners.reading.figures import (
    LATEST,
    compare,
    compare_all,
    day_of,
    documented_held,
    latest_held,
)
from tests.factories import ActorFactory, DetentionFactory, FigureFactory, ReleaseFactory

pytestmark = pytest.mark.django_db


def figure(value: int = 10, **values: Any) -> Figure:
    made: Figure = FigureFactory.create(published=True, value=value, **values)
    return made


def release(**values: Any) -> Release:
    made: Release = ReleaseFactory.create(published=True, **{"headcount": 123, **values})
    return made


# Comparing --------------------------------------------------------------------------------

CASES = [
    ("more_than", 1200, "more_than", 1000, Verdict.AGREE, "more than 1,200 less 123"),
    ("exactly", 500, "exactly", 377, Verdict.AGREE, "500 less 123 is 377"),
    ("exactly", 500, "exactly", 378, Verdict.CONFLICT, "500 less 123 is not 378"),
    ("at_least", 200, "at_most", 100, Verdict.SILENT, "77 or more, 100 at most: some fit both"),
    ("about", 1000, "exactly", 100, Verdict.SILENT, "about never contradicts"),
    ("about", 1000, "about", 1000, Verdict.SILENT, "777 to 977, and 900 to 1,100"),
    ("about", 1000, "about", 877, Verdict.AGREE, "877 is what about 1,000 less 123 leaves"),
    ("fewer_than", 100, "exactly", 5, Verdict.CONFLICT, "fewer were held than were freed"),
    ("exactly", 123, "exactly", 0, Verdict.AGREE, "all were freed"),
]


@pytest.mark.parametrize(("kind", "before", "kind_after", "after", "verdict", "why"), CASES)
def test_a_figure_before_a_release_is_carried_over_to_after_it(
    kind: str, before: int, kind_after: str, after: int, verdict: Verdict, why: str
) -> None:
    one = release()
    first = figure(before, bound=kind, release=one, relation="before")
    second = figure(after, bound=kind_after, release=one, relation="after")
    for pair in ((first, second), (second, first)):
        compared = compare(*pair)
        assert compared is not None
        assert (compared.first, compared.second, compared.released) == (first, second, 123)
        assert compared.verdict is verdict, why


def test_figures_on_the_same_side_or_of_the_same_day_are_compared_as_they_are() -> None:
    one = release()
    same_side = compare(
        figure(5, release=one, relation="before"), figure(6, release=one, relation="before")
    )
    same_day = compare(figure(5, as_of="2024-01-02"), figure(6, as_of="2024-01-02?"))
    for compared in (same_side, same_day):
        assert compared is not None
        assert (compared.released, compared.verdict) == (None, Verdict.CONFLICT)


def test_figures_between_which_anything_may_have_happened_are_not_compared() -> None:
    one, unknown = release(), release(headcount=None)
    pairs = [
        (figure(as_of="2024-01-02"), figure(as_of="2024-01-03")),
        (figure(as_of="2024-01"), figure(as_of="2024-01")),
        (figure(), figure()),
        (figure(as_of="2024-01-02"), figure(as_of="2024-01-02", country="BV")),
        (figure(as_of="2024-01-02"), figure(as_of="2024-01-02", counts="died")),
        (figure(release=one, relation="before"), figure(release=release(), relation="after")),
        (figure(release=unknown, relation="before"), figure(release=unknown, relation="after")),
        (
            figure(release=one, relation="before", counts="recognised"),
            figure(release=one, relation="after", counts="recognised"),
        ),
        (figure(release=one), figure(release=one)),
    ]
    assert [compare(*pair) for pair in pairs] == [None] * len(pairs)
    assert compare_all([one for pair in pairs[:2] for one in pair]) == []


# The day of a figure ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "happened", "day"),
    [
        ({"as_of": "2024-01-02"}, None, date(2024, 1, 2)),
        ({"as_of": "2024-01"}, None, None),
        ({"relation": "before"}, "2024-03-01", date(2024, 2, 29)),
        ({"relation": "after"}, "2024-03-01?", date(2024, 3, 1)),
        ({"relation": "after"}, "2024-03", None),
        ({"relation": "after"}, None, None),
        ({"relation": ""}, "2024-03-01", None),
    ],
)
def test_a_figure_is_of_a_day_where_it_can_be_told(
    values: dict[str, str], happened: str | None, day: date | None
) -> None:
    about: dict[str, Any] = {} if "as_of" in values else {"release": release(happened=happened)}
    assert day_of(figure(10, **{**values, **about})) == day


def test_those_held_by_another_country_are_not_documented_beside_a_figure() -> None:
    held = {"published": True, "began": "2021-07", "last_confirmed": "2026-01-01"}
    DetentionFactory.create(**held, country="AQ")
    DetentionFactory.create(**held, country="BV")
    DetentionFactory.create(**{**held, "published": False}, country="AQ")
    assert documented_held("AQ", date(2022, 1, 1)) == CountRange(1, 1)
    assert documented_held("AQ", date(2021, 7, 15)) == CountRange(0, 1)
    assert documented_held("NO", date(2022, 1, 1)) == CountRange(0, 0)


# The newest -------------------------------------------------------------------------------


def test_of_each_reporter_only_the_newest_figure_stands() -> None:
    by = ActorFactory.create(published=True)
    figure(1, as_of="2023-01-01", stated_by=by)
    newest = figure(2, as_of="2024-01-01", stated_by=by)
    other = figure(3, as_of="2022-01-01", stated_by=ActorFactory.create(published=True))
    assert latest_held() == [newest, other]


def test_what_was_before_a_release_gives_way_to_what_is_after_it() -> None:
    one = release(happened="2024-03-01")
    before = figure(
        1, release=one, relation="before", stated_by=ActorFactory.create(published=True)
    )
    assert latest_held() == [before]
    after = figure(2, release=one, relation="after", stated_by=ActorFactory.create(published=True))
    assert latest_held() == [after]


def test_figures_of_other_things_or_other_countries_or_not_public_do_not_stand() -> None:
    here = figure(1, as_of="2024-01-01")
    figure(2, as_of="2024-01-02", counts="died")
    elsewhere = figure(3, as_of="2024-01-03", country="BV")
    FigureFactory.create(value=4, as_of="2024-01-04")
    assert latest_held(["AQ"]) == [here]
    assert latest_held() == [elsewhere, here]
    for number in range(5):
        by = ActorFactory.create(published=True)
        figure(number, as_of=f"2025-01-0{number + 1}", stated_by=by)
    assert len(latest_held()) == LATEST
