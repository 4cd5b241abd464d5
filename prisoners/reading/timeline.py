"""Everything that happened, by date: one query over all kinds of records, then their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import (
    DateField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    TextChoices,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from prisoners.dates import Interval
from prisoners.models import (
    Affiliation,
    Concession,
    Deal,
    Detention,
    Figure,
    Prisoner,
    Recognition,
    Record,
    Release,
    ReleaseOutcome,
    Sentence,
    Statement,
)
from prisoners.models.fields import first_name, last_name
from prisoners.reading.people import detentions_of, names_loaded
from prisoners.reading.snapshot.kept import current

# Of so many people it is told one by one what happened to each. Of more, a million arrests would
# hide the releases: their arrests and releases are counted by month, and listed as people.
TOLD_SINGLY: Final = 5_000
# Where a date is not known at all: before everything, so that the latest-first order ends with it.
UNDATED: Final = date.min


class Kind(TextChoices):
    """What kind of thing happened."""

    ARREST = "arrest", _("arrest")
    RELEASE = "release", _("release")
    DEAL = "deal", _("deal")
    CONCESSION = "concession", _("concession")
    STATEMENT = "statement", _("statement")
    FIGURE = "figure", _("reported figure")
    SENTENCE = "sentence", _("sentence")
    RECOGNITION = "recognition", _("recognition")
    AWARD = "award", _("award")
    DEATH = "death", _("death in custody")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: what record says so, and which of its fields is the date."""

    kind: Kind
    record: Record
    field: str

    @property
    def date(self) -> Interval | None:
        """When it happened; None where that is not known."""
        return getattr(self.record, self.field)  # type: ignore[no-any-return]  # an interval field


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of thing, from one model: its date field, and the field that says its country.

    Without one, it belongs to a person, and to the countries that detained them.
    """

    kind: Kind
    model: type[Record]
    field: str
    country: str
    load: Callable[[], QuerySet[Any]]
    only: Q | None = None

    @property
    def is_of_a_person(self) -> bool:
        """Whether there are about as many of it as there are people."""
        return self.model in (Detention, Sentence, Recognition, Affiliation)

    def rows(self, number: int, countries: Sequence[str], year: int | None) -> QuerySet[Any]:
        """Return (stream number, record id, day to sort by) of what is asked for."""
        first, last = first_name(self.field), last_name(self.field)
        rows: QuerySet[Any] = self.model._default_manager.published()
        if self.only is not None:
            rows = rows.filter(self.only)
        if self.model is Detention and self.kind is Kind.RELEASE:
            outcomes = ReleaseOutcome.objects.published().filter(detention=OuterRef("pk"))
            rows = rows.exclude(Exists(outcomes))
        if countries and self.country:
            rows = rows.filter(**{f"{self.country}__in": countries})
        elif countries:
            # By the detentions that may be seen: a withheld one must not answer to its country.
            detained = Detention.objects.published().filter(
                prisoner=OuterRef("prisoner"), country__in=countries
            )
            rows = rows.filter(Exists(detained))
        if year is not None:
            rows = rows.filter(
                Q(**{f"{first}__lte": date(year, 12, 31)}) | Q(**{f"{first}__isnull": True}),
                Q(**{f"{last}__gte": date(year, 1, 1)}) | Q(**{f"{last}__isnull": True}),
                **{f"{self.field}__isnull": False},
            )
        day = Coalesce(F(first), F(last), Value(UNDATED), output_field=DateField())
        found: QuerySet[Any] = (
            rows.order_by()
            .annotate(stream=Value(number), number=F("pk"), day=day)
            .values_list("stream", "number", "day")
            .distinct()
        )
        return found


def _people(path: str, model: type[Record]) -> Callable[[], QuerySet[Any]]:
    def load() -> QuerySet[Any]:
        rows: QuerySet[Any] = model._default_manager.select_related(path)
        return rows.prefetch_related(names_loaded(f"{path}__names"))

    return load


def _deals() -> QuerySet[Deal]:
    return Deal.objects.prefetch_related(Prefetch("releases", Release.objects.published()))


def _sentences() -> QuerySet[Sentence]:
    return Sentence.objects.select_related("detention__prisoner").prefetch_related(
        names_loaded("detention__prisoner__names")
    )


def _statements() -> QuerySet[Statement]:
    return Statement.objects.select_related(
        "speaker", "prisoner", "release", "deal"
    ).prefetch_related(names_loaded("prisoner__names"))


ENDED_FREE: Final = ~Q(end_kind="") & ~Q(end_kind=Detention.EndKind.DIED)
DETENTIONS: Final = _people("prisoner", Detention)
STREAMS: Final = (
    Stream(Kind.ARREST, Detention, "began", "country", DETENTIONS),
    Stream(
        Kind.RELEASE, Release, "happened", "country", lambda: Release.objects.select_related("deal")
    ),
    Stream(Kind.RELEASE, Detention, "ended", "country", DETENTIONS, ENDED_FREE),
    Stream(
        Kind.DEATH, Detention, "ended", "country", DETENTIONS, Q(end_kind=Detention.EndKind.DIED)
    ),
    Stream(Kind.DEAL, Deal, "agreed", "country", _deals),
    Stream(
        Kind.CONCESSION,
        Concession,
        "stage_on",
        "deal__country",
        lambda: Concession.objects.select_related("deal", "giver", "receiver"),
    ),
    Stream(Kind.STATEMENT, Statement, "said", "country", _statements),
    Stream(
        Kind.FIGURE,
        Figure,
        "as_of",
        "country",
        lambda: Figure.objects.select_related("stated_by", "release"),
    ),
    Stream(Kind.SENTENCE, Sentence, "passed", "detention__country", _sentences),
    Stream(
        Kind.RECOGNITION,
        Recognition,
        "since",
        "",
        lambda: _people("prisoner", Recognition)().select_related("prisoner", "organisation"),
    ),
    Stream(
        Kind.AWARD,
        Affiliation,
        "began",
        "",
        lambda: _people("prisoner", Affiliation)().select_related("prisoner", "actor"),
        Q(kind=Affiliation.Kind.AWARD),
    ),
)


def tells_singly() -> bool:
    """Return whether there are few enough people to tell what happened to each."""
    return len(current()) <= TOLD_SINGLY


def streams(*, singly: bool) -> list[tuple[int, Stream]]:
    """Return, with its number, each stream that is told; ``singly``: those of each person too."""
    return [
        (number, stream)
        for number, stream in enumerate(STREAMS)
        if singly or not stream.is_of_a_person
    ]


def kinds_told(*, singly: bool) -> list[Kind]:
    """Return the kinds of things that are told."""
    told = {stream.kind for _number, stream in streams(singly=singly)}
    return [kind for kind in Kind if kind in told]


def rows(
    kinds: Sequence[Kind] = (),
    countries: Sequence[str] = (),
    year: int | None = None,
    *,
    singly: bool = True,
) -> QuerySet[Any, tuple[int, int, date]]:
    """Return what happened, the latest first and undated things last, as rows for ``events``.

    With a year, what may have happened in it; what has no date is left out then.
    """
    found = [
        stream.rows(number, countries, year)
        for number, stream in streams(singly=singly)
        if not kinds or stream.kind in kinds
    ]
    if not found:
        return Release.objects.none().values_list("pk", "pk", "happened_first")
    first, *others = found
    union = first.union(*others, all=True) if others else first
    return union.order_by("-day", "stream", "number")


def countries_in_use() -> list[str]:
    """Return the codes of the countries that published detentions and releases are of."""
    snapshot = current()
    names = snapshot.numbering["country"].names
    detaining = {
        names[number]
        for people in snapshot.parts
        for number in people.several("country").of(people.living())
    }
    released = Release.objects.published().order_by().values_list("country", flat=True).distinct()
    return sorted(detaining | {*released})


def events(page: list[tuple[int, int, date]]) -> list[Event]:
    """Load the events of some rows, in their order; one query for each stream among them."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for stream, number, _day in page:
        numbers[stream].append(number)
    loaded = {stream: STREAMS[stream].load().in_bulk(ids) for stream, ids in numbers.items()}
    return [
        Event(STREAMS[stream].kind, loaded[stream][number], STREAMS[stream].field)
        for stream, number, _day in page
    ]


def life_of(person: Prisoner) -> list[Event]:
    """Return what happened to a person, from what is loaded of them, the earliest first."""
    found = [
        Event(Kind.AWARD, one, "began")
        for one in person.affiliations.all()
        if one.kind == Affiliation.Kind.AWARD
    ]
    found += [Event(Kind.RECOGNITION, one, "since") for one in person.recognitions.all()]
    for detention in detentions_of(person):
        found.append(Event(Kind.ARREST, detention, "began"))
        found += [Event(Kind.SENTENCE, one, "passed") for one in detention.sentences.all()]
        if detention.end_kind == Detention.EndKind.DIED:
            found.append(Event(Kind.DEATH, detention, "ended"))
        elif detention.end_kind:
            found.append(Event(Kind.RELEASE, detention, "ended"))
    order = {detention.pk: place for place, detention in enumerate(detentions_of(person))}
    return sorted(found, key=lambda event: _by_date(event, order))


def _by_date(event: Event, order: dict[int, int]) -> tuple[date, date, int, int]:
    """Order by date; on one day, who is freed and taken again was freed first.

    An arrest of unknown date came before the end of its detention, where that is known.
    """
    happened, record = event.date, event.record
    rank = list(Kind).index(event.kind)
    place = order.get(record.pk, 0) if isinstance(record, Detention) else 0
    if happened is None and event.kind is Kind.ARREST and isinstance(record, Detention):
        happened = record.ended
    if happened is None:
        return date.max, date.max, place, rank
    return happened.first or date.min, happened.last or date.max, place, rank
