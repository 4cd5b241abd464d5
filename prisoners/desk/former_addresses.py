"""Former addresses that would tell a name that is not shown: they answer as if they never were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from anyascii import anyascii

from prisoners.desk.telling import OF_OTHERS, merged_into, nameless_in, spellings_of
from prisoners.models import (
    ADDRESSED,
    AddressedRecord,
    Disclosure,
    FormerAddress,
    Operation,
    Prisoner,
    PrisonerName,
    Record,
    State,
)
from prisoners.names import TELLING, Text, labels
from prisoners.reading.owners import root_of


def forget_telling(record: Record) -> None:
    """Forget each former address that holds a word of a name that visitors are not shown.

    Asked after a record was written, in the same transaction: an address that was corrected for
    what it tells would go on telling it by leading here. A spelling counts that is withheld,
    withdrawn or not published, in all words that no public spelling has; of releases, deals and
    sources the names of whoever is linked with them and not shown by name.
    """
    root = root_of(record)
    if not isinstance(root, AddressedRecord):
        return
    former = [one for one in _former(root) if one.slug]
    if not former:
        return
    if isinstance(root, Prisoner):
        hidden, shown = _words(root)
        for one in former:
            if _tells(one.slug, hidden, shown):
                _forget(root, one)
    elif isinstance(root, OF_OTHERS):
        spellings = [spellings_of(person) for person in nameless_in(root)]
        for one in former:
            words = Text(one.slug.replace("-", " ").replace("_", " "))
            if any(some.tells_of_another(words) for some in spellings):
                one.delete()


def forget_touched(operation: Operation) -> None:
    """Do the same for each record to which an operation has let a former address lead."""
    made = FormerAddress.history.filter(operation=operation).order_by().values("id")
    for address in FormerAddress.objects.filter(pk__in=made).select_related(*ADDRESSED):
        target = next(one for name in ADDRESSED if (one := getattr(address, name)) is not None)
        forget_telling(target)


def _former(record: AddressedRecord) -> Iterable[FormerAddress]:
    found: Any = record.former_addresses  # type: ignore[attr-defined]  # each subclass has them
    return list(found.all())


def _words(person: Prisoner) -> tuple[set[str], set[str]]:
    """Return the words of the names that are not shown of somebody, and of those that are."""
    people = [person, *merged_into(person)]
    names = PrisonerName.objects.filter(prisoner__in=people)
    hidden: set[str] = set()
    shown: set[str] = set()
    for one in names.exclude(kind=PrisonerName.Kind.INITIALS):
        is_shown = (
            person.is_named
            and one.prisoner_id == person.pk
            and one.state == State.PUBLISHED
            and one.disclosure == Disclosure.PUBLIC
        )
        (shown if is_shown else hidden).update(_spelt(one.text))
    return hidden, shown


def _spelt(text: str) -> Iterator[str]:
    """Yield the words of a name as texts and as addresses have them."""
    yield from labels(text)
    yield from labels(anyascii(text))


def _tells(slug: str, hidden: set[str], shown: set[str]) -> bool:
    said = labels(slug.replace("-", " ").replace("_", " "))
    long = {word for word in hidden - shown if len(word) >= TELLING}
    short = hidden - shown - long
    return any(
        one in short or (any(one.startswith(word) for word in long) and one not in shown)
        for one in said
    )


def _forget(person: Prisoner, address: FormerAddress) -> None:
    """Let an address answer like one that never was; whoever had it is there under another one."""
    address.delete()
    for merged in merged_into(person):
        if merged.slug == address.slug:
            # Withdrawn, it would say that it is gone.
            merged.forget_addresses(merged.public_id)
