"""Which citations a fact rests on, and which facts rest on a source."""

from __future__ import annotations

from typing import Any

import pytest

from prisoners.models import Citation, Disclosure, Prisoner, State
from prisoners.reading.citations import Citations
from prisoners.reading.gaps import stated
from prisoners.reading.provenance import facts, field_label, page_of, resting_on, value_label
from tests.factories import (
    ActorFactory,
    ConcessionFactory,
    DetentionFactory,
    FacilityFactory,
    FigureFactory,
    PlacementFactory,
    PrisonerFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    SourceFactory,
    StatementFactory,
    cite,
)

pytestmark = pytest.mark.django_db

AGAINST: dict[str, Any] = {"stance": Citation.Stance.CONTRADICTS, "value": "something else"}


@pytest.fixture
def person() -> Prisoner:
    made: Prisoner = PrisonerFactory.create(published=True, birth="1970", occupation="editor")
    return made


def test_a_fact_rests_on_its_own_citation_and_not_on_that_of_another(person: Prisoner) -> None:
    birth, _occupation = cite(person, "birth"), cite(person, "occupation")
    assert Citations([person]).of(person, "birth") == [birth]


def test_a_fact_without_one_of_its_own_rests_on_that_of_its_record(person: Prisoner) -> None:
    whole, birth = cite(person), cite(person, "birth")
    found = Citations([person])
    assert found.of(person, "occupation") == [whole]
    assert found.of(person, "birth") == [birth]


def test_a_part_rests_on_the_citation_of_what_it_is_part_of(person: Prisoner) -> None:
    detention = DetentionFactory.create(published=True, prisoner=person, began="2021")
    sentence = SentenceFactory.create(published=True, detention=detention, years=2)
    of_person, of_detention = cite(person), cite(detention)
    found = Citations([person, detention, sentence])
    assert found.of(detention, "began") == [of_detention]
    assert found.of(sentence, "years") == [of_detention]
    assert found.of(person, "birth") == [of_person]


def test_two_levels_up_is_covered_too(person: Prisoner) -> None:
    detention = DetentionFactory.create(published=True, prisoner=person, began="2021")
    sentence = SentenceFactory.create(published=True, detention=detention, years=2)
    of_person = cite(person)
    found = Citations([person, detention, sentence])
    assert found.of(sentence, "years") == [of_person]


def test_one_that_contradicts_stands_after_those_that_support(person: Prisoner) -> None:
    against, supports = cite(person, "birth", **AGAINST), cite(person, "birth")
    found = Citations([person])
    assert found.of(person, "birth") == [supports, against]
    assert found.against(person, "birth") == [against]
    assert found.against(person, "occupation") == []


def test_a_fact_that_is_only_contradicted_rests_on_the_whole_as_well(person: Prisoner) -> None:
    against, whole = cite(person, "birth", **AGAINST), cite(person)
    assert Citations([person]).of(person, "birth") == [whole, against]


def test_what_is_not_public_supports_nothing(person: Prisoner) -> None:
    withheld: dict[str, Any] = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
    cite(person, "birth", state=State.DRAFT)
    cite(person, "birth", **withheld)
    cite(person, "birth", SourceFactory.create())
    assert Citations([person]).of(person, "birth") == []


def test_no_records_ask_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's own
        assert Citations([]).add([]) is None  # type: ignore[func-returns-value]  # that it returns nothing is tested


# What rests on a source -------------------------------------------------------------------


def test_every_public_fact_of_a_source_is_listed_once_for_each_citation(person: Prisoner) -> None:
    source = SourceFactory.create(state=State.PUBLISHED)
    detention = DetentionFactory.create(published=True, prisoner=person)
    cite(person, "birth", source)
    cite(person, "birth", source, locator="p. 2")
    cite(detention, "", source)
    cite(PrisonerFactory.create(), "birth", source, state=State.PUBLISHED)
    cite(person, "occupation", source, state=State.DRAFT)
    cite(person, "occupation")
    found = [(fact.record, fact.field) for fact in facts(list(resting_on(source)))]
    assert found == [(person, "birth"), (person, "birth"), (detention, "")]


def test_a_fact_that_names_what_is_not_public_is_not_listed() -> None:
    source = SourceFactory.create(state=State.PUBLISHED)
    hidden, seen = ActorFactory.create(), ActorFactory.create(published=True)
    release = ReleaseFactory.create(published=True, freed_by=hidden, announced_by=seen)
    for field in ("freed_by", "announced_by"):
        cite(release, field, source)
    assert [fact.field for fact in facts(list(resting_on(source)))] == ["announced_by"]


def test_facts_are_said_in_words(person: Prisoner) -> None:
    facility = FacilityFactory.create(published=True, latitude="0", longitude="0")
    detention = DetentionFactory.create(published=True, prisoner=person, began="2021-07")
    placement = PlacementFactory.create(published=True, detention=detention, facility=facility)
    outcome = ReleaseOutcomeFactory.create(published=True, refused_to_leave=False)
    assert value_label(detention, "began") == "July 2021"
    assert value_label(detention, "country") == "Antarctica"
    assert value_label(detention, "place") == value_label(person, "citizenships") == "not stated"
    assert value_label(detention, "end_kind") == ""
    assert value_label(placement, "facility") == facility.name
    assert value_label(outcome, "refused_to_leave") == "no"
    assert value_label(outcome, "already_free") == "not stated"
    assert value_label(detention, "") == "July 2021"
    assert field_label(detention, "began") == "detention: began"
    assert field_label(person, "occupation") == "occupation"


def test_each_record_is_listed_under_the_page_that_shows_it(person: Prisoner) -> None:
    detention = DetentionFactory.create(published=True, prisoner=person)
    sentence = SentenceFactory.create(published=True, detention=detention)
    concession = ConcessionFactory.create(published=True)
    release = ReleaseFactory.create(published=True)
    assert page_of(sentence) == (person.name, person.get_absolute_url())
    assert page_of(concession) == (concession.deal.title, concession.deal.get_absolute_url())
    assert page_of(FigureFactory.create())[1] == "/figures/"
    about = StatementFactory.create(release=release)
    assert page_of(about) == (release.title, release.get_absolute_url())
    assert page_of(StatementFactory.create())[1] == "/timeline/?kind=statement&country=AQ"


@pytest.mark.parametrize("field", ["refused_to_leave", "destination", "already_free"])
def test_no_is_stated_and_nothing_is_not(field: str) -> None:
    known = {"refused_to_leave": False, "destination": "NO", "already_free": True}
    assert stated(ReleaseOutcomeFactory.create(**known), field)
    assert not stated(ReleaseOutcomeFactory.create(), field)


def test_zero_is_stated() -> None:
    assert stated(FacilityFactory.create(latitude=0, longitude=0), "latitude")
    assert stated(FigureFactory.create(value=0), "value")
    assert not stated(ReleaseFactory.create(), "headcount")
    assert not stated(ReleaseFactory.create(), "deal")
