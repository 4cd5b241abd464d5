"""Where the sources of a page disagree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prisoners.models import Figure, Record, ReleaseDestination, Statement
from prisoners.public.footnotes import Footnotes
from prisoners.public.words import figure, number
from prisoners.reading.provenance import field_name, value_label


def disagreements(records: Iterable[Record], notes: Footnotes) -> list[dict[str, Any]]:
    """Return a box for each fact that a source gives another value for, in the order given."""
    return [
        notes.disagreement(record, field, _value(record, field), _question(record, field))
        for record in records
        for field in record.facts
        if notes.is_disputed(record, field)
    ]


def _value(record: Record, field: str) -> str:
    value = getattr(record, field)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return number(value) if is_number else value_label(record, field)


def _question(record: Record, field: str) -> str:
    words = field_name(type(record), field)
    if isinstance(record, ReleaseDestination):
        words = f"{record.country.name}: {words}"
    if isinstance(record, Statement):
        words = f"{record.said_by}: {words}"
    if isinstance(record, Figure):
        words = f"{figure(record)} {record.get_counts_display()}: {words}"
    return words[:1].upper() + words[1:]
