"""Facets, date ranges and orders of the list, held to plain reasoning over the same people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.http import QueryDict

from prisoners.models import CountRange, Detention, Prisoner, Release, Status, version
from prisoners.reading.facets import FACETS
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.people import for_list
from prisoners.reading.snapshot.kept import current, one_answer
from tests.factories import (
    ActorFactory,
    ChargeFactory,
    DetentionFactory,
    FacilityFactory,
    PlacementFactory,
    PrisonerFactory,
    RecognitionFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
)
from tests.kept import kept

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)


def person(name: str, **values: Any) -> Prisoner:
    made: Prisoner = PrisonerFactory.create(published=True, name__text=f"Test {name}", **values)
    return made


def detained(who: Prisoner, **values: Any) -> Detention:
    made: Detention = DetentionFactory.create(published=True, prisoner=who, **values)
    return made


def people() -> None:
    """Make five people who differ in everything that a list can be narrowed by."""
    colony = FacilityFactory.create(published=True, name="Test Colony", slug="test-colony")
    board = ActorFactory.create(published=True, name="Test Board", slug="test-board")
    release: Release = ReleaseFactory.create(
        published=True, title="Test Release", slug="test-release", headcount=9
    )
    ada, ben, cyd, dov = (person(name) for name in ("Ada", "Ben", "Cyd", "Dov"))
    person("Eve", gender="female")

    first = detained(ada, country="AQ", began="2021-07-14", last_confirmed="2026-05-20")
    ChargeFactory.create(published=True, detention=first, code="Test Code", article="1")
    PlacementFactory.create(published=True, detention=first, facility=colony)
    RecognitionFactory.create(published=True, prisoner=ada, organisation=board)

    second = detained(ben, country="BV", began="2021", last_confirmed="2025-01-01")
    ChargeFactory.create(published=True, detention=second, code="Test Code", article="1")
    ChargeFactory.create(published=True, detention=second, code="Test Code", article="2")

    third = detained(cyd, country="AQ", began="2020-12/2021-01", end_kind="pardon", ended="2025-06")
    ReleaseOutcomeFactory.create(published=True, release=release, detention=third, destination="NO")
    # The same person, held twice in one country: one person all the same.
    detained(cyd, country="AQ", began="2025-09-01")

    detained(dov, country="BV", began=None, end_kind="died", ended="2025-02-03")
    # What is not public speaks for nobody.
    hidden = DetentionFactory.create(prisoner=ada, country="HM", began="2019", end_kind="released")
    ChargeFactory.create(published=True, detention=hidden, code="Test Code", article="hidden")


@pytest.fixture(scope="module", autouse=True)
def _people(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, people):
        yield


def asked(query: str) -> PrisonerFilter:
    found = PrisonerFilter(QueryDict(query), current(), today=TODAY)
    assert found.is_valid(), found.form.errors
    return found


def names(query: str) -> set[str]:
    return {one.name.removeprefix("Test ") for one in for_list(asked(query).numbers().tolist())}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("country=AQ", {"Ada", "Cyd"}),
        ("country=HM", set()),
        ("country=AQ&country=BV", {"Ada", "Ben", "Cyd", "Dov"}),
        ("gender=female", {"Eve"}),
        ("gender=not_stated", {"Ada", "Ben", "Cyd", "Dov"}),
        ("charge=Test+Code§1", {"Ada", "Ben"}),
        ("charge=Test+Code§2", {"Ben"}),
        ("charge=Test+Code§1&country=AQ", {"Ada"}),
        ("facility=test-colony", {"Ada"}),
        ("recognised_by=test-board", {"Ada"}),
        ("release=test-release", {"Cyd"}),
        ("released_to=NO", {"Cyd"}),
        ("confirmed=recent", {"Ada"}),
        ("confirmed=longer", {"Ben"}),
        ("confirmed=never", {"Cyd"}),
        ("confirmed=recent&confirmed=longer", {"Ada", "Ben"}),
        ("released=2025", {"Cyd"}),
        ("released=2025-07", set()),
    ],
)
def test_a_choice_lists_those_whom_it_is_true_of(query: str, expected: set[str]) -> None:
    assert names(query) == expected


@pytest.mark.parametrize(
    ("when", "certain", "possible"),
    [
        ("2021", {"Ada", "Ben"}, {"Ada", "Ben", "Cyd"}),
        ("2020", set(), {"Cyd"}),
        ("2020/2021", {"Ada", "Ben", "Cyd"}, {"Ada", "Ben", "Cyd"}),
        ("2021-06/2021-09", {"Ada"}, {"Ada", "Ben"}),
        ("2021-07-14", {"Ada"}, {"Ada", "Ben"}),
        ("2021-07-15/..", {"Cyd"}, {"Ben", "Cyd"}),
        ("../2021-01", {"Cyd"}, {"Ben", "Cyd"}),
        ("2031", set(), set()),
    ],
)
def test_a_range_of_arrests_counts_the_certain_and_lists_the_possible(
    when: str, certain: set[str], possible: set[str]
) -> None:
    found = asked(f"arrested={when}")
    numbers = found.numbers().tolist()
    standing = found.standing(numbers)
    listed = {
        one.name.removeprefix("Test "): standing[one.pk].is_certain for one in for_list(numbers)
    }
    assert set(listed) == possible
    assert {name for name, is_certain in listed.items() if is_certain} == certain
    assert found.count() == CountRange(len(certain), len(possible))


def test_a_person_is_certain_under_a_range_only_if_each_filter_is() -> None:
    """Ada is held for certain and was arrested in that month; Ben perhaps was; Cyd is unknown."""
    assert asked("status=held&arrested=2021-07").count() == CountRange(1, 2)


def _id(value: Any) -> str:
    return value if isinstance(value, str) else str(value.name)


QUERIES = ("", "country=AQ", "charge=Test+Code§1", "arrested=2021", "status=held", "on=2021-08-01")


@pytest.mark.parametrize(("query", "facet"), list(product(QUERIES, FACETS)), ids=_id)
def test_each_choice_counts_those_whom_it_would_list(query: str, facet: Any) -> None:
    """The choice of its own filter is left out, every other one holds."""
    own = QueryDict(query, mutable=True)
    own.pop(facet.name, None)
    counted = asked(query).facets()[facet.name]
    for value, number in counted.items():
        narrowed = own.copy()
        narrowed[facet.name] = value
        assert asked(narrowed.urlencode()).count().possible == number, (facet.name, value)
    labels = facet.labels(counted)
    assert set(labels) == set(counted)


@pytest.mark.parametrize("query", QUERIES)
def test_each_status_counts_those_whom_it_would_list(query: str) -> None:
    counted = asked(query).facets()["status"]
    own = QueryDict(query, mutable=True)
    for status in ("held", "released", "died", "unknown"):
        own["status"] = status
        assert asked(own.urlencode()).count().possible == counted[status], status


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("arrested", ["Cyd", "Ben", "Ada"]),
        ("released", ["Cyd", "Dov"]),
        ("confirmed", ["Ben", "Ada"]),
        ("held", ["Ben", "Ada", "Cyd"]),
        ("name", ["Ada", "Ben", "Cyd", "Dov", "Eve"]),
    ],
)
def test_an_order_puts_the_unknown_last(order: str, expected: list[str]) -> None:
    found = asked(f"sort={order}")
    ordered = [one.name.removeprefix("Test ") for one in for_list(found.numbers().tolist())]
    assert ordered[: len(expected)] == expected
    assert len(ordered) == 5


def test_a_status_that_is_asked_for_by_name_is_one_of_four() -> None:
    assert {status.value for status in Status} - set(asked("").facets()["status"]) == {"not_yet"}


# What is kept for others ------------------------------------------------------------------


def test_forms_share_their_fields_and_change_nothing_of_them() -> None:
    def is_now(form: Any) -> dict[str, Any]:
        return {
            name: ({**vars(field)}, {**vars(field.widget)}, {**field.widget.attrs})
            for name, field in form.fields.items()
        }

    one = PrisonerFilter(QueryDict("q=Ada&country=AQ"), current(), today=TODAY).form
    before = is_now(one)
    other = PrisonerFilter(QueryDict("on=2021-13&sort=no"), current(), today=TODAY).form
    assert one.is_valid()
    assert not other.is_valid()
    assert str(other)
    assert all(one.fields[name] is field for name, field in other.fields.items())
    assert one.fields is not other.fields
    assert is_now(one) == before


def test_titles_that_are_kept_for_the_next_page_are_those_of_what_may_be_seen() -> None:
    FacilityFactory.create(published=True, name="Test Asked For", slug="test-asked-for")
    for number, seen in enumerate((True, True, False)):
        place = FacilityFactory.create(
            name=f"Test {seen} {number}", **({"published": True} if seen else {})
        )
        held = detained(person(f"Held {number}"), country="AQ", began="2021")
        PlacementFactory.create(published=True, detention=held, facility=place)
    withheld = FacilityFactory.create(
        published=True, name="Test Withheld", disclosure="withheld", disclosure_reason="Test"
    )
    held = detained(person("Held"), country="AQ", began="2021")
    PlacementFactory.create(published=True, detention=held, facility=withheld)
    with one_answer(version()):
        (facet,) = (one for one in FACETS if one.name == "facility")
        assert facet.labels(["test-asked-for"]) == {"test-asked-for": "Test Asked For"}
        known = repr(current().memory)
    assert "Test True 0" in known
    assert "Test True 1" in known
    assert "Test False" not in known
    assert "Test Withheld" not in known
