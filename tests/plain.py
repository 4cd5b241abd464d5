"""The questions that the list answers from columns, as plain queries: what is right.

They ask the database for every person at once, which takes minutes where the site takes
milliseconds, and say the same of the same record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)

from prisoners import dates
from prisoners.models import (
    ASKABLE,
    Charge,
    CountRange,
    Detention,
    Placement,
    Prisoner,
    Recognition,
    ReleaseOutcome,
    Status,
)
from prisoners.models.custody import CERTAIN, PrisonerQuerySet, any_of
from prisoners.models.fields import first_name, last_name

Condition = Callable[[Sequence[str], date], Q]


def own(column: str) -> Condition:
    return lambda values, _day: Q(
        **{f"{column}__in": ["" if one == "not_stated" else one for one in values]}
    )


def related(rows: Any, person: str, column: str) -> Condition:
    return lambda values, _day: Q(
        Exists(rows.published().filter(**{person: OuterRef("pk"), f"{column}__in": values}))
    )


def charge(values: Sequence[str], _day: date) -> Q:
    asked = Q(pk__in=[])
    for value in values:
        code, _mark, article = value.partition("§")
        asked |= Q(code=code, article=article)
    return Q(Exists(Charge.objects.published().filter(asked, detention__prisoner=OuterRef("pk"))))


def dated(column: str, only: Q, *, certainly: bool) -> Condition:
    """Certain: both possible days lie inside the range; possible: the two ranges meet."""
    first, last = first_name(column), last_name(column)
    low, high = (first, last) if certainly else (last, first)

    def edge(name: str, lookup: str, day: date) -> Q:
        condition = Q(**{f"{name}__{lookup}": day})
        return condition if certainly else condition | Q(**{f"{name}__isnull": True})

    def condition(values: Sequence[str], _day: date) -> Q:
        asked = Q(pk__in=[])
        for value in values:
            interval = dates.parse(value)
            assert interval is not None
            inside = Q(**{f"{column}__isnull": False})
            if interval.first is not None:
                inside &= edge(low, "gte", interval.first)
            if interval.last is not None:
                inside &= edge(high, "lte", interval.last)
            asked |= inside
        mine = Detention.objects.published().filter(asked, only, prisoner=OuterRef("pk"))
        return Q(Exists(mine))

    return condition


def confirmed(values: Sequence[str], day: date) -> Q:
    since = day - timedelta(days=90)
    of = {
        "recent": Q(last_confirmed_last__gte=since),
        "longer": Q(last_confirmed_last__lt=since),
        "never": Q(last_confirmed__isnull=True),
    }
    asked = Q(pk__in=[])
    for value in values:
        asked |= Q(end_kind="") & of[value]
    return Q(Exists(Detention.objects.published().filter(asked, prisoner=OuterRef("pk"))))


FREED = ~Q(end_kind__in=["", "died"])
POSSIBLY: dict[str, Condition] = {
    "country": related(Detention.objects, "prisoner", "country"),
    "gender": own("gender"),
    "arrested": dated("began", Q(), certainly=False),
    "released": dated("ended", FREED, certainly=False),
    "charge": charge,
    "facility": related(Placement.objects, "detention__prisoner", "facility__slug"),
    "occupation": own("occupation_group"),
    "recognised_by": related(Recognition.objects, "prisoner", "organisation__slug"),
    "release": related(ReleaseOutcome.objects, "detention__prisoner", "release__slug"),
    "released_to": related(ReleaseOutcome.objects, "detention__prisoner", "destination"),
    "confirmed": confirmed,
}
CERTAINLY: dict[str, Condition] = {
    "arrested": dated("began", Q(), certainly=True),
    "released": dated("ended", FREED, certainly=True),
}
Asked = dict[str, list[str]]


def people(asked: Asked, day: date, statuses: Sequence[Status], without: str = "") -> Any:
    """Return whom the filters leave, certainly or possibly, one of them set aside."""
    found: PrisonerQuerySet = Prisoner.objects.published()
    for name, values in asked.items():
        if name != without and values:
            found = found.filter(POSSIBLY[name](values, day))
    found = found.status(day)
    if statuses and without != "status":
        found = found.possibly(*statuses)
    return found


def certain(asked: Asked, day: date, statuses: Sequence[Status]) -> Any:
    """Return who of those is left whichever days the dates were."""
    found = people(asked, day, statuses)
    if statuses:
        found = found.filter(any_of(CERTAIN, tuple(statuses)))
    for name, condition in CERTAINLY.items():
        if values := asked.get(name):
            found = found.filter(condition(values, day))
    return found


def count(asked: Asked, day: date, statuses: Sequence[Status]) -> CountRange:
    return CountRange(certain(asked, day, statuses).count(), people(asked, day, statuses).count())


def status_counts(asked: Asked, day: date, statuses: Sequence[Status]) -> dict[str, int]:
    everybody: dict[str, int] = people(asked, day, statuses, without="status").count_each(*ASKABLE)
    return everybody


def choice_counts(
    name: str, choices: Sequence[str], asked: Asked, day: date, statuses: Sequence[Status]
) -> dict[str, int]:
    """Count whom each choice of a filter would list; those that would list nobody left out."""
    rest = people(asked, day, statuses, without=name)
    counted = Counter(
        {choice: rest.filter(POSSIBLY[name]([choice], day)).count() for choice in choices}
    )
    return dict(+counted)


def in_order(found: PrisonerQuerySet, sort: str, day: date) -> list[int]:
    """Return the numbers of people in an order, who is not known last."""
    if sort == "name":
        # As readers see them, by the key of the name that is shown.
        keys = {}
        for person in found.prefetch_related("names"):
            names = [name for name in person.names.all() if name.is_public]
            shown = min(names, key=lambda name: name.rank("en"), default=None)
            keys[person.pk] = (shown is None, shown.sort_key if shown else "", person.pk)
        return sorted(keys, key=keys.__getitem__)
    mine = Detention.objects.published().filter(prisoner=OuterRef("pk"))
    if sort == "arrested":
        key = Subquery(mine.by_date("began").values("began_first")[:1]).asc(nulls_last=True)
    elif sort == "released":
        key = Subquery(mine.latest_first("ended").values("ended_last")[:1]).desc(nulls_last=True)
    elif sort == "confirmed":
        still = mine.filter(end_kind="").by_date("last_confirmed")
        key = Subquery(still.values("last_confirmed_first")[:1]).asc(nulls_last=True)
    else:
        until = Case(
            When(end_kind="", then=Value(day)), default=F("ended_last"), output_field=DateField()
        )
        began = ExpressionWrapper(F("began_first"), output_field=DateField())
        length = ExpressionWrapper(until - began, output_field=DurationField())
        longest = mine.annotate(length=length).order_by(F("length").desc(nulls_last=True))
        key = Subquery(longest.values("length")[:1]).desc(nulls_last=True)
    return list(found.order_by(key, "pk").values_list("pk", flat=True))
