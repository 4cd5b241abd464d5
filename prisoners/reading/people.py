"""One person, or a page of them, with all that is public about them."""

from __future__ import annotations

from datetime import date

from django.db.models import (
    Case,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from prisoners.models import (
    Affiliation,
    Charge,
    Detention,
    ExternalId,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    ReleaseOutcome,
    Sentence,
    Statement,
)
from prisoners.models.custody import PrisonerQuerySet
from prisoners.reading.search import Found


class Sort(TextChoices):
    """The orders of a list."""

    NAME = "name", _("name")
    ARRESTED = "arrested", _("arrest, the earliest first")
    HELD = "held", _("time held, the longest first")
    RELEASED = "released", _("release, the latest first")
    CONFIRMED = "confirmed", _("last confirmed, the longest silence first")


def names_loaded(path: str = "names") -> Prefetch[str, QuerySet[PrisonerName], str]:
    """Return the prefetch of a person's public spellings, which ``Prisoner.name`` reads."""
    return Prefetch(path, PrisonerName.objects.published())


def for_list(people: PrisonerQuerySet) -> PrisonerQuerySet:
    """Load what a list shows of each person, in a number of queries that is always the same."""
    return people.prefetch_related(
        names_loaded(),
        Prefetch(
            "detentions",
            Detention.objects.published().prefetch_related(
                Prefetch("placements", Placement.objects.published().select_related("facility")),
                Prefetch("outcomes", ReleaseOutcome.objects.published()),
            ),
        ),
    )


def by_name(people: PrisonerQuerySet, language: str) -> PrisonerQuerySet:
    """Order people by the name that readers of a language see."""
    shown = PrisonerName.objects.published().filter(prisoner=OuterRef("pk"))
    key = Coalesce(
        Subquery(shown.filter(is_display=True, language=language).values("sort_key")[:1]),
        Subquery(shown.filter(is_display=True, script="Latn").values("sort_key")[:1]),
        Subquery(shown.order_by("-is_display", "pk").values("sort_key")[:1]),
    )
    return people.order_by(key.asc(nulls_last=True), "pk")


def by_nearness(people: PrisonerQuerySet, found: Found) -> PrisonerQuerySet:
    """Order people by how near their names are to what was typed."""
    places = [When(pk=number, then=place) for place, number in enumerate(found.prisoners)]
    return people.order_by(Case(*places, default=len(places)), "pk") if places else people


def by_detention(people: PrisonerQuerySet, order: Sort, day: date) -> PrisonerQuerySet:
    """Order people by a date or a length of their detentions, unknown ones at the end."""
    mine = Detention.objects.published().filter(prisoner=OuterRef("pk"))
    if order is Sort.ARRESTED:
        key = Subquery(mine.by_date("began").values("began_first")[:1]).asc(nulls_last=True)
    elif order is Sort.RELEASED:
        key = Subquery(mine.latest_first("ended").values("ended_last")[:1]).desc(nulls_last=True)
    elif order is Sort.CONFIRMED:
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
    return people.order_by(key, "pk")


def for_page(people: PrisonerQuerySet, today: date) -> PrisonerQuerySet:
    """Load all that a person's own page shows."""
    return people.status(today).prefetch_related(
        names_loaded(),
        Prefetch("external_ids", ExternalId.objects.published()),
        Prefetch("affiliations", Affiliation.objects.published().select_related("actor")),
        Prefetch("recognitions", Recognition.objects.published().select_related("organisation")),
        Prefetch("statements", Statement.objects.published().select_related("release", "deal")),
        Prefetch(
            "detentions",
            Detention.objects.published().prefetch_related(
                Prefetch("placements", Placement.objects.published().select_related("facility")),
                Prefetch("charges", Charge.objects.published()),
                Prefetch("sentences", Sentence.objects.published()),
                Prefetch("outcomes", ReleaseOutcome.objects.published().select_related("release")),
            ),
        ),
    )


def records_of(person: Prisoner) -> list[Record]:
    """Return a person and each loaded record that is a part of theirs, to look up citations."""
    records: list[Record] = [person, *person.names.all(), *person.external_ids.all()]
    records += [*person.affiliations.all(), *person.recognitions.all(), *person.statements.all()]
    for detention in person.detentions.all():
        records += [detention, *detention.placements.all(), *detention.charges.all()]
        records += [*detention.sentences.all(), *detention.outcomes.all()]
    return records


def listed_records_of(person: Prisoner) -> list[Record]:
    """Return the records behind what a list shows of a person, to look up citations."""
    records: list[Record] = [person, *person.names.all()]
    detention = latest_detention(person)
    if detention is not None:
        records += [detention, *detention.placements.all(), *detention.outcomes.all()]
    return records


def detentions_of(person: Prisoner) -> list[Detention]:
    """Return the detentions that are loaded, by when they began, or else ended."""
    return sorted(
        person.detentions.all(),
        key=lambda one: (
            one.began_first or one.ended_first or one.ended_last or date.max,
            one.ended_first or date.max,
            one.pk,
        ),
    )


def returned_into(person: Prisoner, detention: Detention) -> bool:
    """Return whether a detention goes on from one that was to end by release and did not."""
    return any(
        outcome.returned_to_custody and other.ended_last and other != detention
        for other in person.detentions.all()
        for outcome in other.outcomes.all()
        if detention.began is None
        or other.ended is None
        or not detention.began.certainly_before(other.ended)
    )


def latest_detention(person: Prisoner, day: date | None = None) -> Detention | None:
    """Return the detention that a short account of a person is about, from those loaded.

    The one that goes on; else the one that began, or at least ended, last. With a day, of those
    that may have begun by it, if there are any.
    """
    every = list(person.detentions.all())
    by_then = [
        one for one in every if day is None or one.began is None or one.began.possibly_by(day)
    ]
    return max(
        by_then or every,
        key=lambda one: (
            one.is_open,
            one.began_first or one.ended_first or one.ended_last or date.min,
            one.pk,
        ),
        default=None,
    )
