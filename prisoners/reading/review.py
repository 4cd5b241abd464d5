"""What was done with a record at the desk, and what is proposed and waits for a decision."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from prisoners.models import Record, Revision, Step, kind_of


def steps_of(record: Record, most: int) -> list[Step]:
    """Return the latest steps of a record, the last one first."""
    return list(Step.objects.about(record).select_related("by")[:most])


def proposed(**filters: Any) -> QuerySet[Revision]:
    """Return the proposed revisions that nobody has decided, the oldest first."""
    return (
        Revision.objects.filter(outcome=Revision.Outcome.OPEN, **filters)
        .select_related("by")
        .order_by("at", "pk")
    )


def proposed_for(record: Record) -> QuerySet[Revision]:
    """Return the undecided revisions of one record."""
    return proposed(kind=kind_of(record), record=record.pk)
