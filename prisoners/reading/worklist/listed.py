"""What the items of the work list share: how many rows are told, of what, and of whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import In

from prisoners.models import TARGETS, Citation, Record, Source, State, Translation

# An item counts no further, and where it is made from many tables lists no more, than this.
MOST: Final = 1000
# What can still come before visitors, or is before them.
LIVING: Final = (State.DRAFT, State.IN_REVIEW, State.PUBLISHED)
# Every kind of record; a row of the work list names its own by its place among them.
KINDS: Final[tuple[type[Record], ...]] = (*TARGETS.values(), Source, Citation, Translation)

Rows = QuerySet[Any, Any] | Sequence[Any]


class Place(NamedTuple):
    """One record: its kind, as a place in ``KINDS``, and its number."""

    kind: int
    number: int

    @property
    def model(self) -> type[Record]:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows an item has; ``is_more``: more than ``number``, counted no further."""

    number: int
    is_more: bool

    def __bool__(self) -> bool:
        return self.number > 0


def count(rows: Rows) -> Count:
    """Count rows, at most one more than is told: who has a thousand needs no exact number."""
    number = rows.order_by()[: MOST + 1].count() if isinstance(rows, QuerySet) else len(rows)
    return Count(min(number, MOST), number > MOST)


def chain(model: type[Record]) -> list[tuple[str, type[Record]]]:
    """Return the ways from a record to itself, to what it is a part of, and on to the last.

    Each way with the kind that it leads to: of a charge ``pk``, ``detention``,
    ``detention__prisoner``.
    """
    found: list[tuple[str, type[Record]]] = [("pk", model)]
    way = ""
    while model.owner_field:
        way = f"{way}__{model.owner_field}" if way else model.owner_field
        owner: Any = model._meta.get_field(model.owner_field).related_model
        model = owner
        found.append((way, model))
    return found


def in_states(model: type[Record], states: Sequence[State], prefix: str = "") -> Q:
    """Return the condition that a record, and all that it is a part of, is in one of some states.

    ``prefix`` leads to the record where it is not the one that is asked about.
    """
    condition = Q()
    for way, _owner in chain(model):
        to = "" if way == "pk" else f"{way}__"
        condition &= Q(**{f"{prefix}{to}state__in": states})
    return condition


def worked_on(model: type[Record], user: int, way: str = "pk") -> Q:
    """Return the condition that somebody (by number) has written a record at the desk.

    ``way`` leads to the record from the one that is asked about.
    """
    written = LogEntry.objects.filter(
        user=user,
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
    )
    # As text: that is how the desk's log names what was written.
    return Q(In(Cast(way, TextField()), written.values("object_id").query))
