"""The filters of the list: one set behind the page, and behind whatever else asks the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from prisoners.models import ASKABLE, CountRange, Detention, Prisoner, Status
from prisoners.models.custody import PrisonerQuerySet
from prisoners.reading.search import LONGEST, Found, find

# Stands for a gender that no source states, which is stored as empty.
NOT_STATED = "not_stated"


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


class ChoicesField(forms.MultipleChoiceField):
    """Several of a set of values; says which one it does not know and what there is."""

    def validate(self, value: list[str]) -> None:
        choices: Any = self.choices
        known = {str(choice) for choice, _label in choices}
        for one in value:
            if one not in known:
                some = ", ".join(sorted(known)[:8])
                raise ValidationError(
                    _("“%(value)s” is none of the choices here (such as %(some)s).")
                    % {"value": one[:20], "some": some}
                )


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    field_class = ChoicesField


class PrisonerFilter(django_filters.FilterSet):
    """People by name, status, country, gender and day.

    Several values of one filter are *or*, filters are *and*. A status is asked as of ``on``, or of
    today; ``on`` alone asks who was held on that day. With a status or a day, people of whom it
    is only possible are included, and ``count`` is a range.
    """

    q = NameFilter(label=gettext_lazy("Name"), max_length=LONGEST, method="by_name")
    status = ChoicesFilter(
        label=gettext_lazy("Status"),
        choices=[(status.value, status.label) for status in ASKABLE],
        method="by_status",
    )
    country = ChoicesFilter(
        label=gettext_lazy("Detained by"), choices=lambda: list(countries), method="by_country"
    )
    gender = ChoicesFilter(
        label=gettext_lazy("Gender"),
        choices=[*Prisoner.Gender.choices, (NOT_STATED, gettext_lazy("not stated"))],
        method="by_gender",
    )
    on = DayFilter(
        label=gettext_lazy("On the day"),
        help_text=gettext_lazy("Year, month, day: 2021-07-15. Empty: today."),
        method="nothing_more",
    )

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

    def filter_queryset(self, queryset: Any) -> Any:
        people: Any = super().filter_queryset(queryset.status(self.day))
        return people.possibly(*self.statuses) if self.statuses else people

    @property
    def people(self) -> PrisonerQuerySet:
        """The people whom the filters leave, with their status on the day."""
        return self.qs  # type: ignore[return-value]  # the library knows no other queryset

    @cached_property
    def found(self) -> Found | None:
        """Who was found by the name that is asked for; None where none is."""
        text = self.form.cleaned_data.get("q")
        return find(text) if text else None

    def by_name(self, people: PrisonerQuerySet, name: str, value: str) -> PrisonerQuerySet:
        return people.filter(pk__in=self.found.prisoners) if self.found else people

    def by_status(self, people: PrisonerQuerySet, name: str, value: list[str]) -> PrisonerQuerySet:
        """Leave it to ``filter_queryset``, which knows the day too."""
        return people

    def nothing_more(self, people: PrisonerQuerySet, name: str, value: date) -> PrisonerQuerySet:
        """The day is a part of the status."""
        return people

    def by_country(self, people: PrisonerQuerySet, name: str, value: list[str]) -> PrisonerQuerySet:
        detained = Detention.objects.published().filter(prisoner=OuterRef("pk"), country__in=value)
        return people.filter(Exists(detained)) if value else people

    def by_gender(self, people: PrisonerQuerySet, name: str, value: list[str]) -> PrisonerQuerySet:
        if not value:
            return people
        return people.filter(gender__in=["" if one == NOT_STATED else one for one in value])

    def count(self) -> CountRange:
        """Count the people listed: of whom it is certain, and of whom it is possible."""
        if self.statuses:
            return self.people.count_range(*self.statuses)
        number = self.people.count()
        return CountRange(number, number)

    def facets(self) -> dict[str, dict[str, int]]:
        """Count the people that each choice would list, the choice of its own filter left out."""
        return {
            "status": self._status_facet(),
            "country": self._country_facet(),
            "gender": self._gender_facet(),
        }

    def _without(self, name: str) -> PrisonerQuerySet:
        data = {one: value for one, value in self._asked().items() if one != name}
        if name == "status":
            data.pop("on", None)
        other = type(self)(data, self.everybody, today=self.day)
        # Who has the name does not change with the other filters.
        other.__dict__["found"] = self.found
        return other.people

    def _asked(self) -> dict[str, Any]:
        return {one: value for one, value in self.form.cleaned_data.items() if value}

    def _status_facet(self) -> dict[str, int]:
        people = self._without("status")
        return {status.value: people.possibly(status).count() for status in ASKABLE}

    def _country_facet(self) -> dict[str, int]:
        detained = Detention.objects.published().filter(
            prisoner__in=self._without("country").order_by().values("pk")
        )
        counted = detained.order_by().values("country").annotate(n=Count("prisoner", distinct=True))
        return dict(counted.values_list("country", "n"))

    def _gender_facet(self) -> dict[str, int]:
        people = self._without("gender").order_by()
        counts = people.aggregate(
            **{gender: Count("pk", filter=Q(gender=gender)) for gender in Prisoner.Gender.values},
            **{NOT_STATED: Count("pk", filter=Q(gender=""))},
        )
        return dict(counts)
