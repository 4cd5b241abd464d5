"""What a record is entered with: the record that it is a part of, cites or translates."""

from __future__ import annotations

from functools import cache

from prisoners.models import TARGETS, TRANSLATED, Citation, Prisoner, Record, Translation
from prisoners.reading.worklist.listed import chain


def owner_of(record: Record) -> Record | None:
    """Return the record that this is entered with: what it is a part of, cites or translates."""
    if isinstance(record, Citation | Translation):
        return record.target
    return getattr(record, record.owner_field) if record.owner_field else None


def root_of(record: Record) -> Record:
    """Return the record whose page holds this one, however deep: a charge's is the person."""
    owner = owner_of(record)
    return root_of(owner) if owner else record


def ways_to_people(model: type[Record]) -> list[str]:
    """Return the ways from a record to the person that it is of; none where it is of nobody."""
    return list(_ways(model))


@cache
def _ways(model: type[Record]) -> tuple[str, ...]:
    targets = {Citation: TARGETS, Translation: TRANSLATED}.get(model)
    if targets is not None:
        return tuple(
            name if way == "pk" else f"{name}__{way}"
            for name, target in targets.items()
            for way in _ways(target)
        )
    way, root = chain(model)[-1]
    return (way,) if root is Prisoner else ()
