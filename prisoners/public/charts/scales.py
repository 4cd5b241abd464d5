"""Axes: where a number or a day stands, and which of them are labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import format_skeleton

from prisoners import dates
from prisoners.public import words

# The side of the square that paths are drawn in.
SIDE: Final = 1000
# So many steps at most on the axis of numbers, and labels on that of time: they fit 320 px.
MOST_STEPS: Final = 4
MOST_YEARS: Final = 6
MOST_MONTHS: Final = 3
# A label begins at its day; one that begins beyond this would leave the plot.
LAST_LABEL: Final = 0.88
# A figure of the sans face, in em, with a little room.
DIGIT: Final = 0.62


def percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def unit(share: float) -> str:
    """Return a share as a coordinate in the square of paths."""
    return f"{share * SIDE:.1f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Numbers:
    """An axis from 0 at its foot to ``top``, labelled every ``step``."""

    top: int
    step: int

    @classmethod
    def up_to(cls, largest: int) -> Numbers:
        """Return the axis in steps of 1, 2 or 5 times a power of ten that holds a number."""
        step, factors = 1, (2, 2.5, 2)
        turn = 0
        while -(-largest // step) > MOST_STEPS:
            step = int(step * factors[turn % 3])
            turn += 1
        return cls(max(-(-largest // step), 1) * step, step)

    def share(self, number: float) -> float:
        """Return how far below the top of the plot a number stands."""
        return 1 - number / self.top

    def ticks(self) -> list[dict[str, str]]:
        return [
            {"y": percent(self.share(number)), "label": words.number(number)}
            for number in range(0, self.top + 1, self.step)
        ]


@dataclass(frozen=True, slots=True)
class Time:
    """An axis from one day to another."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date, last: date) -> Time:
        """Return the axis that holds both days; one of years begins with a year."""
        if first.year + 2 <= last.year:
            first = date(first.year, 1, 1)
        return cls(first, max(last, first + timedelta(days=1)))

    def share(self, day: date) -> float:
        """Return how far along the axis a day stands; a day beyond it stands at its end."""
        along = (day - self.first).days / (self.last - self.first).days
        return min(max(along, 0.0), 1.0)

    def ticks(self) -> list[dict[str, str]]:
        """Return the labelled days, each where its year, month or day begins."""
        days, skeleton = self._days()
        return [
            {
                "x": percent(self.share(day)),
                "label": format_skeleton(skeleton, day, locale=dates.cldr_locale())
                if self.share(day) <= LAST_LABEL
                else "",
            }
            for day in days
        ]

    def _days(self) -> tuple[list[date], str]:
        years = [
            day
            for year in range(self.first.year, self.last.year + 1)
            if self.first <= (day := date(year, 1, 1)) <= self.last
        ]
        if len(years) > 1:
            steps = (1, 2, 5, 10, 20, 50, 100)
            step = next(step for step in steps if len(years) <= step * MOST_YEARS)
            return [day for day in years if day.year % step == 0], "y"
        months = [
            day
            for number in range(12 * self.first.year, 12 * self.last.year + 12)
            if self.first <= (day := date(number // 12, number % 12 + 1, 1)) <= self.last
        ]
        if len(months) > 1:
            step = next(step for step in (1, 2, 3, 6, 12) if len(months) <= step * MOST_MONTHS + 1)
            return months[::step], "yMMM"
        return [self.first], "yMMMd"


def label_width(ticks: Sequence[dict[str, Any]]) -> str:
    """Return the room that the labels of an axis of numbers need."""
    longest = max(len(one["label"]) for one in ticks)
    return f"{longest * DIGIT + 0.7:.2f}em"
