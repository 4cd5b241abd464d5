"""One person, or a page of them, with all that is public about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
from prisoners.models.fields import first_name, last_name
from prisoners.reading.prepared import found, give_parts


class Sort(TextChoices):
    """The orders of a list."""

    NAME = "name", pgettext_lazy("what people are ordered by", "name")
    ARRESTED = "arrested", _("arrest, the earliest first")
    HELD = "held", _("time held, the longest first")
    RELEASED = "released", _("release, the latest first")
    CONFIRMED = "confirmed", _("last confirmed, the longest silence first")


def names_loaded(path: str = "names") -> Prefetch[str, QuerySet[PrisonerName], str]:
    """Return the prefetch of a public person's public spellings, which ``Prisoner.name`` reads."""
    return Prefetch(path, PrisonerName.objects.published_parts())


def for_list(numbers: Sequence[int]) -> list[Prisoner]:
    """Return some published people in this order, with what a list shows of each.

    The number of queries does not grow with them. Who is not public at this moment is left out.
    """
    if not numbers:
        return []
    people = {person.pk: person for person in found(_people, numbers)}
    if not people:
        return []
    listed = [people[number] for number in numbers if number in people]
    give_parts(listed, "names", found(_names, people))
    detentions = give_parts(listed, "detentions", found(_detentions, people))
    if detentions:
        # Where somebody was held before is not shown.
        still = [one.pk for one in detentions if one.is_open]
        give_parts(detentions, "placements", found(_placements, still) if still else ())
        give_parts(detentions, "outcomes", found(_outcomes, [one.pk for one in detentions]))
    return listed


def let_go(listed: Iterable[Prisoner]) -> None:
    """Take away from people what ``for_list`` loaded of them, once they have been shown.

    A person and their parts refer to each other in a circle: without this, some thousand records
    of each page would be there until Python next looks for such circles, and somebody waits for it.
    """
    for person in listed:
        for detention in person.loaded("detentions"):
            _parts_of(detention).clear()
        _parts_of(person).clear()


def _parts_of(owner: Prisoner | Detention) -> dict[str, object]:
    kept: dict[str, object] = owner.__dict__.get("_prefetched_objects_cache", {})
    return kept


def _people(numbers: Sequence[int]) -> QuerySet[Prisoner]:
    shown = Prisoner.objects.published().only("public_id", "slug", "identity", "held_back")
    return shown.filter(pk__in=numbers).order_by()


def _names(people: Sequence[int]) -> QuerySet[PrisonerName]:
    names = PrisonerName.objects.published_parts().filter(prisoner__in=people)
    return names.only("prisoner_id", "text", "language", "script", "kind", "is_display")


def _detentions(people: Sequence[int]) -> QuerySet[Detention]:
    shown = ("country", "end_kind", "last_confirmed", *_days("began"), *_days("ended"), "held_back")
    episodes = Detention.objects.published_parts().filter(prisoner__in=people)
    return episodes.only("prisoner_id", *shown)


def _days(name: str) -> tuple[str, str, str]:
    return name, first_name(name), last_name(name)


def _placements(detentions: Sequence[int]) -> QuerySet[Placement]:
    stays = Placement.objects.published_parts().select_related("facility")
    shown = ("facility__name", "facility__slug", "ended", "held_back")
    lasting = stays.filter(detention__in=detentions, ended__isnull=True)
    return lasting.only("detention_id", *shown)


def _outcomes(detentions: Sequence[int]) -> QuerySet[ReleaseOutcome]:
    outcomes = ReleaseOutcome.objects.published_parts().filter(detention__in=detentions)
    return outcomes.only("detention_id", "destination")


def for_page(people: PrisonerQuerySet, today: date) -> PrisonerQuerySet:
    """Load all that a person's own page shows."""
    return people.status(today).prefetch_related(
        names_loaded(),
        Prefetch("external_ids", ExternalId.objects.published_parts()),
        Prefetch("affiliations", Affiliation.objects.published_parts().select_related("actor")),
        Prefetch(
            "recognitions", Recognition.objects.published_parts().select_related("organisation")
        ),
        Prefetch("statements", Statement.objects.published().select_related("release", "deal")),
        Prefetch(
            "detentions",
            Detention.objects.published_parts().prefetch_related(
                Prefetch(
                    "placements", Placement.objects.published_parts().select_related("facility")
                ),
                Prefetch("charges", Charge.objects.published_parts()),
                Prefetch("sentences", Sentence.objects.published_parts()),
                Prefetch(
                    "outcomes", ReleaseOutcome.objects.published_parts().select_related("release")
                ),
            ),
        ),
    )


def records_of(person: Prisoner) -> list[Record]:
    """Return a person and each loaded record that is a part of theirs, to look up citations."""
    records: list[Record] = [person, *person.loaded("names"), *person.external_ids.all()]
    records += [*person.affiliations.all(), *person.recognitions.all(), *person.statements.all()]
    for detention in person.loaded("detentions"):
        records += [detention, *detention.loaded("placements"), *detention.charges.all()]
        records += [*detention.sentences.all(), *detention.loaded("outcomes")]
    return records


@dataclass(frozen=True, slots=True)
class Line:
    """What a list of a day shows of a person: by which spelling, and of which detention.

    Either is None where there is none.
    """

    person: Prisoner
    shown: PrisonerName | None
    detention: Detention | None

    @classmethod
    def of(cls, person: Prisoner, day: date | None, language: str | None = None) -> Self:
        return cls(person, person.display_name(language), latest_detention(person, day))

    @property
    def records(self) -> list[Record]:
        """The records behind what is shown, to look up citations."""
        records: list[Record] = [self.person, *([self.shown] if self.shown else [])]
        if (held := self.detention) is not None:
            records += [held, *held.loaded("placements"), *held.loaded("outcomes")]
        return records


def detentions_of(person: Prisoner) -> list[Detention]:
    """Return the detentions that are loaded, by when they began, or else ended."""
    return sorted(
        person.loaded("detentions"),
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
        for other in person.loaded("detentions")
        for outcome in other.loaded("outcomes")
        if detention.began is None
        or other.ended is None
        or not detention.began.certainly_before(other.ended)
    )


def latest_detention(person: Prisoner, day: date | None = None) -> Detention | None:
    """Return the detention that a short account of a person is about, from those loaded.

    The one that goes on; else the one that began, or at least ended, last. With a day, of those
    that may have begun by it, if there are any.
    """
    every = list(person.loaded("detentions"))
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
