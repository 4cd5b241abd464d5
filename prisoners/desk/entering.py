"""People whom one text names, entered together: drafts, each cited to its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.dates import Interval
from prisoners.desk import duplicates
from prisoners.desk.importing.duplicates import Index, likenesses
from prisoners.desk.importing.understanding import Understood
from prisoners.desk.importing.values import script_of
from prisoners.desk.importing.writing import free_slugs
from prisoners.desk.languages import guessed_language
from prisoners.desk.protecting import protect
from prisoners.models import (
    Citation,
    Detention,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Release,
    ReleaseOutcome,
    Source,
    State,
    recorded,
)
from prisoners.models.duplicates import Merger
from prisoners.models.looking import today

MOST: Final = 50
LONGEST_VALUE: Final = Citation._meta.get_field("value").max_length or 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells of one person; empty and None: nothing.

    ``name`` is as the text writes it, ``own_name`` as the person does. ``end_kind`` is how the
    detention ended, ``ended`` when; ``confirmed`` a day on which it still went on. ``freed``:
    whether it ended by the release of which the text tells. ``known``: the spelling, already in
    the record, of somebody who is only cited and not made.
    """

    name: str
    own_name: str = ""
    gender: str = ""
    birth: Interval | None = None
    occupation: str = ""
    began: Interval | None = None
    end_kind: str = ""
    ended: Interval | None = None
    confirmed: Interval | None = None
    freed: bool = False
    locator: str = ""
    note: str = ""
    known: PrisonerName | None = None

    @property
    def is_detained(self) -> bool:
        """Whether anything of a detention is told."""
        return bool(self.began or self.end_kind or self.ended or self.confirmed)

    def names(self, language: str) -> list[tuple[str, str, str]]:
        """Return text, language and kind of each spelling; ``language`` is the source's."""
        kinds = PrisonerName.Kind
        own = self.own_name or ""
        found = [(own, guessed_language(own, language), kinds.OWN.value)] if own else []
        if self.name != own:
            written = (self.name, guessed_language(self.name, language))
            found.append((*written, kinds.TRANSLITERATION.value))
        return found


@dataclass(frozen=True, slots=True)
class Resembling:
    """Somebody in the record who may be meant: by which spelling, how near, and what agrees."""

    spelling: PrisonerName
    percent: int
    agrees: tuple[str, ...]

    @property
    def prisoner(self) -> Prisoner:
        return self.spelling.prisoner


def resembling(people: Mapping[int, Told]) -> dict[int, list[Resembling]]:
    """Return who in the record each person (by any number) may be, the likeliest first."""
    found = likenesses([_asked(*one) for one in people.items()], scheme="", index=Index())
    numbers = {alike.prisoner for some in found.values() for alike in some}
    merged = Merger.objects.standing().values("merged")
    known = Prisoner.objects.filter(pk__in=numbers).exclude(pk__in=merged).prefetch_related("names")
    spellings: dict[tuple[int, str], PrisonerName] = {}
    for person in known:
        for name in person.names.all():
            name.prisoner = person
            spellings.setdefault((person.pk, name.text), name)
    answer = {
        number: [
            Resembling(
                spellings[alike.prisoner, alike.name], round(100 * alike.nearness), alike.agrees
            )
            for alike in some
            if (alike.prisoner, alike.name) in spellings
        ]
        for number, some in found.items()
    }
    return {number: some for number, some in answer.items() if some}


def _asked(number: int, told: Told) -> Understood:
    facts = {
        "names": [list(one) for one in told.names("")],
        "birth": told.birth.text if told.birth else "",
        "began": told.began.text if told.began else "",
    }
    return Understood(number, facts=facts)


# What cannot be


def broken(told: Told) -> dict[str, str]:
    """Return which rules of the record a person breaks: for each name of a fact, the message.

    The same rules as the database has, asked without it.
    """
    found: dict[str, str] = {}
    for name in ("name", "own_name"):
        text = getattr(told, name)
        if text and not any(sign.isalpha() for sign in text):
            found[name] = _("A name has at least one letter.")
    for name in ("birth", "began", "ended", "confirmed"):
        day: Interval | None = getattr(told, name)
        if day and day.first and day.first > today():
            found[name] = _("This day has not come yet.")
    for earlier, later, name, model, rule in (
        (told.began, told.ended, "ended", Detention, "detention_ends_after_it_began"),
        (
            told.began,
            told.confirmed,
            "confirmed",
            Detention,
            "detention_not_confirmed_before_it_began",
        ),
        (
            told.confirmed,
            told.ended,
            "confirmed",
            Detention,
            "detention_not_confirmed_after_its_end",
        ),
        (told.birth, _death(told), "birth", Prisoner, "prisoner_dies_after_birth"),
    ):
        if earlier and later and later.certainly_before(earlier):
            found.setdefault(name, _message(model, rule))
    if told.birth and told.began and told.began.certainly_before(told.birth):
        found.setdefault("birth", _("The birth comes after the arrest."))
    return found


def _message(model: type[models.Model], rule: str) -> str:
    constraint = next(one for one in model._meta.constraints if one.name == rule)
    return str(constraint.violation_error_message)


def no_room(release: Release, people: Iterable[Told]) -> str:
    """Return why a release cannot have freed all of them too; empty where it can."""
    freed = sum(told.freed and told.known is None for told in people)
    if release.headcount is None or not freed:
        return ""
    there = release.outcomes.exclude(state=State.WITHDRAWN).count()
    return (
        _("would be more people than were announced") if there + freed > release.headcount else ""
    )


def _death(told: Told) -> Interval | None:
    return told.ended if told.end_kind == Detention.EndKind.DIED else None


# Writing


def enter_people(
    *,
    source: Source,
    country: str,
    people: Sequence[Told],
    release: Release | None = None,
    by: Any,
) -> Operation:
    """Write all people of a text as drafts, or none; return the operation to undo it by.

    Each gets their names, a detention by ``country`` where anything of one is told, and citations
    of both at their place in the source; children and people at risk are withheld. Of whom is in
    the record already, a draft citation of the spelling is all that is added. Raise
    ValidationError where there is nobody, there are too many, or a rule of the record says no.
    """
    if not people:
        raise ValidationError(_("Type at least one name."))
    if len(people) > MOST:
        raise ValidationError(_("Enter at most %(number)s people at once.") % {"number": MOST})
    reasons = [f"{one.name}: {why}" for one in people for why in broken(one).values()]
    if release is not None and (why := no_room(release, people)):
        reasons.append(f"{release}: {why}")
    if reasons:
        raise ValidationError(reasons)
    with transaction.atomic():
        label = _("people entered from “%(source)s”") % {"source": source}
        operation = Operation.objects.create(kind=OperationKind.BULK, label=label[:300], by=by)
        with recorded(by=by, reason="", origin=Origin.HAND, operation=operation):
            new = [told for told in people if told.known is None]
            made = _make(source, country, new, release)
            Citation.objects.bulk_create(
                _cite_known(source, told) for told in people if told.known is not None
            )
            for person in made:
                protect(person=person, today=today())
        duplicates.look_again(people=[person.pk for person in made])
    return operation


def _make(
    source: Source, country: str, people: Sequence[Told], release: Release | None
) -> list[Prisoner]:
    slugs = free_slugs(Prisoner, [_called(told, source.language) for told in people])
    made = [
        Prisoner(
            slug=slug,
            gender=told.gender,
            birth=told.birth,
            death=_death(told),
            occupation=told.occupation,
            note=told.note,
        )
        for told, slug in zip(people, slugs, strict=True)
    ]
    Prisoner.objects.bulk_create(made)
    both = list(zip(made, people, strict=True))
    PrisonerName.objects.bulk_create(
        name for person, told in both for name in _names(person, told, source.language)
    )
    detentions = [
        (
            Detention(
                prisoner=person,
                country=country,
                began=told.began,
                end_kind=told.end_kind,
                ended=told.ended,
                last_confirmed=told.confirmed,
            ),
            told,
        )
        for person, told in both
        if told.is_detained
    ]
    Detention.objects.bulk_create([one for one, _told in detentions])
    if release is not None:
        ReleaseOutcome.objects.bulk_create(
            ReleaseOutcome(release=release, detention=one) for one, told in detentions if told.freed
        )
    about = [*(("prisoner", *one) for one in both), *(("detention", *one) for one in detentions)]
    Citation.objects.bulk_create(
        Citation(
            source=source, locator=told.locator, read_on=timezone.localdate(), **{kind: record}
        )
        for kind, record, told in about
    )
    return made


def _called(told: Told, language: str) -> str:
    """Return the spelling by which a person's page is called: the one shown in English first."""
    names = told.names(language)
    return min(names, key=lambda one: (one[1] != "en", script_of(one[0]) != "Latn"))[0]


def _names(person: Prisoner, told: Told, language: str) -> list[PrisonerName]:
    shown: set[str] = set()
    found = []
    for text, written_in, kind in told.names(language):
        found.append(
            PrisonerName(
                prisoner=person,
                text=text,
                language=written_in,
                script=script_of(text),
                kind=kind,
                is_display=written_in not in shown,
            )
        )
        shown.add(written_in)
    return found


def _cite_known(source: Source, told: Told) -> Citation:
    """Cite a text for the name of somebody whom it names, and for nothing else: it only did that.

    A citation of the person as a whole would be one for facts of which the text says nothing.
    """
    spelling = told.known
    written = "" if spelling is None or spelling.text == told.name else told.name
    return Citation(
        source=source,
        prisoner_name=spelling,
        field="text",
        locator=told.locator,
        value=written[:LONGEST_VALUE],
        read_on=timezone.localdate(),
    )
