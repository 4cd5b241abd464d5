"""How a release adds up, from what is documented of it."""

from __future__ import annotations

from typing import Any

import pytest

from prisoners.models import Disclosure, Release
from prisoners.reading import releases
from tests.factories import (
    DetentionFactory,
    PrisonerFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
)

pytestmark = pytest.mark.django_db

ENDED = {"end_kind": "released", "ended": "2024-05-06"}


def outcome(release: Release, **values: Any) -> None:
    detention = values.pop("detention", None) or DetentionFactory.create(published=True, **ENDED)
    ReleaseOutcomeFactory.create(
        **{"published": True, "release": release, "detention": detention, **values}
    )


def sums(release: Release) -> releases.Reconciliation:
    return releases.reconcile(releases.with_people(Release.objects.published()).get(pk=release.pk))


def test_what_nobody_announced_has_no_rest() -> None:
    release = ReleaseFactory.create(published=True)
    outcome(release)
    found = sums(release)
    assert (found.announced, found.named, found.unnamed, found.unplaced) == (None, 1, None, None)


def test_more_named_than_announced_leaves_nobody_and_no_negative_number() -> None:
    release = ReleaseFactory.create(published=True, headcount=1)
    outcome(release)
    outcome(release)
    assert (sums(release).named, sums(release).unnamed) == (2, 0)


def test_somebody_with_two_detentions_in_a_release_is_one_person() -> None:
    release = ReleaseFactory.create(published=True, headcount=5)
    person = PrisonerFactory.create(published=True)
    for began in ("2020", "2022"):
        values = {"published": True, "prisoner": person, "began": began, **ENDED}
        outcome(release, detention=DetentionFactory.create(**values))
    assert (sums(release).named, sums(release).unnamed) == (1, 4)


def test_what_is_not_known_of_somebody_is_not_counted_as_no_or_yes() -> None:
    release = ReleaseFactory.create(published=True, headcount=5)
    outcome(release)
    outcome(release, refused_to_leave=True, returned_to_custody=False)
    outcome(release, refused_to_leave=False, already_free=True)
    found = sums(release)
    assert (found.refused, found.returned, found.already_free) == (1, 0, 1)


def test_destinations_are_added_and_the_named_are_counted_in_theirs() -> None:
    release = ReleaseFactory.create(published=True, headcount=10)
    for country, headcount in (("NO", 4), ("IS", 3)):
        ReleaseDestinationFactory.create(
            published=True, release=release, country=country, headcount=headcount
        )
    ReleaseDestinationFactory.create(release=release, country="BV", headcount=3)
    outcome(release, destination="NO")
    outcome(release)
    found = sums(release)
    assert (found.placed, found.unplaced, found.named_by_country) == (7, 3, {"NO": 1})


def test_whoever_is_not_public_is_among_those_yet_to_be_named() -> None:
    release = ReleaseFactory.create(published=True, headcount=5)
    withheld = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "test"}
    outcome(release)
    outcome(release, **withheld)
    outcome(release, published=False)
    outcome(
        release,
        detention=DetentionFactory.create(
            published=True, prisoner=PrisonerFactory.create(published=True, **withheld), **ENDED
        ),
    )
    assert (sums(release).named, sums(release).unnamed) == (1, 4)


def test_people_are_in_the_order_of_their_names() -> None:
    release = ReleaseFactory.create(published=True)
    for filed in ("Zed, Anna", "Abel, Zoe"):
        person = PrisonerFactory.create(published=True, name__filed_as=filed)
        detention = DetentionFactory.create(published=True, prisoner=person, **ENDED)
        outcome(release, detention=detention)
    loaded = releases.with_people(Release.objects.published()).get()
    filed_as = [person.names.get().filed_as for _outcome, person in releases.people_of(loaded)]
    assert filed_as == ["Abel, Zoe", "Zed, Anna"]
