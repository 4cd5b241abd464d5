"""Which citations a set of records rests on, found in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet

from prisoners.models import (
    TARGET_NAMES,
    UNSHOWN,
    Citation,
    HoldsBack,
    How,
    Prisoner,
    Record,
    Source,
)
from prisoners.reading.prepared import found

if TYPE_CHECKING:
    from django.db.models import ForeignKey

Place = tuple[str, int]
# What is shown of a citation, and what it is chosen by.
SHOWN: Final = ("source_id", "field", "stance", "value", "locator", "archived", "read_on")


def place(record: Record) -> Place:
    """Return how citations name a record: its kind and its number."""
    return TARGET_NAMES[type(record)], record.pk


def owners(record: Record) -> Iterator[Place]:
    """Yield what a record is a part of, and what that is a part of, as citations name them."""
    while record.owner_field:
        relation: ForeignKey[Any, Any] = record._meta.get_field(record.owner_field)  # type: ignore[assignment]  # a relation to its owner
        owner: Any = relation.related_model
        yield TARGET_NAMES[owner], getattr(record, relation.attname)
        if not owner.owner_field:
            return
        record = getattr(record, record.owner_field)


class Untold:
    """Which citations would tell what is held back of the records that they are of.

    A citation quotes, and says where in which source: of somebody who is not shown by name there
    is none. Of a fact that is held back there is only the source that it rests on.
    """

    def __init__(self) -> None:
        self._held: dict[Place, dict[str, str]] = {}
        self._nameless: set[Place] = set()

    def add(self, record: Record) -> None:
        """Take in what is held back of a record and of what it is a part of."""
        chain = [record]
        if not leads_to_a_person(type(record)):
            return
        while owner_field := chain[-1].owner_field:
            chain.append(getattr(chain[-1], owner_field))
        person = chain[-1]
        if isinstance(person, Prisoner) and not person.is_named:
            self._nameless.update(map(place, chain))
        for one in chain:
            if isinstance(one, HoldsBack) and one.held_back:
                self._held[place(one)] = one.held

    def lets(self, citation: Citation, of: Place) -> bool:
        """Whether a citation of a record may be seen."""
        if of in self._nameless:
            return False
        held = self._held.get(of)
        if not held or (citation.field and citation.field not in held):
            return True
        says_more = (
            citation.value or citation.locator or citation.stance != Citation.Stance.SUPPORTS
        )
        return not says_more and held.get(citation.field) != How.WITHHELD


@cache
def leads_to_a_person(model: type[Record]) -> bool:
    """Return whether records of a kind are a part of somebody's, or are somebody."""
    while model is not Prisoner:
        if model.owner_field is None:
            return False
        model = model._meta.get_field(model.owner_field).related_model  # type: ignore[assignment]  # a relation to its owner
    return True


@cache
def _citing(names: tuple[str, ...]) -> Callable[..., QuerySet[Citation]]:
    """Return the query for the public citations of records of some kinds, by their numbers."""

    def citations(*numbers: Sequence[int]) -> QuerySet[Citation]:
        asked = Q()
        for name, ids in zip(names, numbers, strict=True):
            asked |= Q(**{f"{name}__in": ids})
        # Only the columns that are read here: there may be a thousand rows.
        cited = Citation.objects.published_apart_from("source").filter(asked)
        return cited.only(*SHOWN, *(f"{name}_id" for name in names)).order_by("pk")

    return citations


def _sources(numbers: Sequence[int]) -> QuerySet[Source]:
    return Source.objects.published().defer(*UNSHOWN).filter(pk__in=numbers).order_by()


class Citations:
    """The public citations of some records, all of which must be public themselves."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._untold = Untold()
        self._found: dict[tuple[Place, str], list[Citation]] = defaultdict(list)
        # What each record is, and what it is a part of: asked for each of its facts. By identity,
        # with the record itself, so that no other can come to have the same.
        self._places: dict[int, tuple[Record, tuple[Place, ...]]] = {}
        self.add(records)

    def add(self, records: Iterable[Record]) -> None:
        """Look up the citations of more records, in one more query if there are any."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for record in records:
            self._untold.add(record)
            for name, number in self._places_of(record):
                numbers[name].add(number)
        if not numbers:
            return
        names = tuple(sorted(numbers))
        found_here = found(_citing(names), *(numbers[name] for name in names))
        # Each source once, however many citations of it there are; none that is not public.
        wanted = {one.source_id for one in found_here}
        sources = {one.pk: one for one in found(_sources, wanted)} if wanted else {}
        cited = [(name, f"{name}_id", numbers[name]) for name in names]
        for citation in found_here:
            source = sources.get(citation.source_id)
            if source is None:
                continue
            citation.source = source
            values = citation.__dict__
            for name, attname, ids in cited:
                number = values[attname]
                if number in ids and self._untold.lets(citation, (name, number)):
                    self._found[(name, number), citation.field].append(citation)

    def of(self, record: Record, field: str) -> list[Citation]:
        """Return the citations of one fact, those that support it first.

        A fact without one of its own rests on those of its record, and else on those of the
        records that this one is a part of, the nearest first.
        """
        own = self._found.get((self._places_of(record)[0], field), [])
        if not any(one.stance == Citation.Stance.SUPPORTS for one in own):
            own = own + self._inherited(record, field)
        if len(own) < 2:
            return own
        return sorted(own, key=lambda one: (one.stance != Citation.Stance.SUPPORTS, one.pk))

    def _places_of(self, record: Record) -> tuple[Place, ...]:
        """Return how citations name a record, then what it is a part of, the nearest first."""
        if id(record) not in self._places:
            self._places[id(record)] = record, (place(record), *owners(record))
        return self._places[id(record)][1]

    def against(self, record: Record, field: str) -> list[Citation]:
        """Return the citations that give another value for one fact."""
        return [
            one
            for one in self._found.get((self._places_of(record)[0], field), [])
            if one.stance == Citation.Stance.CONTRADICTS
        ]

    def _inherited(self, record: Record, field: str) -> list[Citation]:
        places = self._places_of(record)
        for one in places if field else places[1:]:
            if whole := self._found.get((one, ""), []):
                return whole
        return []
