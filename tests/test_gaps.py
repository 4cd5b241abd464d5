"""Facts that are stated and rest on no source."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from prisoners.models import TARGETS, Figure, Record, State
from prisoners.models.sources import citable
from prisoners.reading.gaps import parts, stated_facts, uncited
from tests.factories import (
    FACTORIES,
    AffiliationFactory,
    ChargeFactory,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    cite,
)

pytestmark = pytest.mark.django_db


def gaps(record: Record) -> set[tuple[str, str]]:
    return {(str(gap.record._meta.model_name), gap.field) for gap in uncited(record)}


def test_what_is_stated_needs_a_source_and_what_is_not_does_not() -> None:
    person = PrisonerFactory.create(name=None, gender="female", occupation="", birth="1980")
    assert gaps(person) == {("prisoner", "gender"), ("prisoner", "birth")}


@pytest.mark.parametrize("said", [True, False])
def test_no_is_something_that_a_source_must_say(said: bool) -> None:
    outcome = ReleaseOutcomeFactory.create(refused_to_leave=said)
    cite(outcome, "release")
    assert gaps(outcome) == {("releaseoutcome", "refused_to_leave")}


def test_zero_is_something_that_a_source_must_say() -> None:
    assert ("figure", "value") in gaps(FigureFactory.create(value=0))
    assert ("releasedestination", "headcount") in gaps(
        ReleaseDestinationFactory.create(headcount=0)
    )
    assert ("sentence", "years") in gaps(SentenceFactory.create(years=0))


def test_a_country_that_is_not_stated_needs_no_source() -> None:
    outcome = ReleaseOutcomeFactory.create(destination="")
    cite(outcome, "release")
    assert gaps(outcome) == set()
    assert gaps(PrisonerFactory.create(name=None, citizenships=[])) == set()
    assert gaps(PrisonerFactory.create(name=None, citizenships=["AQ"])) == {
        ("prisoner", "citizenships")
    }


def test_a_source_for_one_field_covers_that_field_alone() -> None:
    detention = DetentionFactory.create(began="2021-07")
    assert gaps(detention) == {("detention", "country"), ("detention", "began")}
    cite(detention, "began")
    assert gaps(detention) == {("detention", "country")}


def test_a_source_for_the_record_as_a_whole_covers_it_and_its_parts() -> None:
    detention = DetentionFactory.create(began="2021-07")
    ChargeFactory.create(detention=detention)
    assert {model for model, _field in gaps(detention.prisoner)} == {
        "prisonername",
        "detention",
        "charge",
    }
    cite(detention)
    assert gaps(detention.prisoner) == {("prisonername", "text")}
    cite(detention.prisoner)
    assert gaps(detention.prisoner) == set()


@pytest.mark.parametrize(
    "values",
    [{"stance": "contradicts", "value": "another day"}, {"state": State.WITHDRAWN}],
)
def test_a_source_that_contradicts_or_was_withdrawn_covers_nothing(values: dict[str, Any]) -> None:
    detention = DetentionFactory.create()
    cite(detention, "country", **values)
    cite(detention, "", **values)
    assert gaps(detention) == {("detention", "country")}


def test_a_withdrawn_part_needs_no_source() -> None:
    person = PrisonerFactory.create(name=None)
    AffiliationFactory.create(prisoner=person, state=State.WITHDRAWN)
    assert gaps(person) == set()


def test_a_gap_names_its_field_in_words() -> None:
    with translation.override("en"):
        labels = [gap.label for gap in uncited(ReleaseFactory.create(headcount=3))]
    assert labels == ["country", "how many were announced"]


def test_parts_are_what_is_published_with_a_record_and_nothing_else() -> None:
    outcome = ReleaseOutcomeFactory.create()
    destination = ReleaseDestinationFactory.create(release=outcome.release)
    FigureFactory.create(release=outcome.release, relation=Figure.Relation.AFTER)
    cite(outcome.release)
    assert list(parts(outcome.release)) == [destination]
    assert list(parts(outcome.detention)) == [outcome]
    name = outcome.detention.prisoner.names.get()
    assert set(parts(outcome.detention.prisoner)) == {name, outcome.detention}


@pytest.mark.parametrize("model", TARGETS.values())
def test_every_fact_of_every_kind_of_record_can_be_cited(model: type[Record]) -> None:
    assert set(model.facts) <= set(citable(model))
    record = FACTORIES[model].create()
    for field in stated_facts(record):
        cite(record, field).full_clean()
    assert {field for name, field in gaps(record) if name == model._meta.model_name} == set()
