"""The snapshot of the published record that this process answers from, always of its last version.

What everybody is in is read once and kept, in files where it is large; whoever was changed since
is read again, which takes as long as there are such people and no longer. A thread that is in the
middle of an answer goes on with the snapshot that it began with.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np
from django.conf import settings

from prisoners.models import Change, Disclosure, Prisoner, Version, version
from prisoners.models.changes import EVERYTHING
from prisoners.models.looking import as_if_published, today
from prisoners.reading.snapshot import files
from prisoners.reading.snapshot.columns import NUMBERED, SHARED, Array, Numbering, read
from prisoners.reading.snapshot.people import Names, People

# So many people are kept in memory by each process; more are kept in files that all share.
IN_MEMORY: Final = 5_000
# So many times a few people are read again before they are put together.
PARTS: Final = 8
# From so many changed people on, and this part of everybody, all are to be read again.
MANY: Final = 2_000
PART: Final = 20
# Kinds of record that the columns are made of, apart from the shared ones.
IN_COLUMNS: Final = (
    "prisoner",
    "prisonername",
    "detention",
    "charge",
    "placement",
    "recognition",
    "releaseoutcome",
)
SHARED_KINDS: Final = tuple(str(model._meta.model_name) for model in SHARED.values())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The published record at one version.

    ``parts``: everybody as they were read at ``base``, then those who were changed since.
    ``names``: the order of the former by name, in each language.
    ``withheld``: the people who are published and kept from the public, to be counted only.
    ``slugs``, ``seen``: of each kind of shared record, those that may be seen, by number.
    ``memory``: what was found out about this version and is worth keeping as long as it.
    """

    version: Version
    base: Version
    parts: tuple[People, ...]
    names: dict[str, Names]
    numbering: dict[str, Numbering]
    withheld: frozenset[int]
    slugs: dict[str, dict[int, str]]
    seen: dict[str, Array]
    memory: dict[Any, Any] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(part.living())) for part in self.parts)

    @property
    def changed(self) -> int:
        """How many people were read again since everybody was read."""
        return sum(len(part) for part in self.parts[1:])


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


_lock: Final = threading.Lock()
_kept: list[Snapshot] = []
# The last of them, a day, and who of it is shown on that day, where not all are.
_shown: list[tuple[Snapshot, date, Snapshot]] = []


@dataclass(slots=True)
class _Answer:
    """What one answer is made from: the version that it began with, and the snapshot, once read."""

    version: Version
    snapshot: Snapshot | None = None


_answer: ContextVar[_Answer | None] = ContextVar("answer", default=None)


@contextmanager
def one_answer(began: Version) -> Iterator[None]:
    """Answer all that is asked meanwhile from one snapshot, whatever is written by others.

    ``began``: the record's version, read just before.
    """
    outer = _answer.set(_Answer(began))
    try:
        yield
    finally:
        _answer.reset(outer)


def current() -> Snapshot:
    """Return the snapshot of the record's version now, or the one of the answer that is made.

    It holds whom visitors may see today. Only what was changed since the last is read. Raise
    DatabaseError where the database cannot be read.
    """
    answer = _answer.get()
    if answer is None:
        return _on_day(_of(version()), today())
    if answer.snapshot is None:
        answer.snapshot = _on_day(_of(answer.version), today())
    return answer.snapshot


def memory() -> dict[Any, Any] | None:
    """Return the memory of the answer that is made; None where it has asked for no snapshot."""
    answer = _answer.get()
    return None if answer is None or answer.snapshot is None else answer.snapshot.memory


def _on_day(snapshot: Snapshot, day: date) -> Snapshot:
    """Take from a snapshot whoever may be shown no more on a day: they are counted as withheld."""
    for kept, of_day, shown in tuple(_shown):
        if kept is snapshot and of_day == day:
            return shown
    parts = tuple(part.on_day(day) for part in snapshot.parts)
    if parts == snapshot.parts:
        return snapshot
    hidden = {
        number
        for part in snapshot.parts
        for number in part.columns.numbers[part.hidden_on(day)].tolist()
    }
    # A memory of its own: what was found out of one day is not so on another.
    shown = replace(snapshot, parts=parts, withheld=snapshot.withheld | hidden, memory={})
    _shown[:] = [(snapshot, day, shown)]
    return shown


def _of(now: Version) -> Snapshot:
    if _kept and _kept[0].version == now:
        return _kept[0]
    # All who answer share what is read here: of whoever previews a draft it must hold nothing.
    with _lock, as_if_published({}):
        now = version()
        known = _kept[0] if _kept else None
        while known is None or known.version != now:
            known = _brought_up_to(now, known)
            # What was written while it was read may be in it in part.
            now = version()
        _kept[:] = [known]
        return known


def _brought_up_to(now: Version, known: Snapshot | None) -> Snapshot:
    # A snapshot of nobody is one too.
    known = _newest_files() if known is None else known
    touched = None if known is None else _touched_since(known.version)
    if known is None or touched is None:
        return _everybody(now)
    people, shared = touched
    if known.changed + len(people) > max(MANY, len(known.parts[0]) // PART):
        if len(known.parts[0]) <= IN_MEMORY:
            return _everybody(now)
        newer = _newest_files()
        if newer is not None and newer.base.number > known.base.number:
            return _brought_up_to(now, newer)
        _read_everybody_apart()
    return _with_changes(known, now, people, shared=shared)


def _touched_since(before: Version) -> tuple[list[int], bool] | None:
    """Return whose records were written since a version, and whether shared ones were.

    None: the log does not go back so far, or says that everything may have changed.
    """
    if not Change.objects.filter(pk=before.number, stamp=before.stamp).exists():
        return None
    since = Change.objects.filter(pk__gt=before.number)
    if since.filter(kind=EVERYTHING).exists():
        return None
    people = since.filter(kind__in=IN_COLUMNS, prisoner__isnull=False).order_by("prisoner")
    shared = since.filter(kind__in=SHARED_KINDS).exists()
    numbers = people.values_list("prisoner", flat=True).distinct()
    return [number for number in numbers if number is not None], shared


def _with_changes(known: Snapshot, now: Version, people: list[int], *, shared: bool) -> Snapshot:
    if not people and not shared:
        return _snapshot(now, known.base, known.parts, known.names, known.numbering, known.withheld)
    numbering = {name: one.copy() for name, one in known.numbering.items()}
    base, *others = known.parts
    if len(others) >= PARTS:
        again = np.concatenate([part.columns.numbers for part in others])
        people, others = sorted({*people, *again.tolist()}), []
    gone = np.array(people, dtype=np.int64)
    parts = [part.without(gone) for part in (base, *others)]
    if people:
        columns = read(numbering, languages(), people)
        places = {
            language: names.among(columns.numbers, columns.keys[language])
            for language, names in known.names.items()
        }
        parts.append(People(columns, places))
    if shared:
        # What is known of a day rests on which releases may be seen.
        parts = [People(part.columns, part.places, part.alive) for part in parts]
    hidden = known.withheld.difference(people) | withheld_among(people)
    return _snapshot(now, known.base, tuple(parts), known.names, numbering, hidden)


def withheld_among(people: list[int] | None = None) -> frozenset[int]:
    """Return who, of some people or of all, is published and withheld."""
    found = Prisoner.objects.counted().filter(disclosure=Disclosure.WITHHELD)
    if people is not None:
        found = found.filter(pk__in=people)
    return frozenset(found.values_list("pk", flat=True))


def _snapshot(
    now: Version,
    base: Version,
    parts: tuple[People, ...],
    names: dict[str, Names],
    numbering: dict[str, Numbering],
    withheld: frozenset[int],
) -> Snapshot:
    """Add which facilities, organisations and releases may be seen now."""
    slugs: dict[str, dict[int, str]] = {}
    seen: dict[str, Array] = {}
    for name, model in SHARED.items():
        number = numbering[name].number
        found = model.objects.published().filter(pk__in=numbering[name].names[1:])
        slugs[name] = {number[pk]: slug for pk, slug in found.values_list("pk", "slug")}
        seen[name] = np.zeros(len(number), dtype=bool)
        seen[name][list(slugs[name])] = True
    return Snapshot(now, base, parts, names, numbering, withheld, slugs, seen)


def _everybody(now: Version) -> Snapshot:
    """Read everybody, into files where they are many; take files that another process wrote."""
    if Prisoner.objects.published().count() <= IN_MEMORY:
        return _read_everybody(now)
    with _one_at_a_time():
        there = _newest_files()
        if there is not None and there.version == now:
            return there
        made = _read_everybody(now)
        files.write(now, made.parts[0].columns, made.names, made.numbering, made.withheld)
        # Mapped, not as they were read: those take memory of this process alone.
        there = _newest_files()
        return made if there is None else there


def _read_everybody(now: Version) -> Snapshot:
    numbering = {name: Numbering() for name in NUMBERED}
    columns = read(numbering, languages())
    names = {language: Names(columns.numbers, columns.keys[language]) for language in languages()}
    columns.keys.clear()
    everybody = People(columns, {language: names[language].places for language in names})
    return _snapshot(now, now, (everybody,), names, numbering, withheld_among())


def _newest_files() -> Snapshot | None:
    """Return the newest of the snapshots in files that the log of changes goes on from."""
    for base, path in files.folders(languages()):
        if not Change.objects.filter(pk=base.number, stamp=base.stamp).exists():
            continue
        try:
            columns, names, numbering, withheld = files.load(path, languages())
        except OSError:  # removed in this moment, after a newer one was written
            continue
        everybody = People(columns, {language: names[language].places for language in names})
        return _snapshot(base, base, (everybody,), names, numbering, withheld)
    return None


def keep_in_files() -> Snapshot:
    """Read everybody into files of the version now, unless they are there or are few."""
    with as_if_published({}):
        now = version()
        there = _newest_files()
        if there is not None and there.version == now:
            return there
        return _everybody(now)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process of this machine read everybody while the others wait for it."""
    files.FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (files.FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


_apart: list[subprocess.Popen[bytes]] = []


def _read_everybody_apart() -> None:
    """Begin to read everybody in a process of its own, whose memory goes with it.

    Until it is done, answers go on from the old files and the people read since.
    """
    if _apart and _apart[0].poll() is None:
        return
    _apart[:] = [
        subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "keep_snapshot"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=dict(os.environ),
        )
    ]
