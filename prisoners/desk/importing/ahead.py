"""What can be said of rows before anything is written, and by other processes while it is.

To read rows, and to look for people whom they may be, takes longer than to write them, and asks
only for what an import itself does not change: the spellings that were there before it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.db import connection
from django.utils import translation

from prisoners.desk.helper import begin
from prisoners.desk.importing.among import among_texts
from prisoners.desk.importing.duplicates import Index, Likeness, likenesses
from prisoners.desk.importing.profile import Layout, read_layout
from prisoners.desk.importing.reading import Row
from prisoners.desk.importing.understanding import Understanding, Understood
from prisoners.models import ExternalId, ImportRow
from prisoners.names import entries

# Rows from which on other processes help: to begin one takes as long as some hundreds of rows.
MANY: Final = 1500
# More would wait for the one that writes.
MOST_HELPERS: Final = 3
# Batches for each that are being looked at or wait to be written; more would only take memory.
AHEAD: Final = 2

_helpers: ContextVar[int] = ContextVar("helpers", default=0)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Some rows as they were read; of those that were looked at, whom they may be, by number, and
    what their names will be found by.
    """

    rows: list[Understood]
    alike: dict[int, list[Likeness]] = field(default_factory=dict)
    entries: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


class Foresight:
    """Reads the rows of one file and looks for people whom they may be.

    ``newest_name`` is the largest number of a spelling that is looked at: those that the import
    makes itself are not.
    """

    def __init__(self, layout: Layout, headings: Sequence[str], newest_name: int) -> None:
        self.layout = layout
        self.headings = tuple(headings)
        self.index = Index(newest_name)
        self.understanding = Understanding(layout, headings)

    def read(self, batch: Sequence[Row]) -> Foreseen:
        return Foreseen([self.understanding.read(row) for row in batch])

    def look(self, rows: Sequence[Understood]) -> dict[int, list[Likeness]]:
        """Return whom rows (by number) may be, the likeliest first; empty for nobody."""
        found = likenesses(rows, scheme=self.layout.scheme, index=self.index)
        return {row.number: found.get(row.number, []) for row in rows}

    def foresee(self, batch: Sequence[Row]) -> Foreseen:
        """Read rows, and look for people whom those may be that nobody is known for yet."""
        read = self.read(batch)
        records = {row.record for row in read.rows if not row.refusal}
        ids = {row.facts["external_id"] for row in read.rows if "external_id" in row.facts}
        known = {
            *ImportRow.objects.filter(
                profile=self.layout.name, record__in=among_texts(records), stands=True
            ).values_list("record", flat=True)
        }
        named = {
            *ExternalId.objects.filter(
                scheme=self.layout.scheme, value__in=among_texts(ids)
            ).values_list("value", flat=True)
        }
        new = [
            row
            for row in read.rows
            if not row.refusal
            and row.record not in known
            and row.facts.get("external_id") not in named
        ]
        # To take a name apart takes long, and to look for it took it apart.
        texts = {text for row in new for text, _language, _kind in row.facts["names"]}
        return Foreseen(read.rows, self.look(new), {text: entries(text) for text in texts})


@contextmanager
def helped() -> Iterator[None]:
    """Let other processes read long lists beside this one; for commands, whose machine it is.

    None do inside a transaction: they would not see what is written in it.
    """
    # Not every system tells which processors a process may use.
    is_told = hasattr(os, "sched_getaffinity")
    many = (len(os.sched_getaffinity(0)) if is_told else os.cpu_count() or 1) - 1
    token = _helpers.set(0 if connection.in_atomic_block else min(many, MOST_HELPERS))
    try:
        yield
    finally:
        _helpers.reset(token)


@contextmanager
def foreseen(
    foresight: Foresight, batches: Iterable[list[Row]], *, is_long: bool
) -> Iterator[Iterator[Foreseen]]:
    """Give what is foreseen of each batch of a list in turn."""
    helpers = _helpers.get() if is_long else 0
    if not helpers:
        yield map(foresight.read, batches)
        return
    with closing(_by_helpers(foresight, batches, helpers)) as found:
        yield found


def _by_helpers(
    foresight: Foresight, batches: Iterable[list[Row]], helpers: int
) -> Generator[Foreseen]:
    settled = json.dumps(
        {
            "layout": dict(foresight.layout.given),
            "headings": foresight.headings,
            "newest_name": foresight.index.newest_name,
            "language": translation.get_language(),
            "database": str(connection.settings_dict["NAME"]),
        }
    )
    # A forked process would share this one's connection to the database.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(helpers, context, initializer=begin)
    try:
        ready = pool.submit(_get_ready, settled)
        waiting: deque[tuple[list[Row], Future[Foreseen] | None]] = deque()
        for batch in batches:
            if not ready.done():
                yield foresight.read(batch)
                continue
            waiting.append((batch, _asked(pool, settled, batch)))
            if len(waiting) > helpers * AHEAD:
                yield _answered(foresight, *waiting.popleft())
        while waiting:
            yield _answered(foresight, *waiting.popleft())
    finally:
        # What a helper has kept takes it a while to let go of, and is nothing to wait for.
        pool.shutdown(wait=False, cancel_futures=True)


def _asked(pool: ProcessPoolExecutor, settled: str, batch: list[Row]) -> Future[Foreseen] | None:
    try:
        return pool.submit(_foresee, settled, batch)
    except BrokenProcessPool:
        return None


def _answered(foresight: Foresight, batch: list[Row], asked: Future[Foreseen] | None) -> Foreseen:
    """Return what a helper foresees; where it was killed, for want of memory, it is done here."""
    try:
        return asked.result() if asked else foresight.read(batch)
    except BrokenProcessPool:
        return foresight.read(batch)


# In a helper


def _get_ready(settled: str) -> None:
    _foresight(settled)


def _foresee(settled: str, batch: list[Row]) -> Foreseen:
    return _foresight(settled).foresee(batch)


@lru_cache(maxsize=1)
def _foresight(settled: str) -> Foresight:
    given = json.loads(settled)
    translation.activate(given["language"] or "en")
    connection.settings_dict["NAME"] = given["database"]
    return Foresight(read_layout(given["layout"]), given["headings"], given["newest_name"])
