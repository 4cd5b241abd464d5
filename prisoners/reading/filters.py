"""The filters of the list: one set behind the page, and behind whatever else asks the same."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from typing import Any, Final

import django_filters
import numpy as np
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prisoners.models import ASKABLE, CountRange, Prisoner, Status
from prisoners.reading.facets import FACETS, DateFacet, Facet
from prisoners.reading.narrowing import Narrowing, Question
from prisoners.reading.people import Sort
from prisoners.reading.search import LONGEST, Found, find
from prisoners.reading.snapshot.columns import ALWAYS, NEVER, Array, Chosen, places_of
from prisoners.reading.snapshot.kept import Snapshot
from prisoners.reading.snapshot.people import People, bits_of, status_of


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


@dataclass(frozen=True, slots=True)
class Standing:
    """What is so of a person listed: their status, and whether what is asked for is certain."""

    custody: Status
    is_certain: bool


@dataclass(frozen=True, slots=True)
class _Listed:
    """The places of those listed of a part of the snapshot; who is certain, None: all are."""

    narrowing: Narrowing
    places: Array
    certain: Array | None

    @property
    def people(self) -> People:
        return self.narrowing.people

    def count_certain(self) -> int:
        return len(self.places) if self.certain is None else int(np.count_nonzero(self.certain))


# Over a million people, a question takes some fifty megabytes for a moment. The threads of a
# process, which share one core in any case, ask one after the other, and not four times as much.
_one_at_a_time: Final = threading.RLock()
_form_class: list[type[forms.Form]] = []


class _Unchanging(dict[str, forms.Field]):
    """Fields that hold nothing of who asks, so that each form need not have copies of its own."""

    def __deepcopy__(self, memo: object) -> dict[str, forms.Field]:
        return dict(self)


class PrisonerFilter(django_filters.FilterSet):
    """People by name, status, day and facets, in an order.

    Several values of one filter are *or*, filters are *and*. A status is asked as of ``on``, or of
    today; ``on`` alone asks who was held on that day. People of whom it is only possible are
    included, with ``is_certain`` false, and ``count`` is a range. Answered from the snapshot.
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
        self, data: QueryDict | dict[str, Any], snapshot: Snapshot, *, today: date
    ) -> None:
        self.today = today
        self.snapshot = snapshot
        # As the base does it, but for the filters: it copies them all for each set, so that each
        # can hold a set of its own. These hold nothing, and are the same for whoever asks.
        self.is_bound, self.data = True, data or QueryDict()
        self.queryset = Prisoner.objects.none()
        self.request = self.form_prefix = None
        self.filters = self.base_filters

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is the same for whoever asks, and takes long to make."""
        if not _form_class:
            form: Any = super().get_form_class()
            form.base_fields = _Unchanging(form.base_fields)
            _form_class.append(form)
        return _form_class[0]

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

    @property
    def by_nearness(self) -> bool:
        """Whether the nearest names come first: where one is asked for and no order."""
        return bool(self._found_numbers) and not self.form.cleaned_data.get("sort")

    @property
    def _found_numbers(self) -> Sequence[int]:
        return self.found.prisoners if self.found else ()

    def chosen(self, facet: Facet) -> list[str]:
        """Return the values of a facet that are asked for."""
        values: list[str] = self.form.cleaned_data.get(facet.name) or []
        return values

    @cached_property
    def found(self) -> Found | None:
        """Who was found by the name that is asked for; None where none is."""
        text = self.form.cleaned_data.get("q")
        return find(text) if text else None

    def count(self) -> CountRange:
        """Count the people listed: of whom it is certain, and of whom it is possible."""
        return CountRange(
            sum(one.count_certain() for one in self._listed),
            sum(len(one.places) for one in self._listed),
        )

    def facets(self) -> dict[str, dict[str, int]]:
        """Count the people that each choice would list, the choices of its own filter left out."""
        with _one_at_a_time:
            return self._facets()

    def _facets(self) -> dict[str, dict[str, int]]:
        counted: dict[str, Counter[str]] = {one: Counter() for one in ("status", *_NAMES)}
        dated: list[tuple[DateFacet, People, Chosen]] = []
        for narrowing in self._narrowings:
            people = narrowing.people
            everybody = narrowing.chosen()
            for name, total in counted.items():
                chosen = narrowing.chosen(without=name) if name in narrowing else everybody
                if name == "status":
                    total.update(_count_statuses(self._custody(narrowing, chosen)))
                    continue
                facet = _NAMES[name]
                total.update(facet.counts(people, self.snapshot, chosen, self.day))
                if isinstance(facet, DateFacet):
                    dated.append((facet, people, chosen))
        # Only now is it known which years there are.
        years = {facet: tuple(counted[facet.name]) for facet, _people, _chosen in dated}
        for facet, people, chosen in dated:
            counted[facet.name].update(facet.counts_without_limit(people, chosen, years[facet]))
        return {name: dict(total) for name, total in counted.items()}

    def forget(self) -> None:
        """Let go of what was found out about everybody; it is found out again if it is asked for.

        A page refers to what it is made from in a circle: without this, what it took for a moment
        would be there until Python next looks for such circles.
        """
        for name in ("_narrowings", "_listed"):
            self.__dict__.pop(name, None)

    def numbers(self, language: str = "en") -> Array:
        """Return the numbers of all the people listed, in the order asked for."""
        return self.page(0, None, language)

    def page(self, begin: int, end: int | None, language: str) -> Array:
        """Return the numbers of the people from one place of the list to before another.

        ``language`` is the reader's, by whose names people are ordered.
        """
        with _one_at_a_time:
            return self._page(begin, end, language)

    def _page(self, begin: int, end: int | None, language: str) -> Array:
        keys = [self._keys(one.people, one.places, language) for one in self._listed]
        numbers = [one.people.columns.numbers[one.places] for one in self._listed]
        key, number = np.concatenate(keys), np.concatenate(numbers)
        begin, end = min(begin, len(key)), len(key) if end is None else min(end, len(key))
        if 0 < end - begin < len(key):
            # Only those shown have to be in order, and in their place.
            at = np.argpartition(key, [one for one in (begin, end - 1) if one < len(key)])[
                begin:end
            ]
            key, number = key[at], number[at]
        else:
            key, number = key[begin:end], number[begin:end]
        ordered: Array = number[np.argsort(key, kind="stable")]
        return ordered

    def standing(self, numbers: Sequence[int]) -> dict[int, Standing]:
        """Return what was so of some of the people listed on the day that is asked about."""
        found = {}
        asked = np.array(sorted(numbers), dtype=np.int64)
        for one in self._listed:
            theirs = one.people.columns.numbers[one.places]
            place, is_listed = places_of(asked, theirs)
            at = place[is_listed]
            few = Chosen(len(one.people), places=one.places[at])
            bits = self._custody(one.narrowing, few)
            certain = one.certain[at] if one.certain is not None else np.ones(len(at), dtype=bool)
            for number, bit, is_certain in zip(theirs[at], bits, certain, strict=True):
                found[int(number)] = Standing(status_of(int(bit)), bool(is_certain))
        return found

    def _keys(self, people: People, places: Array, language: str) -> Array:
        """Return what to sort people by, so that no two are the same; the smallest comes first."""
        numbers = people.columns.numbers[places]
        if self.by_nearness:
            place = {number: at for at, number in enumerate(self._found_numbers)}
            return np.array([place[number] for number in numbers.tolist()], dtype=np.int64)
        if self.order is Sort.NAME:
            return people.places[language][places]
        if self.order is Sort.HELD:
            length = people.some(places).length_held(self.day).astype(np.int64)
            first = np.where(length == NEVER, ALWAYS, -length)
        else:
            first = people.array(_SORTED_BY[self.order])[places].astype(np.int64)
            if self.order is Sort.RELEASED:
                first = np.where(first == ALWAYS, ALWAYS, -first)
        keys: Array = (first << 32) + numbers
        return keys

    def _custody(self, narrowing: Narrowing, chosen: Chosen) -> Array:
        """Return what is so of some people on the day asked about."""
        people = narrowing.people
        if self._is_known_of(people, chosen.number):
            return chosen.of(people.custody(self.day, self._releases))
        return people.some(chosen.places).custody(self.day, self._releases)

    def _possibly(self, people: People) -> Array:
        return people.possibly(self.statuses, self.day, self._releases)

    def _is_known_of(self, people: People, asked: int) -> bool:
        """Return whether it is known of everybody what is so of them on the day.

        It is found out now if so many of them are asked about that it is quicker to, or if the
        day is today, which all ask for.
        """
        if not people.knows(self.day) and (self.day == self.today or people.are_many(asked)):
            people.custody(self.day, self._releases)
        return people.knows(self.day)

    @property
    def _releases(self) -> Array:
        return self.snapshot.seen["release"]

    @cached_property
    def _narrowings(self) -> list[Narrowing]:
        """For each part of the snapshot, whom each filter leaves, certainly or possibly."""
        return [self._narrowed(people) for people in self.snapshot.parts]

    def _narrowed(self, people: People) -> Narrowing:
        narrowing = Narrowing(people)
        if self.found is not None:
            narrowing.add("q", people.among(self.found.prisoners))
        questions: list[tuple[str, Question]] = []
        for name, facet in _NAMES.items():
            if values := self.chosen(facet):
                possible = partial(
                    facet.possible, snapshot=self.snapshot, values=values, day=self.day
                )
                if isinstance(facet, DateFacet):
                    questions.append((name, possible))
                else:
                    narrowing.add(name, possible(people))
        if self.statuses:
            questions.append(("status", self._possibly))
        # What takes longest is asked last, and then of no more people than it matters for.
        for name, question in questions[:-1]:
            narrowing.add(name, question(people))
        for name, question in questions[-1:]:
            if name == "status" and self._is_known_of(people, 0):
                narrowing.add(name, question(people))
                continue
            places = narrowing.whom_one_more_matters_for()
            if name == "status" and places is None:
                # Kept: the list and its counts ask for the same next.
                self._is_known_of(people, len(people))
            narrowing.add(name, narrowing.ask(question, places))
        return narrowing

    @cached_property
    def _listed(self) -> list[_Listed]:
        """For each part of the snapshot, who is listed, and who of them is certain."""
        with _one_at_a_time:
            return [self._listed_of(narrowing) for narrowing in self._narrowings]

    def _listed_of(self, narrowing: Narrowing) -> _Listed:
        chosen = narrowing.chosen()
        places = chosen.places
        certain: list[Array] = []
        if self.statuses:
            bits = np.uint8(bits_of(self.statuses, certainly=True))
            certain.append((self._custody(narrowing, chosen) & bits) != 0)
        dated = [
            (facet, values)
            for facet in _NAMES.values()
            if isinstance(facet, DateFacet) and (values := self.chosen(facet))
        ]
        if dated:
            people = narrowing.people.some(places)
            certain += [
                facet.certain(people, self.snapshot, values, self.day) for facet, values in dated
            ]
        return _Listed(narrowing, places, reduce(np.logical_and, certain) if certain else None)


_NAMES: Final = {facet.name: facet for facet in FACETS}
_SORTED_BY: Final = {
    Sort.ARRESTED: "by_arrest",
    Sort.RELEASED: "by_release",
    Sort.CONFIRMED: "by_confirmation",
}


def _count_statuses(bits: Array) -> dict[str, int]:
    each = np.bincount(bits, minlength=256)
    of = np.arange(256)
    return {
        status.value: int(each[(of & bits_of((status,), certainly=False)) != 0].sum())
        for status in ASKABLE
    }


PrisonerFilter.base_filters.update(
    {facet.name: FacetFilter(facet=facet, label=facet.label) for facet in FACETS}
)
