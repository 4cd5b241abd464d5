"""Who looks at the record, and on which day: decided once, at the edge.

What may be seen depends on both. They are known where a request comes in and nowhere else, and
every query for the public needs them: so they stand here for as long as one answer takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.utils import timezone

_day: ContextVar[date | None] = ContextVar("day", default=None)
_any_day: ContextVar[bool] = ContextVar("any_day", default=False)
_visitor: ContextVar[bool] = ContextVar("visitor", default=False)
_previewed: ContextVar[Mapping[type[Any], frozenset[int]] | None] = ContextVar(
    "previewed", default=None
)


def today() -> date:
    """Return the day on which the answer that is being made began; outside of one, today."""
    return _day.get() or timezone.localdate()


def on_any_day() -> bool:
    """Whether what ends by itself on some day is to be read whatever the day is."""
    return _any_day.get()


def is_visitor() -> bool:
    """Whether what is loaded now is for somebody outside the desk."""
    return _visitor.get()


def previewed(model: type[Any]) -> frozenset[int]:
    """Return which drafts of a model are shown, by number, as if they were published."""
    return (_previewed.get() or {}).get(model, frozenset())


def is_preview() -> bool:
    """Whether drafts are shown as if they were published."""
    return bool(_previewed.get())


@contextmanager
def by_a_visitor(day: date) -> Iterator[None]:
    """Answer somebody outside the desk, as of one day whatever the clock says meanwhile."""
    of_day, of_visitor = _day.set(day), _visitor.set(True)
    try:
        yield
    finally:
        _visitor.reset(of_visitor)
        _day.reset(of_day)


@contextmanager
def whatever_the_day() -> Iterator[None]:
    """Read for what is kept over midnight: whoever reads it from there asks for the day."""
    before = _any_day.set(True)
    try:
        yield
    finally:
        _any_day.reset(before)


@contextmanager
def as_if_published(records: Mapping[type[Any], frozenset[int]]) -> Iterator[None]:
    """Let some drafts be seen meanwhile, by what is done here and by nobody else."""
    before = _previewed.set(records)
    try:
        yield
    finally:
        _previewed.reset(before)
