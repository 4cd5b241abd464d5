"""Releases: who is named, and how the numbers add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from prisoners.models import (
    Figure,
    Prisoner,
    Record,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    Statement,
)
from prisoners.reading.people import names_loaded


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How a release adds up.

    ``announced`` is None where no number was announced; ``unnamed`` and ``unplaced`` too then.
    ``named`` counts people named here, and the rest among them; who is not known to have done a
    thing is not counted as not having done it.
    """

    announced: int | None
    named: int
    unnamed: int | None
    placed: int
    unplaced: int | None
    refused: int
    returned: int
    already_free: int
    named_by_country: dict[str, int]


def with_people(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Load what a release's picture and sums need, in a fixed number of queries."""
    return releases.select_related("announced_by", "freed_by", "deal").prefetch_related(
        Prefetch(
            "destinations", ReleaseDestination.objects.published().select_related("stated_by")
        ),
        Prefetch(
            "outcomes",
            ReleaseOutcome.objects.published()
            .select_related("detention__prisoner")
            .prefetch_related(names_loaded("detention__prisoner__names")),
        ),
    )


def for_page(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Load all that a release's own page shows."""
    return with_people(releases).prefetch_related(
        Prefetch("figures", Figure.objects.published().select_related("stated_by", "release")),
        Prefetch(
            "statements",
            Statement.objects.published()
            .select_related("speaker", "prisoner", "deal")
            .prefetch_related(names_loaded("prisoner__names")),
        ),
    )


def records_of(release: Release) -> list[Record]:
    """Return a release and each loaded record that is a part of it, to look up citations."""
    return [release, *release.destinations.all(), *release.outcomes.all()]


def people_of(release: Release) -> list[tuple[ReleaseOutcome, Prisoner]]:
    """Return who is named in a release, with what it meant for them, by name."""
    pairs = [(outcome, outcome.detention.prisoner) for outcome in release.outcomes.all()]
    return sorted(pairs, key=lambda pair: _filed(pair[1]))


def _filed(person: Prisoner) -> tuple[str, int]:
    name = person.display_name()
    return (name.sort_key if name else "", person.pk)


def reconcile(release: Release) -> Reconciliation:
    """Add up a release from what is loaded of it."""
    outcomes = release.outcomes.all()
    people = {outcome.detention.prisoner_id for outcome in outcomes}
    placed = sum(one.headcount for one in release.destinations.all())
    announced = release.headcount
    return Reconciliation(
        announced=announced,
        named=len(people),
        unnamed=None if announced is None else max(announced - len(people), 0),
        placed=placed,
        unplaced=None if announced is None else announced - placed,
        refused=sum(outcome.refused_to_leave is True for outcome in outcomes),
        returned=sum(outcome.returned_to_custody is True for outcome in outcomes),
        already_free=sum(outcome.already_free is True for outcome in outcomes),
        named_by_country=dict(
            Counter(str(one.destination.code) for one in outcomes if one.destination)
        ),
    )
