"""Releases: who is named, and how the numbers add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from prisoners.models import (
    Figure,
    Prisoner,
    Record,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    State,
    Statement,
)
from prisoners.models.base import RecordQuerySet
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


def unnamed(releases: RecordQuerySet) -> QuerySet[Any]:
    """Return the releases of which more people were announced than are named, the latest first.

    ``named`` counts people as ``reconcile`` does, ``entered`` also those whose part in it is not
    published.
    """
    outcomes = ReleaseOutcome.objects.filter(release=OuterRef("pk"))
    entered = outcomes.exclude(state=State.WITHDRAWN).exclude(detention__state=State.WITHDRAWN)
    entered = entered.exclude(detention__prisoner__state=State.WITHDRAWN)
    found: QuerySet[Any] = (
        releases.latest_first("happened")
        .annotate(named=_people(outcomes.published_apart_from("release")))
        .filter(headcount__gt=F("named"))
        .annotate(entered=_people(entered))
    )
    return found


def _people(outcomes: RecordQuerySet) -> Coalesce:
    """Return how many people some outcomes of the release in the outer query are of."""
    people = Count("detention__prisoner", distinct=True)
    each = outcomes.order_by().values("release").annotate(people=people)
    return Coalesce(Subquery(each.values("people")), 0)
