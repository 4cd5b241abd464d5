"""How many people, by status, on a day; withheld people counted and never named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from prisoners.models import ASKABLE, CountRange, Prisoner, Status


@dataclass(frozen=True, slots=True)
class Total:
    """How many people have a status: those whom a list names, and how many are withheld.

    ``withheld`` are those of whom the status is possible and whose record is withheld. They are
    counted in these totals only, over everybody and today: under a filter, or on a day of one's
    choice, a count of one would point at somebody.
    """

    seen: CountRange
    withheld: int


def totals(today: date) -> dict[Status, Total]:
    """Count the people of each status today."""
    seen = Prisoner.objects.published().status(today)
    withheld = Prisoner.objects.counted().filter(disclosure="withheld").status(today)
    return {
        status: Total(seen.count_range(status), withheld.possibly(status).count())
        for status in ASKABLE
    }
