"""Who was held, free or dead on a day: the one definition that every count rests on.

A detention covers the days from the one it began on up to, and without, the one it ended on. Its
dates are intervals, so each question has two answers: *certainly*, whichever days they were, and
*possibly*.

- A detention with no end is held to go on only if somebody confirmed it: without a day on which
  it was last confirmed, it is possible and not certain.
- An end of unknown date is certain from the day on which it was entered into the record.
- Somebody returned to custody by a release that is said to have freed them is possibly held,
  until the new detention is entered.
- Who died in custody is neither held nor released from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prisoners.models.base import RecordQuerySet, Scope

if TYPE_CHECKING:
    from prisoners.models.detentions import Detention


class Status(models.TextChoices):
    """What is certain of a person on a day."""

    HELD = "held", _("held")
    RELEASED = "released", _("released")
    DIED = "died", _("died in custody")
    UNKNOWN = "unknown", _("unknown")
    NOT_YET = "not_yet", _("not yet detained")


# What may be asked for by name; before the first arrest there is no status to ask for.
ASKABLE = (Status.HELD, Status.RELEASED, Status.DIED, Status.UNKNOWN)


# In terms of what ``PrisonerQuerySet.status`` finds out; the first that is certain counts.
CERTAIN: Final = {
    Status.DIED: Q(certainly_died=True),
    Status.HELD: Q(certainly_in=True, certainly_died=False),
    Status.RELEASED: Q(certainly_over=True, possibly_in=False, possibly_died=False),
}
POSSIBLE: Final = {
    Status.DIED: Q(possibly_died=True) & (Q(certainly_in=False) | Q(certainly_died=True)),
    Status.HELD: Q(possibly_in=True, certainly_died=False),
    # Who is in the detention that they died in is held or dead, and never free in between.
    Status.RELEASED: Q(possibly_over=True, certainly_in=False, in_last_detention=False),
}


@dataclass(frozen=True, slots=True)
class CountRange:
    """How many people: at least ``certain``, at most ``possible``."""

    certain: int
    possible: int

    @property
    def is_exact(self) -> bool:
        return self.certain == self.possible


class DetentionQuerySet(RecordQuerySet):
    """Detentions by what was so on a day."""

    def update(self, **values: Any) -> int:
        if "end_kind" in values and "end_known_on" not in values:
            today = Value(timezone.localdate())
            values["end_known_on"] = Coalesce("end_known_on", today) if values["end_kind"] else None
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def _began_certainly(self, day: date) -> Q:
        return Q(began_last__lte=day) | Q(last_confirmed_last__lte=day)

    def _began_possibly(self, day: date) -> Q:
        return Q(began_first__isnull=True) | Q(began_first__lte=day)

    def _ended_certainly(self, day: date) -> Q:
        known = Q(ended_last__lte=day)
        unknown = Q(ended_last__isnull=True, end_known_on__lte=day)
        return ~Q(end_kind="") & (known | unknown)

    def _ended_possibly(self, day: date) -> Q:
        may_be_by_then = Q(ended_first__isnull=True) | Q(ended_first__lte=day)
        seen_since = Q(last_confirmed_first__gte=day)
        return self._ended_certainly(day) | (~Q(end_kind="") & may_be_by_then & ~seen_since)

    def _not_ended_certainly(self, day: date) -> Q:
        return (
            Q(end_kind="", last_confirmed__isnull=False)
            | Q(ended_first__gt=day)
            | Q(last_confirmed_first__gte=day)
        )

    def certainly_covering(self, day: date) -> Self:
        """Return the detentions that the person was in on a day, whichever days the dates were."""
        return self.filter(self._began_certainly(day), self._not_ended_certainly(day)).exclude(
            self._ended_certainly(day)
        )

    def possibly_covering(self, day: date) -> Self:
        """Return the detentions that the person may have been in on a day."""
        return self.filter(self._began_possibly(day)).exclude(self._ended_certainly(day))

    def certainly_begun(self, day: date) -> Self:
        return self.filter(self._began_certainly(day) | self._ended_certainly(day))

    def certainly_over(self, day: date) -> Self:
        return self.filter(self._ended_certainly(day))

    def possibly_over(self, day: date) -> Self:
        return self.filter(self._began_possibly(day), self._ended_possibly(day))

    def deaths(self) -> Self:
        return self.filter(end_kind="died")

    def not_deaths(self) -> Self:
        return self.exclude(end_kind="died")


def _detentions(scope: Scope) -> DetentionQuerySet:
    """Return the detentions of the person in the outer query that a scope lets count."""
    model: type[Detention] = apps.get_model("prisoners", "Detention")
    return model.objects.within(scope).filter(prisoner=OuterRef("pk"))


def unanswered_returns(scope: Scope) -> models.QuerySet[Any]:
    """Return releases that put somebody back into custody, with no detention entered since.

    One that may have begun on the day of the release, or later, is taken for it.
    """
    outcomes = apps.get_model("prisoners", "ReleaseOutcome").objects.within(scope)
    detentions = apps.get_model("prisoners", "Detention").objects.within(scope)
    released = Coalesce(
        OuterRef("detention__ended_first"), OuterRef("detention__began_first"), Value(date.min)
    )
    later = detentions.filter(
        Q(began_last__gte=released) | Q(began_last__isnull=True),
        prisoner=OuterRef("detention__prisoner"),
    ).exclude(pk=OuterRef("detention"))
    found: models.QuerySet[Any] = outcomes.filter(~Exists(later), returned_to_custody=True)
    return found


def _undone_releases(scope: Scope, day: date) -> models.QuerySet[Any]:
    """Return those of the person in the outer query that may have been by a day."""
    return unanswered_returns(scope).filter(
        Q(detention__ended_first__isnull=True) | Q(detention__ended_first__lte=day),
        Q(detention__began_first__isnull=True) | Q(detention__began_first__lte=day),
        detention__prisoner=OuterRef("pk"),
    )


class PrisonerQuerySet(RecordQuerySet):
    """People, and what was so of them on a day."""

    def status(self, on: date) -> Self:
        """Annotate each person with what was so on a day.

        ``custody`` is the Status that is certain, ``unknown`` where none is.
        """
        if "custody" in self.query.annotations:
            raise ValueError("the status on one day was already asked for in this query")
        mine = _detentions(self._scope)
        undone = Exists(_undone_releases(self._scope, on))
        facts = {
            "certainly_in": Exists(mine.certainly_covering(on)),
            "possibly_in": Exists(mine.possibly_covering(on)) | undone,
            "certainly_over": Exists(mine.not_deaths().certainly_over(on)),
            "possibly_over": Exists(mine.not_deaths().possibly_over(on)),
            "certainly_died": Exists(mine.deaths().certainly_over(on)),
            "possibly_died": Exists(mine.deaths().possibly_over(on)),
            "in_last_detention": Exists(mine.deaths().certainly_begun(on)),
            "has_detention": Exists(mine),
        }
        nothing_possible = ~Q(possibly_in=True) & ~Q(possibly_over=True) & ~Q(possibly_died=True)
        custody = Case(
            *(When(condition, then=Value(status)) for status, condition in CERTAIN.items()),
            When(nothing_possible & Q(has_detention=True), then=Value(Status.NOT_YET)),
            default=Value(Status.UNKNOWN),
            output_field=models.CharField(),
        )
        return self.alias(**facts).annotate(custody=custody)

    def certainly(self, *statuses: Status) -> Self:
        """Return the people of whom one of these is certain, on the day given to ``status()``."""
        return self.filter(any_of(CERTAIN, statuses))

    def possibly(self, *statuses: Status) -> Self:
        """Return the people of whom one of these is certain or possible on that day.

        It is only possible where ``custody`` says another one.
        """
        return self.filter(any_of(POSSIBLE, statuses))

    def held(self, on: date) -> Self:
        """Return who was held on a day, certainly (``custody`` says so) or possibly.

        Who was freed on the day and not taken again on it was not held on it.
        """
        return self.status(on).possibly(Status.HELD)

    def released(self, on: date) -> Self:
        """Return who had been released by a day, certainly or possibly, and was not held on it."""
        return self.status(on).possibly(Status.RELEASED)

    def died(self, on: date) -> Self:
        """Return who had died in custody by a day, certainly or possibly."""
        return self.status(on).possibly(Status.DIED)

    def count_each(self, *statuses: Status) -> dict[str, int]:
        """Count the people of whom each of these is certain or possible on that day."""
        return self.aggregate(
            **{status.value: Count("pk", filter=any_of(POSSIBLE, (status,))) for status in statuses}
        )

    def count_range(self, *statuses: Status) -> CountRange:
        """Count the people of whom one of these is certain, and possible, on that day."""
        counts = self.aggregate(
            certain=Count("pk", filter=any_of(CERTAIN, statuses)),
            possible=Count("pk", filter=any_of(POSSIBLE, statuses)),
        )
        return CountRange(counts["certain"], counts["possible"])


def any_of(conditions: dict[Status, Q], statuses: tuple[Status, ...]) -> Q:
    """Return the condition that one of some statuses holds; unknown is what ``custody`` says."""
    found = Q()
    for status in statuses:
        found |= conditions.get(status, Q(custody=status))
    return found
