"""What waits for somebody at the desk: for review, for an author, for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet, Subquery

from prisoners.models import Record, Revision, State, Step, kind_of
from prisoners.models.workflow import Verb


@dataclass(frozen=True, slots=True)
class Moved:
    """A record and the step that brought it where it is; None where it was put there otherwise."""

    record: Record
    step: Step | None


def steps_of(record: Record, most: int) -> list[Step]:
    """Return the latest steps of a record, the last one first."""
    return list(Step.objects.about(record).select_related("by")[:most])


def waiting_for_review(most: int) -> list[Moved]:
    """Return what was submitted and is still in review, the longest wait first.

    Parts that were submitted with their record are not named apart. One query for each kind of
    record, one for the steps.
    """
    return _moved(State.IN_REVIEW, Verb.SUBMITTED, most)


def sent_back(most: int, to: Any = None) -> list[Moved]:
    """Return drafts that were sent back from review; with ``to``, what that person submitted."""
    found = _moved(State.DRAFT, Verb.SENT_BACK, most)
    if to is None:
        return found
    submitted = Step.objects.filter(verb=Verb.SUBMITTED, by=to, lead=True)
    mine = set(submitted.values_list("kind", "record"))
    return [one for one in found if (kind_of(one.record), one.record.pk) in mine]


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


def models_of_records() -> Iterator[type[Record]]:
    for model in apps.get_app_config("prisoners").get_models():
        if issubclass(model, Record):
            yield model


def _moved(state: State, verb: Verb, most: int) -> list[Moved]:
    """Return the records of all kinds that a step of a verb brought to a state."""
    found: list[tuple[int, Record]] = []
    for model in models_of_records():
        latest = Step.objects.filter(kind=kind_of(model), record=OuterRef("pk")).order_by("-pk")
        records = model._default_manager.filter(state=state).annotate(
            step=Subquery(latest.values("pk")[:1]),
            verb=Subquery(latest.values("verb")[:1]),
            led=Subquery(latest.values("lead")[:1]),
        )
        asked_for = Q(led=True, verb=verb)
        if verb == Verb.SUBMITTED:
            # What waits without a step, as what came otherwise, is not forgotten.
            asked_for |= Q(step__isnull=True)
        some = records.filter(asked_for).order_by("step", "pk")[:most]
        found += [(one.step or 0, one) for one in some]
    found.sort(key=lambda one: (one[0], one[1].pk))
    steps = Step.objects.select_related("by").in_bulk([step for step, _one in found[:most]])
    return [Moved(record, steps.get(step)) for step, record in found[:most]]
