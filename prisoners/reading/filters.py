"""The filters of the list: one set behind the page, and behind whatever else asks the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, Value, When
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prisoners.models import ASKABLE, CountRange, Prisoner, Status
from prisoners.models.custody import CERTAIN, PrisonerQuerySet, any_of
from prisoners.reading.facets import FACETS, DateFacet, Facet
from prisoners.reading.people import Sort
from prisoners.reading.search import LONGEST, Found, find


class NameField(forms.CharField):
    """A name as somebody knows it, or a part of one."""

    default_error_messages = {
        "max_length": gettext_lazy("A name here has at most %(limit_value)d characters."),
    }


class NameFilter(django_filters.Filter):
    field_class = NameField


class DayField(forms.CharField):
    """One day, written year-month-day."""

    def to_python(self, value: object) -> Any:
        text = str(super().to_python(value)).strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(
                _("“%(text)s” is not a day. Write year, month and day, such as 2021-07-15.")
                % {"text": text[:20]}
            ) from error


class DayFilter(django_filters.Filter):
    field_class = DayField


class ValuesField(forms.MultipleChoiceField):
    """Several values; an empty one asks nothing."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class ChoicesField(ValuesField):
    """Several of a set of values; says which one it does not know and what there is."""

    def validate(self, value: list[str]) -> None:
        choices: Any = self.choices
        refuse_unknown(value, sorted(str(choice) for choice, _label in choices))


def refuse_unknown(values: Sequence[str], known: Sequence[str]) -> None:
    """Raise ValidationError for a value that is none of those known, naming some of these."""
    for value in values:
        if value not in known:
            raise ValidationError(
                _("“%(value)s” is none of the choices here (such as %(some)s).")
                % {"value": value[:40], "some": ", ".join(known[:8])}
            )


class ChoicesFilter(django_filters.Filter):
    field_class = ChoicesField


class FacetField(ValuesField):
    """Several values of a facet, which says what it knows."""

    def __init__(self, *, facet: Facet, **kwargs: Any) -> None:
        self.facet = facet
        super().__init__(**kwargs)

    def validate(self, value: list[str]) -> None:
        self.facet.check(value)


class FacetFilter(django_filters.Filter):
    field_class = FacetField


class SortField(forms.CharField):
    def validate(self, value: str) -> None:
        refuse_unknown([value] if value else [], Sort.values)


class SortFilter(django_filters.Filter):
    field_class = SortField


class PrisonerFilter(django_filters.FilterSet):
    """People by name, status, day and facets, in an order.

    Several values of one filter are *or*, filters are *and*. A status is asked as of ``on``, or of
    today; ``on`` alone asks who was held on that day. People of whom it is only possible are
    included, with ``is_certain`` false, and ``count`` is a range.
    """

    q = NameFilter(label=gettext_lazy("Name"), max_length=LONGEST)
    status = ChoicesFilter(
        label=gettext_lazy("Status"), choices=[(status.value, status.label) for status in ASKABLE]
    )
    on = DayFilter(
        label=gettext_lazy("On the day"),
        help_text=gettext_lazy("Year, month, day: 2021-07-15. Empty: today."),
    )
    sort = SortFilter(label=gettext_lazy("Order"))

    class Meta:
        model = Prisoner
        fields: list[str] = []

    def __init__(
        self, data: QueryDict | dict[str, Any], queryset: PrisonerQuerySet, *, today: date
    ) -> None:
        self.today = today
        self.everybody = queryset
        super().__init__(data, queryset=queryset)

    @property
    def day(self) -> date:
        """The day that a status is asked on."""
        return self.form.cleaned_data.get("on") or self.today

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses that are asked for; held, where only a day is given."""
        chosen = tuple(Status(one) for one in self.form.cleaned_data.get("status", []))
        return chosen or ((Status.HELD,) if self.form.cleaned_data.get("on") else ())

    @property
    def order(self) -> Sort:
        """The order that is asked for."""
        return Sort(self.form.cleaned_data.get("sort") or Sort.NAME)

    def chosen(self, facet: Facet) -> list[str]:
        """Return the values of a facet that are asked for."""
        values: list[str] = self.form.cleaned_data.get(facet.name) or []
        return values

    @cached_property
    def found(self) -> Found | None:
        """Who was found by the name that is asked for; None where none is."""
        text = self.form.cleaned_data.get("q")
        return find(text) if text else None

    @property
    def people(self) -> PrisonerQuerySet:
        """The people whom the filters leave, certainly or possibly, with their status then."""
        return self.qs  # type: ignore[return-value]  # the library knows no other queryset

    def filter_queryset(self, queryset: Any) -> Any:
        people = self._leaving()
        if not self.statuses:
            people = people.status(self.day)
        return people.annotate(
            is_certain=Case(When(self._certain(), then=Value(True)), default=Value(False))
            if self._certain()
            else Value(True)
        )

    def count(self) -> CountRange:
        """Count the people listed: of whom it is certain, and of whom it is possible."""
        people = self._leaving()
        possible = people.count()
        if not self._certain():
            return CountRange(possible, possible)
        return CountRange(people.filter(self._certain()).count(), possible)

    def facets(self) -> dict[str, dict[str, int]]:
        """Count the people that each choice would list, the choices of its own filter left out."""
        everybody_else = self._leaving(without="status").status(self.day)
        counted = {"status": everybody_else.count_each(*ASKABLE)}
        for facet in FACETS:
            counted[facet.name] = facet.counts(self._leaving(without=facet.name), self.day)
        return counted

    def _leaving(self, without: str = "") -> PrisonerQuerySet:
        """Return the people whom the filters leave, one of them set aside.

        Their status is asked for only where one of them has to be: it is a long question.
        """
        people = self.everybody
        if self.found is not None:
            people = people.filter(pk__in=self.found.prisoners)
        for facet in FACETS:
            if facet.name != without and (values := self.chosen(facet)):
                people = people.filter(facet.possibly(values, self.day))
        if self.statuses and without != "status":
            people = people.status(self.day).possibly(*self.statuses)
        return people

    def _certain(self) -> Q:
        """Return the condition that is certain of a person; empty where nothing leaves a doubt."""
        certain = any_of(CERTAIN, self.statuses)
        for facet in FACETS:
            if isinstance(facet, DateFacet) and (values := self.chosen(facet)):
                certain &= facet.certainly(values, self.day)
        return certain


PrisonerFilter.base_filters.update(
    {facet.name: FacetFilter(facet=facet, label=facet.label) for facet in FACETS}
)
