"""Arithmetic on numbers of which only a bound is reported.

*More than 1,200 held* before a release of 123 leaves *more than 1,077* after it, which agrees
with *more than 1,000*. A bound is a range of whole numbers; two bounds on the same quantity

- **agree** where one implies the other (every number that one allows, the other allows too);
- **cannot both hold** where no number satisfies both;
- otherwise one **says nothing about** the other.

*About* has no edge. It is read as within a tenth either way, and only ever to find agreement:
an approximate number never contradicts anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

ABOUT_TENTHS: Final = 1


class Kind(Enum):
    """How a source bounds the number that it gives."""

    EXACTLY = "exactly"
    ABOUT = "about"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    FEWER_THAN = "fewer_than"


class Verdict(Enum):
    """What two bounds on one quantity say about each other."""

    AGREE = "agree"
    CONFLICT = "conflict"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Bound:
    """A whole number, zero or more, known to lie between ``low`` and ``high``, both included.

    ``high`` is None where there is no upper limit. ``soft`` means that the edges are not to be
    held against anybody.
    """

    low: int
    high: int | None
    soft: bool = False

    def __post_init__(self) -> None:
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise ValueError(f"no whole number lies between {self.low} and {self.high}")

    @property
    def exact(self) -> int | None:
        """Return the number where only one is possible, else None."""
        return self.low if self.low == self.high and not self.soft else None

    def less(self, number: int) -> Bound:
        """Return the bound on what is left after ``number`` are gone; raise ValueError below 0.

        Where the lower edge would fall below nobody it stops there.
        """
        high = None if self.high is None else self.high - number
        return Bound(max(self.low - number, 0), high, self.soft)

    def implies(self, other: Bound) -> bool:
        """Return whether every number that this allows, ``other`` allows too."""
        if self.low < other.low:
            return False
        return other.high is None or (self.high is not None and self.high <= other.high)

    def meets(self, other: Bound) -> bool:
        """Return whether some number satisfies both."""
        below = other.high is None or self.low <= other.high
        above = self.high is None or other.low <= self.high
        return below and above

    def verdict(self, other: Bound) -> Verdict:
        """Say what this and another bound on the same quantity make of each other."""
        if not self.meets(other):
            return Verdict.SILENT if self.soft or other.soft else Verdict.CONFLICT
        if self.implies(other) or other.implies(self):
            return Verdict.AGREE
        return Verdict.SILENT


def bound(value: int, kind: Kind) -> Bound:
    """Return what a reported number allows; raise ValueError where it allows none."""
    match kind:
        case Kind.EXACTLY:
            return Bound(value, value)
        case Kind.ABOUT:
            margin = value * ABOUT_TENTHS // 10
            return Bound(value - margin, value + margin, soft=True)
        case Kind.AT_LEAST:
            return Bound(value, None)
        case Kind.MORE_THAN:
            return Bound(value + 1, None)
        case Kind.AT_MOST:
            return Bound(0, value)
        case Kind.FEWER_THAN:
            return Bound(0, value - 1)
