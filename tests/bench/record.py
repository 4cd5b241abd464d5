"""What the public record says of people, value by value, asked of the models and nothing else.

The benchmark makes its questions of it, and Datasette's table: neither may rest on the code that
is measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from prisoners.models import (
    ASKABLE,
    Charge,
    Detention,
    Placement,
    Prisoner,
    Recognition,
    ReleaseOutcome,
)

# The names that the filters have in an address.
FACETS: Final = (
    "country",
    "gender",
    "arrested",
    "released",
    "charge",
    "facility",
    "recognised_by",
    "release",
    "released_to",
    "confirmed",
)
# Older than this, a confirmation is "longer" ago.
RECENT: Final = timedelta(days=90)

Pairs = Iterator[tuple[int, str]]


def values(facet: str, day: date, people: Sequence[int] | None = None) -> Pairs:
    """Yield each person, of those given or of all, with each value of a facet that they have.

    A date that may lie in one of several years has each of them.
    """
    of_people, rows = _rows(facet, people)
    if facet in ("arrested", "released"):
        column = "began" if facet == "arrested" else "ended"
        years = rows.filter(
            **{f"{column}_first__isnull": False, f"{column}_last__isnull": False}
        ).values_list(of_people, f"{column}_first__year", f"{column}_last__year")
        for person, first, last in years.iterator():
            for year in range(first, last + 1):
                yield person, str(year)
        return
    if facet == "charge":
        for person, code, article in rows.values_list(of_people, "code", "article").iterator():
            yield person, f"{code}§{article}"
        return
    if facet == "confirmed":
        for person, last in rows.values_list(of_people, "last_confirmed_last").iterator():
            yield person, _confirmed(last, day)
        return
    for person, value in rows.values_list(of_people, COLUMNS[facet]).iterator():
        if value or facet == "gender":
            yield person, str(value) or "not_stated"


COLUMNS: Final = {
    "country": "country",
    "gender": "gender",
    "facility": "facility__slug",
    "recognised_by": "organisation__slug",
    "release": "release__slug",
    "released_to": "destination",
}


def _rows(facet: str, people: Sequence[int] | None) -> tuple[str, QuerySet[Any]]:
    """Return where a facet's values stand: the path to the person, and the public rows."""
    path, rows = {
        "country": ("prisoner", Detention.objects.published()),
        "gender": ("pk", Prisoner.objects.published()),
        "arrested": ("prisoner", Detention.objects.published()),
        "released": (
            "prisoner",
            Detention.objects.published().exclude(end_kind__in=["", Detention.EndKind.DIED]),
        ),
        "charge": ("detention__prisoner", Charge.objects.published()),
        "facility": ("detention__prisoner", Placement.objects.published()),
        "recognised_by": ("prisoner", Recognition.objects.published()),
        "release": ("detention__prisoner", ReleaseOutcome.objects.published()),
        "released_to": ("detention__prisoner", ReleaseOutcome.objects.published()),
        "confirmed": ("prisoner", Detention.objects.published().filter(end_kind="")),
    }[facet]
    asked = Q() if people is None else Q(**{f"{path}__in": people})
    return path, rows.filter(asked).order_by()


def _confirmed(last: date | None, day: date) -> str:
    if last is None:
        return "never"
    return "recent" if last >= day - RECENT else "longer"


def statuses(day: date) -> Pairs:
    """Yield each person with each status that is certain or possible of them on a day."""
    everybody = Prisoner.objects.published().status(day)
    for status in ASKABLE:
        for person in everybody.possibly(status).values_list("pk", flat=True).iterator():
            yield person, status.value
