"""How many people, by status, on a day; withheld people counted and never named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from prisoners.models import ASKABLE, CountRange, Status
from prisoners.reading.facets import COUNTRY
from prisoners.reading.snapshot.kept import Snapshot, current
from prisoners.reading.snapshot.people import bits_of


def totals(today: date) -> dict[Status, CountRange]:
    """Count the people of each status today whom a list names."""
    snapshot = current()
    return {status: count(snapshot, status, today) for status in ASKABLE}


def count(
    snapshot: Snapshot, status: Status, day: date, countries: Sequence[str] = ()
) -> CountRange:
    """Count the people of a status on a day, of those whom some countries ever detained."""
    certain = possible = 0
    for people in snapshot.parts:
        mask = people.living()
        if countries:
            mask = mask & COUNTRY.possible(people, snapshot, countries, day)
        bits = people.custody(day, snapshot.seen["release"])[mask]
        certain += int(np.count_nonzero(bits & np.uint8(bits_of((status,), certainly=True))))
        possible += int(np.count_nonzero(bits & np.uint8(bits_of((status,), certainly=False))))
    return CountRange(certain, possible)


def withheld() -> int:
    """Count the people whose record is published and withheld.

    Once each, over everybody: by status, under a filter or on a day of one's choice, a count of
    one would point at somebody.
    """
    return len(current().withheld)
