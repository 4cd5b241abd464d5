"""What an item of the work list is: what it asks, and how it says the answer in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from prisoners.models.accounts import READ
from prisoners.reading.worklist.listed import Rows


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what is to be done, and when: ``user`` is a number where only theirs is asked."""

    today: date
    writes: bool
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to be done: in words, where it is done, what else is known, further pages.

    ``url`` is empty where no page does it.
    """

    text: str
    url: str
    details: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    is_public: bool = False


class Item:
    """One kind of thing to be done; ``name`` is the last part of its page's address.

    ``permission`` is what somebody needs to be shown it, ``by_person`` whether it can be asked
    what of it is one's own.
    """

    name: ClassVar[str]
    permission: ClassVar[str] = READ
    by_person: ClassVar[bool] = False

    def title(self) -> str:
        """Return what the count is of."""
        raise NotImplementedError

    def todo(self) -> str:
        """Return what is to be done, in a sentence."""
        raise NotImplementedError

    def nothing(self) -> str:
        """Return the sentence that stands where there is nothing to be done."""
        raise NotImplementedError

    def rows(self, asking: Asking) -> Rows:
        """Return what is to be done, the most urgent first."""
        raise NotImplementedError

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        """Say some of the rows in words."""
        raise NotImplementedError
