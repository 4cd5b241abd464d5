"""What was done to many records at once: which operations there are, and of how many records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Count, QuerySet

from prisoners.models import Operation, OperationKind, Record
from prisoners.models.recording import recorded_models

# What somebody may want to find and undo. Undoing is told with what it undid, and putting one
# record back stands in the history of that record.
OF_MANY: Final = (OperationKind.IMPORT, OperationKind.MERGE, OperationKind.BULK)


def done_to_many() -> QuerySet[Operation]:
    """Return the imports, merges and changes of many, the last one first."""
    return (
        Operation.objects.filter(kind__in=OF_MANY)
        .select_related("by", "undone_by", "import_run")
        .order_by("-at", "-pk")
    )


def records_touched(operations: Iterable[Operation]) -> dict[int, int]:
    """Return how many records some operations made, changed or deleted, by their numbers.

    One query for all of them; each asks the index of an operation's rows. Not for imports, which
    know themselves how many rows they had: theirs may be a million.
    """
    numbers = [one.pk for one in operations if one.kind != OperationKind.IMPORT]
    if not numbers:
        return {}
    kinds = [
        model.history.filter(operation__in=numbers)
        .order_by()
        .values_list("operation")
        .annotate(records=Count("id", distinct=True))
        for model in recorded_models()
        if issubclass(model, Record) or model.__name__ == "Assignment"
    ]
    found: dict[int, int] = {}
    for number, records in kinds[0].union(*kinds[1:], all=True):
        found[number] = found.get(number, 0) + records
    return found
