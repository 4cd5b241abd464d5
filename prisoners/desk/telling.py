"""What public texts would tell of whoever is protected: a name, or a death, that is held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.models import (
    TRANSLATED_NAMES,
    Citation,
    Deal,
    Detention,
    Disclosure,
    HoldsBack,
    How,
    Merger,
    Operation,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseOutcome,
    Source,
    State,
    Statement,
    Translation,
)
from prisoners.models.holding_back import PARTS, shown_of, text_of
from prisoners.models.recording import recorded_models
from prisoners.names import Spellings, Text
from prisoners.reading.gaps import parts
from prisoners.reading.owners import root_of, ways_to_people

# Records of others in whose texts a person is named, and what of a source is such a text.
OF_OTHERS: Final = (Release, Deal, Statement, Source)
OF_A_SOURCE: Final = ("title",)
DEATH: Final = "|death:"


# The one question that every way of writing asks ------------------------------------------


def refuse_telling(record: Record) -> None:
    """Raise ValidationError, with each place, where what is public now tells what is held back.

    Asked after a record was written or published, in the same transaction. It looks at the texts
    of the record and of its parts; of a person also at those of releases, deals, statements and
    sources that they are linked with, and at a death that the end of a detention tells.
    """
    root = root_of(record)
    if isinstance(root, Prisoner):
        person = Prisoner.objects.filter(pk=root.pk).filter(_protected()).first()
        told = [*_told_of(person, record)] if person else []
    elif isinstance(root, OF_OTHERS):
        told = [
            line
            for person in nameless_in(root)
            for line in _said_of_others(spellings_of(person), _texts(_as_stored(record)))
        ]
    else:
        told = []
    if told:
        raise ValidationError(list(dict.fromkeys(told)))


def refuse_touched(operation: Operation) -> None:
    """Ask the same of everybody who is protected, and of whom an operation has written anything."""
    protected = Prisoner.objects.filter(_protected()).order_by()
    if not protected.exists():
        return
    people: set[int] = set()
    others: dict[tuple[type[Record], int], Record] = {}
    for model in recorded_models():
        if not issubclass(model, Record):
            continue
        written = model._default_manager.filter(
            pk__in=model.history.filter(operation=operation).order_by().values("id")
        ).order_by()
        for way in ways_to_people(model):
            found = written.filter(**{f"{way}__in": protected.values("pk")})
            people.update(found.values_list(way, flat=True))
        if model in (*OF_OTHERS, Translation):
            roots = (root_of(one) for one in written)
            others |= {(type(one), one.pk): one for one in roots if isinstance(one, OF_OTHERS)}
    for person in Prisoner.objects.filter(pk__in=people).order_by("pk"):
        refuse_telling(person)
    for record in others.values():
        refuse_telling(record)


def _protected() -> Q:
    """Return the condition on people to be looked at: of nearly everybody nothing is held back.

    What is held back of a detention is written on its person.
    """
    is_held = Q(held_back__contains=DEATH) | Q(held_back__contains=f"|{PARTS}:")
    return ~Q(identity=Prisoner.Identity.FULL) | is_held


def _as_stored(record: Record) -> Record:
    stored: Record = type(record)._default_manager.get(pk=record.pk)
    return stored


def _told_of(person: Prisoner, record: Record) -> Iterator[str]:
    if not person.is_named:
        spellings = spellings_of(person)
        for _one, text in _texts(_as_stored(record)):
            if spellings.tells(Text(text)):
                yield _said(text)
        yield from named_by_others(person)
    yield from deaths_told(person, state=State.PUBLISHED)


# Names ------------------------------------------------------------------------------------


def spellings_of(person: Prisoner) -> Spellings:
    """Return all names of somebody, those of what was merged into them too."""
    names = PrisonerName.objects.filter(prisoner__in=[person, *merged_into(person)])
    return Spellings.of(
        names.exclude(kind=PrisonerName.Kind.INITIALS).values_list("text", "filed_as")
    )


def texts_that_name(person: Prisoner) -> Iterator[str]:
    """Yield, as a refusal, each text that names somebody, drafts of their own record included."""
    spellings = spellings_of(person)
    for _one, text in _texts(person, drafts=True):
        if spellings.tells(Text(text)):
            yield _said(text)
    yield from named_by_others(person)


def named_by_others(person: Prisoner) -> Iterator[str]:
    """Yield, as a refusal, each public text that names somebody in a record of something else."""
    spellings = spellings_of(person)
    for record in _others_about(person):
        yield from _said_of_others(spellings, _texts(record))


def _said(text: str) -> str:
    return _("“%(text)s” holds the name: change or withhold it first.") % {"text": text[:80]}


def _said_of_others(spellings: Spellings, texts: Iterable[tuple[Record, str]]) -> Iterator[str]:
    for one, text in texts:
        if spellings.tells_of_another(Text(text)):
            yield _("%(kind)s: “%(text)s” holds the name: change or withhold it first.") % {
                "kind": capfirst(str(one._meta.verbose_name)),
                "text": text[:80],
            }


def _texts(record: Record, *, drafts: bool = False) -> Iterator[tuple[Record, str]]:
    """Yield each text that visitors may read of a record and of its parts, and whose it is."""
    for one in _whole(record):
        if one.disclosure == Disclosure.WITHHELD or isinstance(one, Citation | PrisonerName):
            continue
        if drafts or one.state == State.PUBLISHED:
            yield from ((one, text) for text in _texts_of(one))


def _whole(record: Record) -> Iterator[Record]:
    yield record
    if type(record) in TRANSLATED_NAMES:
        yield from record.translations.exclude(state=State.WITHDRAWN)  # type: ignore[attr-defined]  # all that hold facts have them
    for part in parts(record):
        yield from _whole(part)


def _texts_of(record: Record) -> Iterator[str]:
    if isinstance(record, Translation):
        names: tuple[str, ...] = ("text",)
    else:
        names = OF_A_SOURCE if isinstance(record, Source) else record.facts + record.translated
    for name in dict.fromkeys(names):
        value = record.__dict__.get(name)
        if isinstance(value, str) and value:
            yield value


def merged_into(person: Prisoner) -> Iterator[Prisoner]:
    """Yield each record that was merged into one of somebody, or into such a one."""
    for merger in Merger.objects.standing().filter(kept=person).select_related("merged"):
        yield merger.merged
        yield from merged_into(merger.merged)


# Who is linked with what ------------------------------------------------------------------


def _outcomes() -> Any:
    return ReleaseOutcome.objects.exclude(state=State.WITHDRAWN)


def _others_about(person: Prisoner) -> Iterator[Record]:
    """Yield the public releases, deals, statements and sources that somebody is linked with."""
    releases = _outcomes().filter(detention__prisoner=person).values("release")
    deals = Release.objects.filter(pk__in=releases).values("deal")
    said = Q(release__in=releases) | Q(deal__in=deals)
    citations = Citation.objects.exclude(state=State.WITHDRAWN).order_by()
    sources = {
        number
        for way in ways_to_people(Citation)
        for number in citations.filter(**{way: person.pk}).values_list("source", flat=True)
    }
    yield from Release.objects.published().filter(pk__in=releases)
    yield from Deal.objects.published().filter(pk__in=deals)
    yield from Statement.objects.published().filter(said)
    yield from Source.objects.published().filter(pk__in=sources)


def nameless_in(record: Record) -> Iterator[Prisoner]:
    """Yield whoever is not shown by name, and is linked with a record of something else."""
    nameless = Prisoner.objects.exclude(identity=Prisoner.Identity.FULL)
    outcomes = _outcomes()
    if isinstance(record, Source):
        cited: set[int] = set()
        citations = Citation.objects.exclude(state=State.WITHDRAWN).filter(source=record)
        for way in ways_to_people(Citation) if nameless.exists() else ():
            found = citations.filter(**{f"{way}__in": nameless.values("pk")}).order_by()
            cited.update(found.values_list(way, flat=True))
        yield from nameless.filter(pk__in=cited).order_by("pk")
        return
    if isinstance(record, Release):
        outcomes = outcomes.filter(release=record)
    elif isinstance(record, Deal):
        outcomes = outcomes.filter(release__deal=record)
    elif isinstance(record, Statement):
        of_release = Q(release=record.release_id) if record.release_id else Q()
        of_deal = Q(release__deal=record.deal_id) if record.deal_id else Q()
        if not (of_release or of_deal):
            return
        outcomes = outcomes.filter(of_release | of_deal)
    yield from nameless.filter(pk__in=outcomes.values("detention__prisoner")).order_by("pk")


# Deaths -----------------------------------------------------------------------------------


def deaths_told(person: Prisoner, *, state: str = "") -> Iterator[str]:
    """Yield, as a refusal, how the end of a detention and a death tell what is held back of one.

    Of all detentions that are not withdrawn, or only of those in a state.
    """
    shown = person.detentions.filter(
        disclosure=Disclosure.PUBLIC, end_kind=Detention.EndKind.DIED
    ).exclude(state=State.WITHDRAWN)
    for detention in shown.filter(state=state) if state else shown:
        if person.held.get("death") == How.WITHHELD:
            yield _(
                "%(detention)s: it ended by a death in custody, and nothing is to be shown of the "
                "death. Withhold that detention first."
            ) % {"detention": detention}
        elif is_finer(detention, "ended", person.held.get("death")):
            yield _(
                "%(detention)s: the day on which it ended tells the day of the death. Hold it "
                "back first."
            ) % {"detention": detention}
        if is_finer(person, "death", detention.held.get("ended")):
            yield _(
                "%(detention)s: the day of the death tells the day on which it ended. Hold the "
                "death back first."
            ) % {"detention": detention}


def is_finer(record: HoldsBack, name: str, how: str | None) -> bool:
    """Whether a date says more than would be shown of it if that much were held back."""
    return how is not None and shown_of(record, name, how) != text_of(record, name)
