"""What a list of people can be narrowed by, and how many each choice would leave.

A choice is *possible* of somebody where the dates allow it and *certain* where they leave no
doubt; choices without dates are either certain or not. Several values of one facet are *or*.
Answers come from the columns of the snapshot; ``tests/plain.py`` has the same questions as plain
queries, which stay the definition of what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.alphabets import sort_key
from prisoners.dates import DateTextError, Interval
from prisoners.models import Prisoner, looking
from prisoners.reading.countries import country_key, country_name
from prisoners.reading.snapshot.columns import (
    ALWAYS,
    CHARGE_MARK,
    CONFIRMED_WITHOUT_LIMIT,
    GENDERS,
    GROUPS,
    NEVER,
    NOT_CONFIRMED,
    SHARED,
    Array,
    Chosen,
)
from prisoners.reading.snapshot.kept import Snapshot, current
from prisoners.reading.snapshot.people import People
from prisoners.reading.translations import titles

# Stands for a gender that no source states, which is stored as empty.
NOT_STATED: Final = "not_stated"
# So many titles are asked for at once, where one of them is needed.
AT_ONCE: Final = 200
# After so many days without a confirmation a silence is long.
RECENT: Final = timedelta(days=90)


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

    def possible(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        """Return for each person whether one of the values may be theirs."""
        raise NotImplementedError

    def certain(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        """Return for each person whether one of the values is theirs in any case."""
        return self.possible(people, snapshot, values, day)

    def counts(
        self, people: People, snapshot: Snapshot, chosen: Chosen, day: date
    ) -> dict[str, int]:
        """Count, of the chosen people, those whom each value would list."""
        raise NotImplementedError

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        """Return each known value in words, in the order in which they are shown."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class OwnFacet(Facet):
    """A value that a person has one of, from a short list; empty is a value of its own."""

    values: tuple[str, ...]
    known: Callable[[], dict[str, Any]]

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        asked = set(values)
        known = {**self.known(), NOT_STATED: _("not stated")}
        return {value: str(label) for value, label in known.items() if value in asked}

    def possible(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        own = people.array(self.name)
        found = np.zeros(len(people), dtype=bool)
        # There are few of them: to look each up in a table takes much longer than to compare.
        for value in values:
            found |= own == self.values.index("" if value == NOT_STATED else value)
        return found

    def counts(
        self, people: People, snapshot: Snapshot, chosen: Chosen, day: date
    ) -> dict[str, int]:
        numbers = np.bincount(
            chosen.of(people.array(self.name)), minlength=len(self.values)
        ).tolist()
        return {
            value or NOT_STATED: number
            for value, number in zip(self.values, numbers, strict=True)
            if number
        }


@dataclass(frozen=True, slots=True)
class RelatedFacet(Facet):
    """A value of records that belong to a person, who may have several: the country of detentions.

    ``column`` is where they are in the snapshot, ``numbered`` what they are numbered by there, and
    ``shared`` the kind of record without which a value may not be seen.
    """

    column: str
    numbered: str
    name_values: Callable[[Iterable[str]], dict[str, str]]
    shared: str = ""

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        return self.name_values(values)

    def _number_of(self, snapshot: Snapshot) -> dict[str, int]:
        """Return the number of each value that may be seen, which a record has by its address."""
        if self.shared == self.numbered:
            return {slug: number for number, slug in snapshot.slugs[self.shared].items()}
        return snapshot.numbering[self.numbered].number

    def _seen(self, people: People, snapshot: Snapshot) -> Array | None:
        """Return which values may be seen, with the record that each hangs on; None: all."""
        if not self.shared:
            return None
        seen = snapshot.seen[self.shared]
        return None if seen[1:].all() else people.seen(self.column, seen)

    def possible(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        several = people.several(self.column)
        number_of = self._number_of(snapshot)
        numbers = [number for one in values if (number := number_of.get(one))]
        if len(numbers) == 1:
            found = several.values == numbers[0]
        else:
            wanted = np.zeros(len(snapshot.numbering[self.numbered].names), dtype=bool)
            wanted[numbers] = True
            found = wanted[several.values]
        seen = self._seen(people, snapshot)
        return several.fold(found if seen is None else found & seen)

    def counts(
        self, people: People, snapshot: Snapshot, chosen: Chosen, day: date
    ) -> dict[str, int]:
        several = people.several(self.column)
        named = snapshot.numbering[self.numbered].names
        theirs = several.others_of(chosen)
        others = several.values[len(people) :].take(theirs)
        first = chosen.of(several.values)
        seen = self._seen(people, snapshot)
        if seen is not None:
            first = first.compress(chosen.of(seen))
            others = others.compress(seen[len(people) :].take(theirs))
        numbers = np.bincount(first, minlength=len(named))
        if len(others):
            numbers = numbers + np.bincount(others, minlength=len(named))
        slugs = snapshot.slugs.get(self.numbered)
        return {
            str(named[place] if slugs is None else slugs[place]): int(numbers[place])
            for place in (np.flatnonzero(numbers[1:]) + 1).tolist()
        }


def _charge_labels(values: Iterable[str]) -> dict[str, str]:
    """Return each article of law in words; the value is ``code§article``."""
    labels = {}
    for value in sorted(values):
        code, mark, article = value.partition(CHARGE_MARK)
        if mark and code and article:
            labels[value] = _("%(code)s, article %(article)s") % {"code": code, "article": article}
    return labels


@dataclass(frozen=True, slots=True)
class DateFacet(Facet):
    """A date of a person's detentions, asked for as EDTF: a year, a month, or a range of them."""

    column: str

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

    def possible(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        """The range asked for and the range of the date meet; that of an absent date is empty."""
        first, last = people.array(f"{self.column}_first"), people.array(f"{self.column}_last")
        found = np.zeros(len(first), dtype=bool)
        for begin, end in self._ranges(values):
            found |= (last >= begin) & (first <= end)
        return people.of_detentions(found)

    def certain(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        """The range asked for holds all of the range of the date."""
        first, last = people.array(f"{self.column}_first"), people.array(f"{self.column}_last")
        found = np.zeros(len(first), dtype=bool)
        for begin, end in self._ranges(values):
            found |= (first >= begin) & (last <= end)
        return people.of_detentions(found & (first <= last))

    def _ranges(self, values: Sequence[str]) -> list[tuple[int, int]]:
        asked = [self._interval(value) for value in values]
        return [
            (
                one.first.toordinal() if one.first else NEVER,
                one.last.toordinal() if one.last else ALWAYS,
            )
            for one in asked
        ]

    def counts(
        self, people: People, snapshot: Snapshot, chosen: Chosen, day: date
    ) -> dict[str, int]:
        """Count by years, but for dates without a limit to one side: those may be in any."""
        several = people.several(f"{self.column}_year")
        numbers = np.bincount(chosen.of(several.values))
        theirs = several.others_of(chosen)
        others = np.bincount(several.values[len(people) :].take(theirs))
        if len(others) > len(numbers):
            numbers, others = others, numbers
        numbers[: len(others)] += others
        return {str(year): int(numbers[year]) for year in np.flatnonzero(numbers[1:]) + 1}

    def counts_without_limit(
        self, people: People, chosen: Chosen, years: Iterable[str]
    ) -> dict[str, int]:
        """Count, of the chosen people, those whom a year would list and ``counts`` leaves out."""
        places, owners = people.without_limit(self.column)
        if not len(places):
            return {}
        theirs = chosen.mask.take(owners)
        places, owners = places[theirs], owners[theirs]
        if not len(places):
            return {}
        first = people.array(f"{self.column}_first")[places]
        last = people.array(f"{self.column}_last")[places]
        # Whoever has another date in a year is counted in it already.
        several = people.several(f"{self.column}_year")
        whose = np.unique(owners)
        others = several.others_of(Chosen(len(people), places=whose))
        counted_owner = np.concatenate([whose, several.owner[others]])
        counted_year = np.concatenate(
            [several.values[whose], several.values[len(people) :][others]]
        )
        found = {}
        for year in years:
            ((begin, end),) = self._ranges([year])
            listed = owners[(last >= begin) & (first <= end)]
            left = np.setdiff1d(listed, counted_owner[counted_year == int(year)])
            found[year] = len(left)
        return found

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

    def possible(
        self, people: People, snapshot: Snapshot, values: Sequence[str], day: date
    ) -> Array:
        found = np.zeros(len(people), dtype=bool)
        for value in values:
            found |= self._of(value, people.array("confirmed"), day)
        return found

    @staticmethod
    def _of(value: str, confirmed: Array, day: date) -> Array:
        since = (day - RECENT).toordinal()
        if value == "recent":
            return confirmed >= since
        if value == "longer":
            return (confirmed > CONFIRMED_WITHOUT_LIMIT) & (confirmed < since) & (confirmed > NEVER)
        never: Array = confirmed == NOT_CONFIRMED
        return never

    def counts(
        self, people: People, snapshot: Snapshot, chosen: Chosen, day: date
    ) -> dict[str, int]:
        confirmed = chosen.of(people.array("confirmed"))
        return {
            value: number
            for value in ("recent", "longer", "never")
            if (number := int(np.count_nonzero(self._of(value, confirmed, day))))
        }


def _country_names(values: Iterable[str]) -> dict[str, str]:
    named = {value: name for value in values if (name := country_name(value))}
    return dict(sorted(named.items(), key=lambda pair: country_key(pair[0])))


def _titles(shared: str, title: str) -> Callable[[Iterable[str]], dict[str, str]]:
    model = SHARED[shared]

    def named(values: Iterable[str]) -> dict[str, str]:
        # What a choice is called stays so for as long as the record does, and the day; of a draft
        # that is shown as if it were published nothing is kept.
        key = (model, title, get_language(), looking.today())
        known = {} if looking.is_preview() else current().memory.setdefault(key, {})
        wanted = set(values)
        if unknown := wanted - known.keys():
            if not looking.is_preview():
                # The next page asks for others: what a list names comes from a few hundred.
                others = current().slugs[shared].values()
                more = (slug for slug in others if slug not in known and slug not in unknown)
                unknown |= set(islice(more, max(AT_ONCE - len(unknown), 0)))
            found = model.objects.published().filter(slug__in=list(unknown))
            for slug, name in titles(found.order_by(), title).items():
                known[slug] = name, sort_key(name, name)
        named = [(slug, *known[slug]) for slug in wanted if slug in known]
        return {slug: name for slug, name, _key in sorted(named, key=lambda one: one[2])}

    return named


COUNTRY: Final = RelatedFacet(
    "country", gettext_lazy("Detained by"), "country", "country", _country_names
)
FACETS: Final[tuple[Facet, ...]] = (
    COUNTRY,
    OwnFacet("gender", gettext_lazy("Gender"), GENDERS, lambda: dict(Prisoner.Gender.choices)),
    DateFacet("arrested", gettext_lazy("Arrested in"), "began"),
    DateFacet("released", gettext_lazy("Released in"), "ended"),
    RelatedFacet("charge", gettext_lazy("Charged under"), "charge", "charge", _charge_labels),
    RelatedFacet(
        "facility",
        gettext_lazy("Held at"),
        "facility",
        "facility",
        _titles("facility", "name"),
        shared="facility",
    ),
    OwnFacet(
        "occupation",
        gettext_lazy("Occupation"),
        GROUPS,
        lambda: dict(Prisoner.OccupationGroup.choices),
    ),
    RelatedFacet(
        "recognised_by",
        gettext_lazy("Recognised by"),
        "organisation",
        "organisation",
        _titles("organisation", "name"),
        shared="organisation",
    ),
    RelatedFacet(
        "release",
        gettext_lazy("Freed in"),
        "release",
        "release",
        _titles("release", "title"),
        shared="release",
    ),
    RelatedFacet(
        "released_to",
        gettext_lazy("Released to"),
        "destination",
        "country",
        _country_names,
        shared="release",
    ),
    ConfirmedFacet("confirmed", gettext_lazy("Confirmed as held")),
)
