"""What a list of people can be narrowed by, and how many each choice would leave.

A choice is *possible* of somebody where the dates allow it and *certain* where they leave no
doubt; choices without dates are either certain or not. Several values of one facet are *or*.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from prisoners import dates
from prisoners.dates import DateTextError, Interval
from prisoners.models import (
    Actor,
    Charge,
    Detention,
    Facility,
    Placement,
    Prisoner,
    Recognition,
    Release,
    ReleaseOutcome,
)
from prisoners.models.custody import PrisonerQuerySet
from prisoners.models.fields import first_name, last_name

# Stands for a gender that no source states, which is stored as empty.
NOT_STATED: Final = "not_stated"
# After so many days without a confirmation a silence is long.
RECENT: Final = timedelta(days=90)
# Between the code and the article of a charge; neither holds it.
CHARGE_MARK: Final = "§"


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that people are narrowed by: its name in an address, and in words."""

    name: str
    label: Any

    def check(self, values: Sequence[str]) -> None:
        """Raise ValidationError where a value is none that this facet can have."""
        for value in values:
            if not self.labels([value]).get(value):
                raise ValidationError(
                    _("“%(value)s” is none of the choices of “%(label)s”.")
                    % {"value": value[:40], "label": self.label}
                )

    def possibly(self, values: Sequence[str], day: date) -> Q:
        """Return the condition on a person that one of the values may be theirs."""
        raise NotImplementedError

    def certainly(self, values: Sequence[str], day: date) -> Q:
        """Return the condition on a person that one of the values is theirs in any case."""
        return self.possibly(values, day)

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        """Count the people whom each value would list, those with none left out."""
        raise NotImplementedError

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        """Return each known value in words, in the order in which they are shown."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class GenderFacet(Facet):
    def possibly(self, values: Sequence[str], day: date) -> Q:
        return Q(gender__in=["" if one == NOT_STATED else one for one in values])

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        rows = people.order_by().values("gender").annotate(n=Count("pk"))
        return {row["gender"] or NOT_STATED: row["n"] for row in rows}

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        known = {**dict(Prisoner.Gender.choices), NOT_STATED: _("not stated")}
        asked = set(values)
        return {value: str(label) for value, label in known.items() if value in asked}


@dataclass(frozen=True, slots=True)
class RelatedFacet(Facet):
    """A value of records that belong to a person: the country of their detentions."""

    rows: Callable[[], QuerySet[Any]]
    person: str
    column: str
    name_values: Callable[[Iterable[str]], dict[str, str]]

    def possibly(self, values: Sequence[str], day: date) -> Q:
        asked = {self.person: OuterRef("pk"), f"{self.column}__in": values}
        return Q(Exists(self.rows().filter(**asked)))

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        mine = self.rows().filter(**{f"{self.person}__in": people.order_by().values("pk")})
        counted = mine.order_by().values(value=F(self.column))
        found = counted.annotate(n=Count(self.person, distinct=True))
        return {str(row["value"]): row["n"] for row in found if row["value"]}

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        return self.name_values(values)


@dataclass(frozen=True, slots=True)
class ChargeFacet(Facet):
    """The articles of law that somebody is or was charged under: ``code§article``."""

    def possibly(self, values: Sequence[str], day: date) -> Q:
        asked = Q()
        for value in values:
            code, _mark, article = value.partition(CHARGE_MARK)
            asked |= Q(code=code, article=article)
        mine = Charge.objects.published().filter(asked, detention__prisoner=OuterRef("pk"))
        return Q(Exists(mine))

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        mine = Charge.objects.published().filter(
            detention__prisoner__in=people.order_by().values("pk")
        )
        counted = mine.order_by().values("code", "article")
        return {
            f"{row['code']}{CHARGE_MARK}{row['article']}": row["n"]
            for row in counted.annotate(n=Count("detention__prisoner", distinct=True))
        }

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        labels = {}
        for value in sorted(values):
            code, mark, article = value.partition(CHARGE_MARK)
            if mark and code and article:
                labels[value] = _("%(code)s, article %(article)s") % {
                    "code": code,
                    "article": article,
                }
        return labels


@dataclass(frozen=True, slots=True)
class DateFacet(Facet):
    """A date of a person's detentions, asked for as EDTF: a year, a month, or a range of them."""

    column: str
    only: Q = field(default_factory=Q)

    def check(self, values: Sequence[str]) -> None:
        for value in values:
            self._interval(value)

    def _interval(self, value: str) -> Interval:
        try:
            interval = dates.parse(value)
        except DateTextError as error:
            raise ValidationError(str(error)) from error
        if interval is None:
            raise ValidationError(_("A date cannot be blank."))
        return interval

    def possibly(self, values: Sequence[str], day: date) -> Q:
        return self._in_one(values, certainly=False)

    def certainly(self, values: Sequence[str], day: date) -> Q:
        return self._in_one(values, certainly=True)

    def _in_one(self, values: Sequence[str], *, certainly: bool) -> Q:
        first, last = first_name(self.column), last_name(self.column)
        asked = Q()
        for value in values:
            interval = self._interval(value)
            # Certain: both possible days lie inside; possible: the two ranges meet.
            low, high = (first, last) if certainly else (last, first)
            inside = Q(**{f"{self.column}__isnull": False})
            if interval.first is not None:
                inside &= self._edge(low, "gte", interval.first, open_counts=not certainly)
            if interval.last is not None:
                inside &= self._edge(high, "lte", interval.last, open_counts=not certainly)
            asked |= inside
        mine = Detention.objects.published().filter(asked, self.only, prisoner=OuterRef("pk"))
        return Q(Exists(mine))

    @staticmethod
    def _edge(column: str, lookup: str, day: date, *, open_counts: bool) -> Q:
        """Compare a possible day; one that has no limit may be any day, and certainly is none."""
        condition = Q(**{f"{column}__{lookup}": day})
        return condition | Q(**{f"{column}__isnull": True}) if open_counts else condition

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        first, last = first_name(self.column), last_name(self.column)
        mine = Detention.objects.published().filter(
            self.only,
            prisoner__in=people.order_by().values("pk"),
            **{f"{first}__isnull": False, f"{last}__isnull": False},
        )
        rows = mine.order_by().values_list("prisoner", f"{first}__year", f"{last}__year").distinct()
        by_year: dict[int, set[int]] = defaultdict(set)
        for person, begin, end in rows.iterator():
            for year in range(begin, end + 1):
                by_year[year].add(person)
        return {str(year): len(found) for year, found in by_year.items()}

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        return {value: self._interval(value).label() for value in sorted(values, reverse=True)}


@dataclass(frozen=True, slots=True)
class ConfirmedFacet(Facet):
    """How long ago it was last confirmed that somebody in an open detention is held."""

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        known = {
            "recent": _("in the last 90 days"),
            "longer": _("longer ago"),
            "never": _("never"),
        }
        asked = set(values)
        return {value: label for value, label in known.items() if value in asked}

    def possibly(self, values: Sequence[str], day: date) -> Q:
        asked = Q()
        for value in values:
            asked |= self._of(value, day)
        return Q(Exists(Detention.objects.published().filter(asked, prisoner=OuterRef("pk"))))

    def _of(self, value: str, day: date) -> Q:
        since = day - RECENT
        return (
            Q(end_kind="")
            & {
                "recent": Q(last_confirmed_last__gte=since),
                "longer": Q(last_confirmed_last__lt=since),
                "never": Q(last_confirmed__isnull=True),
            }[value]
        )

    def counts(self, people: PrisonerQuerySet, day: date) -> dict[str, int]:
        mine = Detention.objects.published().filter(prisoner__in=people.order_by().values("pk"))
        counted: Counter[str] = Counter(
            **mine.aggregate(
                **{
                    value: Count("prisoner", filter=self._of(value, day), distinct=True)
                    for value in ("recent", "longer", "never")
                }
            )
        )
        return {value: number for value, number in counted.items() if number}


def _country_names(values: Iterable[str]) -> dict[str, str]:
    names = dict(countries)
    return dict(
        sorted(
            ((value, str(names[value])) for value in values if value in names),
            key=lambda pair: pair[1],
        )
    )


def _titles(model: type[Any], title: str) -> Callable[[Iterable[str]], dict[str, str]]:
    def named(values: Iterable[str]) -> dict[str, str]:
        found = model.objects.published().filter(slug__in=list(values)).order_by(title)
        return dict(found.values_list("slug", title))

    return named


FACETS: Final[tuple[Facet, ...]] = (
    RelatedFacet(
        "country",
        gettext_lazy("Detained by"),
        Detention.objects.published,
        "prisoner",
        "country",
        _country_names,
    ),
    GenderFacet("gender", gettext_lazy("Gender")),
    DateFacet("arrested", gettext_lazy("Arrested in"), "began"),
    DateFacet("released", gettext_lazy("Released in"), "ended", ~Q(end_kind__in=["", "died"])),
    ChargeFacet("charge", gettext_lazy("Charged under")),
    RelatedFacet(
        "facility",
        gettext_lazy("Held at"),
        Placement.objects.published,
        "detention__prisoner",
        "facility__slug",
        _titles(Facility, "name"),
    ),
    RelatedFacet(
        "recognised_by",
        gettext_lazy("Recognised by"),
        Recognition.objects.published,
        "prisoner",
        "organisation__slug",
        _titles(Actor, "name"),
    ),
    RelatedFacet(
        "release",
        gettext_lazy("Freed in"),
        ReleaseOutcome.objects.published,
        "detention__prisoner",
        "release__slug",
        _titles(Release, "title"),
    ),
    RelatedFacet(
        "released_to",
        gettext_lazy("Released to"),
        ReleaseOutcome.objects.published,
        "detention__prisoner",
        "destination",
        _country_names,
    ),
    ConfirmedFacet("confirmed", gettext_lazy("Confirmed as held")),
)
