"""How many people, by status, on a day; withheld people counted and never named."""

from __future__ import annotations

from datetime import date

from prisoners.models import ASKABLE, CountRange, Disclosure, Prisoner, Status


def totals(today: date) -> dict[Status, CountRange]:
    """Count the people of each status today whom a list names."""
    seen = Prisoner.objects.published().status(today)
    return {status: seen.count_range(status) for status in ASKABLE}


def withheld() -> int:
    """Count the people whose record is published and withheld.

    Once each, over everybody: by status, under a filter or on a day of one's choice, a count of
    one would point at somebody.
    """
    return Prisoner.objects.counted().filter(disclosure=Disclosure.WITHHELD).count()
