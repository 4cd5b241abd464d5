"""The index of names as a whole: making it anew, and holding it to the names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from prisoners.models import NameKey, PrisonerName

# Spellings in one transaction.
BATCH = 2000

Entries = set[tuple[bool, str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A spelling whose entries are not what it should be found by."""

    name: int
    text: str
    missing: int
    wrong: int

    def __str__(self) -> str:
        return f"{self.text} (name {self.name}): {self.missing} missing, {self.wrong} wrong"


def is_empty() -> bool:
    """Whether there are names and nothing that one of them is found by."""
    return PrisonerName.objects.exists() and not NameKey.objects.exists()


def rebuild(progress: Callable[[int], None]) -> None:
    """Write the whole index anew; ``progress`` is told how many spellings are done.

    Search goes on meanwhile: each spelling is found by its old entries until it has new ones.
    """
    done = 0
    for numbers in _batches():
        with transaction.atomic():
            NameKey.objects.index(numbers)
        done += len(numbers)
        progress(done)


def differences(progress: Callable[[int], None]) -> Iterator[Difference]:
    """Yield each spelling whose entries are not those that its text and state give."""
    done = 0
    for numbers in _batches():
        names = PrisonerName.objects.filter(pk__in=numbers)
        texts = dict(names.values_list("pk", "text"))
        due: dict[int, Entries] = defaultdict(set)
        stored: dict[int, Entries] = defaultdict(set)
        for one in NameKey.objects.derive(names):
            due[one.name_id].add((one.is_public, one.key, one.detail))
        columns = ("name", "is_public", "key", "detail")
        for name, *entry in NameKey.objects.filter(name__in=numbers).values_list(*columns):
            stored[name].add((entry[0], entry[1], entry[2]))
        for number, text in texts.items():
            missing, wrong = due[number] - stored[number], stored[number] - due[number]
            if missing or wrong:
                yield Difference(number, text, len(missing), len(wrong))
        done += len(numbers)
        progress(done)


def _batches() -> Iterator[list[int]]:
    """Yield the numbers of all spellings, by ranges of the primary key."""
    last = 0
    while numbers := list(
        PrisonerName.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield numbers
        last = numbers[-1]
