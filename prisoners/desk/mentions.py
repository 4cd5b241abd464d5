"""Names that are not shown, looked for in all texts; and what somebody found of a text.

A text is read when it or the name has changed, and never again: where the names stand is stored.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.models import (
    Change,
    Mention,
    MentionSearch,
    Merger,
    Prisoner,
    PrisonerName,
    Record,
    version,
)
from prisoners.models.changes import EVERYTHING
from prisoners.models.looking import today
from prisoners.names import Spellings, Text
from prisoners.reading.worklist.mentions import OF_KINDS, hidden_people, text_fields, text_in

# More records than these are read by the command and not while somebody waits for a page.
AT_ONCE: Final = 20_000
# How many records are read, and people asked for, in one go.
TOGETHER: Final = 500
# How many words of a text are shown to either side of a name, at least.
AROUND: Final = 12

Progress = Callable[[int], None]


class Place(NamedTuple):
    """A text that holds a name: of which record, which field of it, and its checksum."""

    kind: str
    record: int
    field: str
    digest: str


# Looking ----------------------------------------------------------------------------------


def catch_up(*, most: int | None = AT_ONCE, progress: Progress | None = None) -> bool:
    """Look for hidden names in what has changed; return whether all of it could be read.

    Where somebody was hidden since, all texts are read for their name. With more than ``most``
    records to be read nothing is done, and the answer is no.
    """
    if _is_as_of(MentionSearch.objects.first()):
        return True
    try:
        return _catch_up(most, progress)
    except OperationalError:
        # Something long is being written, as by an import: the next look will do it.
        return False


def _catch_up(most: int | None, progress: Progress | None) -> bool:
    with transaction.atomic():
        last = MentionSearch.objects.select_for_update().first()
        if _is_as_of(last):
            return True
        now, day = version(), today()
        wanted = spellings_of(hidden_people())
        sums = {str(person): _checksum(names) for person, names in wanted.items()}
        known = last.people if last else {}
        changed = _changed_since(last, AT_ONCE if most is None else most)
        if changed is None:
            known = {}
        new = {person for person in wanted if known.get(str(person)) != sums[str(person)]}
        if new and most is not None and count_records(most + 1) > most:
            return False
        Mention.objects.open().exclude(person__in=wanted.keys() - new).delete()
        for kind, numbers in (changed or {}).items():
            _look(kind, {one: wanted[one] for one in wanted.keys() - new}, numbers)
        if new:
            _look_everywhere({one: wanted[one] for one in new}, progress)
        MentionSearch.objects.all().delete()
        MentionSearch.objects.create(version=now.number, stamp=now.stamp, day=day, people=sums)
    return True


def _is_as_of(last: MentionSearch | None) -> bool:
    """Whether nothing can have changed since; asked before a lock is taken for it."""
    now = version()
    return last is not None and (last.version, last.stamp, last.day) == (*now, today())


def count_records(most: int | None = None) -> int:
    """Return how many records there are to be read; no more than are asked for."""
    number = 0
    for model in OF_KINDS.values():
        left = None if most is None else most - number
        number += model._default_manager.order_by()[:left].count()
        if number == most:
            break
    return number


def spellings_of(people: Iterable[int]) -> dict[int, Spellings]:
    """Return what is not shown of the names of people; nobody of whom that is nothing.

    Of somebody who is shown by name, what a public spelling tells is shown.
    """
    holders = _holders(set(people))
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    told: dict[int, list[str]] = defaultdict(list)
    for some in _some(sorted(holders)):
        rows = PrisonerName.objects.filter(prisoner__in=some).order_by()
        rows = rows.exclude(kind=PrisonerName.Kind.INITIALS)
        for person, text, filed_as in rows.values_list("prisoner", "text", "filed_as"):
            names[holders[person]].append((text, filed_as))
        shown = rows.published().filter(prisoner__identity=Prisoner.Identity.FULL)
        for person, text in shown.values_list("prisoner", "text"):
            told[holders[person]].append(text)
    found = {person: Spellings.of(some, told[person]) for person, some in names.items()}
    return {person: one for person, one in found.items() if not one.is_empty}


def _holders(people: set[int]) -> dict[int, int]:
    """Return people, and those who were merged into them, each with whose name theirs is."""
    holders = {person: person for person in people}
    pairs = Merger.objects.standing().order_by("-pk").values_list("merged", "kept")
    for merged, kept in pairs:
        if kept in holders:
            holders[merged] = holders[kept]
    return holders


def _changed_since(last: MentionSearch | None, most: int) -> dict[str, set[int]] | None:
    """Return what was written since the last time, by kind; None where that cannot be listed."""
    if last is None:
        return None
    if last.version and not Change.objects.filter(pk=last.version, stamp=last.stamp).exists():
        return None
    changes = Change.objects.filter(pk__gt=last.version).order_by()
    rows = list(changes.values_list("kind", "record").distinct()[: most + 1])
    if len(rows) > most or any(kind == EVERYTHING for kind, _record in rows):
        return None
    found: dict[str, set[int]] = defaultdict(set)
    for kind, record in rows:
        if kind in OF_KINDS and record is not None:
            found[kind].add(record)
    return found


def _look(kind: str, wanted: dict[int, Spellings], numbers: Iterable[int]) -> None:
    """Look for names in some records anew."""
    for some in _some(sorted(numbers)):
        Mention.objects.open().filter(kind=kind, record__in=some, person__in=wanted).delete()
        rows = OF_KINDS[kind]._default_manager.filter(pk__in=some)
        _keep(_Looking(wanted).in_rows(OF_KINDS[kind], rows))


def _look_everywhere(wanted: dict[int, Spellings], progress: Progress | None) -> None:
    looking, done = _Looking(wanted), 0
    for model in OF_KINDS.values():
        last = 0
        while rows := list(
            model._default_manager.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", *text_fields(model))[:TOGETHER]
        ):
            _keep(looking.in_texts(model, rows))
            last, done = rows[-1][0], done + len(rows)
            if progress:
                progress(done)


def _keep(found: Iterable[tuple[int, Place]]) -> None:
    """Store what was found, without what somebody has looked at."""
    Mention.objects.bulk_create(
        [Mention(person_id=person, **place._asdict()) for person, place in found],
        ignore_conflicts=True,
    )


class _Looking:
    """Looks for the names of some people, each word of which is looked up at once."""

    def __init__(self, wanted: dict[int, Spellings]) -> None:
        self.wanted = wanted
        self.by_word: dict[str, set[int]] = defaultdict(set)
        self.run_together: set[int] = set()
        for person, names in wanted.items():
            for word in names.looked_up:
                self.by_word[word].add(person)
            if names.run:
                self.run_together.add(person)
        self.lengths = sorted({len(word) for word in self.by_word})

    def in_rows(self, model: type[Record], rows: Any) -> Iterator[tuple[int, Place]]:
        return self.in_texts(model, rows.values_list("pk", *text_fields(model)))

    def in_texts(self, model: type[Record], rows: Iterable[Any]) -> Iterator[tuple[int, Place]]:
        kind, fields = str(model._meta.model_name), text_fields(model)
        for number, *texts in rows:
            for field, value in zip(fields, texts, strict=True):
                if value:
                    for person in self.of(text_in(model, field, value)):
                        yield person, Place(kind, number, field, digest_of(value))

    def of(self, said: str) -> list[int]:
        """Return whose name a text holds."""
        text = Text(said)
        maybe = set(self.run_together)
        for label in text.labels:
            for length in self.lengths:
                maybe |= self.by_word.get(label[:length], set())
        return [one for one in sorted(maybe) if self.wanted[one].tells_of_another(text)]


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checksum(names: Spellings) -> str:
    return digest_of(repr([sorted(getattr(names, one)) for one in names.__slots__]))[:16]


def _some(numbers: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(numbers), TOGETHER):
        yield numbers[at : at + TOGETHER]


# What somebody found ----------------------------------------------------------------------


def is_another(*, mention: Mention, reason: str, by: Any) -> None:
    """Keep that a text names somebody else, and why; of this text it is not asked again.

    Raise ValidationError where no reason is given, or the text is not what was looked at.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why: the next researcher must know."))
    rows = Mention.objects.open().filter(pk=mention.pk)
    if not _is_as_it_was(mention) or not rows.update(reason=reason, by=by, at=timezone.now()):
        raise ValidationError(_("The text was changed, or somebody has looked at it already."))


def reopen(*, mention: Mention, by: Any) -> None:
    """Ask about a text again, if it is there; what was found of it before is kept."""
    with transaction.atomic():
        rows = Mention.objects.standing().exclude(at=None).filter(pk=mention.pk)
        if rows.update(reopened_at=timezone.now(), reopened_by=by) and _is_as_it_was(mention):
            place = Place(mention.kind, mention.record, mention.field, mention.digest)
            _keep([(mention.person_id, place)])


def _is_as_it_was(mention: Mention) -> bool:
    text = text_of(mention)
    return text is not None and digest_of(text) == mention.digest


def text_of(mention: Mention) -> str | None:
    """Return the text as it is now; None where the record is gone."""
    rows = OF_KINDS[mention.kind]._default_manager.filter(pk=mention.record)
    text: str | None = rows.values_list(mention.field, flat=True).first()
    return text


def excerpts(mentions: Iterable[Mention], texts: dict[int, str]) -> dict[int, str]:
    """Return of each mention (by number) the words around the name; ``texts`` as they are now."""
    mentions = list(mentions)
    wanted = spellings_of({one.person_id for one in mentions})
    return {
        one.pk: _around(wanted[one.person_id], texts[one.pk])
        for one in mentions
        if one.person_id in wanted and one.pk in texts
    }


def spelled(person: Prisoner) -> list[str]:
    """Return all spellings of somebody, of what was merged into them too."""
    holders = _holders({person.pk})
    names = PrisonerName.objects.filter(prisoner__in=holders).exclude(
        kind=PrisonerName.Kind.INITIALS
    )
    return list(dict.fromkeys(names.order_by("pk").values_list("text", flat=True)))


def _around(names: Spellings, text: str) -> str:
    words = text.split()
    for at in range(0, len(words), AROUND):
        some = words[at : at + 2 * AROUND]
        if names.tells_of_another(Text(" ".join(some))):
            before, after = "… " * (at > 0), " …" * (at + 2 * AROUND < len(words))
            return f"{before}{' '.join(some)}{after}"
    return " ".join(words[: 2 * AROUND])
