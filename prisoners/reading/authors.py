"""Who wrote what a record says: read from its history, stored nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from prisoners.models import Record, kind_of
from prisoners.models.workflow import NO_FACTS

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Written:
    """The last thing that was written of a record: who did it (None: no account) and when."""

    by: Any
    at: datetime


def last_authors(records: Iterable[Record]) -> dict[Key, int | None]:
    """Return the number of the account that last changed a fact of each record.

    None where it was no account: a dossier, an import by command. Who moved a record from state to
    state, or withheld it, has not written it. One query for each kind of record.
    """
    authors: dict[Key, int | None] = {}
    for model, numbers in _by_kind(records):
        facts = [one.attname for one in model._meta.concrete_fields if one.name not in NO_FACTS]
        rows = model.history.filter(id__in=numbers).order_by("id", "history_id")
        named = rows.values_list("id", "history_user_id", *facts)
        for number, row_group in groupby(named, key=lambda row: row[0]):
            before: Any = None
            for _number, user, *values in row_group:
                if values != before:
                    authors[kind_of(model), number] = user
                before = values
    return authors


def last_written(keys: Iterable[tuple[type[Record], int]]) -> dict[Key, Written]:
    """Return who was the last to write records, deleted ones too, in any way."""
    found: dict[Key, Written] = {}
    kinds: dict[Any, list[int]] = {}
    for model, number in keys:
        kinds.setdefault(model, []).append(number)
    for model, numbers in kinds.items():
        rows = model.history.filter(id__in=numbers).select_related("history_user")
        for row in rows.order_by("history_id"):
            found[kind_of(model), row.id] = Written(row.history_user, row.history_date)
    return found


def _by_kind(records: Iterable[Record]) -> Iterator[tuple[Any, list[int]]]:
    kinds: dict[Any, list[int]] = {}
    for one in records:
        kinds.setdefault(type(one), []).append(one.pk)
    yield from kinds.items()
