"""What was done to many records at once: which operations there are, and of how many records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet

from prisoners.models import (
    ImportRow,
    Merger,
    Operation,
    OperationKind,
    Prisoner,
    PrisonerName,
    Record,
)
from prisoners.models.recording import recorded_models
from prisoners.reading.owners import ways_to_people

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


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an operation was about: names with numbers, None of who is gone, and how many more."""

    people: list[tuple[str, int | None]]
    more: int


def people_of(operations: Iterable[Operation], most: int) -> dict[int, Named]:
    """Return whom some operations were about, at most so many of each, by their numbers.

    As many queries for many as for few. Everybody who reads the desk may see who is in it: names
    are the same as in the list of people.
    """
    operations = list(operations)
    imports = {one.import_run.pk: one.pk for one in operations if getattr(one, "import_run", None)}
    others = [one.pk for one in operations if one.kind != OperationKind.IMPORT]
    numbers = _touched(others) | _in_rows(imports, most)
    shown = {number: some[:most] for number, some in numbers.items()}
    wanted = {one for some in shown.values() for one in some}
    names = _names(wanted)
    return {
        number: Named(
            [names[one] for one in some if one in names],
            # How many rows a list has is said beside it.
            0 if number in imports.values() else max(0, len(numbers[number]) - most),
        )
        for number, some in shown.items()
    }


def _touched(operations: list[int]) -> dict[int, list[int]]:
    """Return the people of whom anything was written in some operations."""
    if not operations:
        return {}
    queries = [
        model.history.filter(operation__in=operations, **{f"{way}__isnull": False})
        .order_by()
        .values_list("operation", way)
        for model, way in _ways()
    ]
    pairs = set(queries[0].union(*queries[1:]))
    # The spellings of whoever was merged are another person's by now.
    mergers = Merger.objects.filter(operation__in=operations).order_by()
    for operation, merged, kept in mergers.values_list("operation", "merged", "kept"):
        pairs |= {(operation, merged), (operation, kept)}
    found: dict[int, list[int]] = defaultdict(list)
    for operation, person in sorted(pairs):
        found[operation].append(person)
    return dict(found)


def _ways() -> Iterator[tuple[Any, str]]:
    """Yield each kind of record with a way by which its history leads to a person."""
    for model in recorded_models():
        if issubclass(model, Record):
            yield from ((model, "id" if way == "pk" else way) for way in ways_to_people(model))
        elif model.__name__ == "Assignment":
            yield model, "prisoner"


def _in_rows(imports: dict[int, int], most: int) -> dict[int, list[int]]:
    """Return the people of the first rows of some imports: of all a million would be read."""
    if not imports:
        return {}
    rows = ImportRow.objects.filter(of__in=imports, number__lte=most + 1, prisoner__isnull=False)
    found: dict[int, list[int]] = defaultdict(list)
    for one, person in rows.order_by("of", "number").values_list("of", "prisoner"):
        if person not in found[imports[one]]:
            found[imports[one]].append(person)
    return dict(found)


def _names(people: set[int]) -> dict[int, tuple[str, int | None]]:
    """Return how people are called; who is gone or has no names any more, as they were spelled."""
    there = Prisoner.objects.prefetch_related("names").in_bulk(people)
    names: dict[int, tuple[str, int | None]] = {
        number: (str(person), number) for number, person in there.items()
    }
    if bare := people - {number for number, person in there.items() if person.names.all()}:
        rows = PrisonerName.history.filter(prisoner__in=bare).order_by("is_display", "history_id")
        for number, text in rows.values_list("prisoner", "text"):
            names[number] = (text, number if number in there else None)
    return names
