"""Filling a database with people who do not exist, to try the site out at any size.

Real and invented records never share a database: invented ones are refused where there is any
record that was not made here, and dossiers are refused where there are invented ones.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.desk.helper import begin
from prisoners.desk.synthetic_names import CULTURES
from prisoners.desk.synthetic_people import BLOCK, COLUMNS, KEY, Row, Shared, invent
from prisoners.models import (
    Actor,
    Citation,
    Deal,
    DossierEntry,
    Facility,
    Figure,
    Prisoner,
    Record,
    Release,
    Source,
    State,
    Statement,
    unrecorded,
    written_as_a_whole,
)
from prisoners.models.changes import learn_the_sizes
from prisoners.models.fields import IntervalField, first_name, last_name
from prisoners.models.inserting import Bundles, bundled, insert_bundled
from prisoners.reading.synthetic import SOURCE_KEY, is_synthetic

# Records that are no part of another: each that was made here has a key that says so.
TOP: Final[tuple[type[Record], ...]] = (
    Source,
    Actor,
    Facility,
    Deal,
    Release,
    Prisoner,
    Statement,
    Figure,
)
TITLE: Final = "Invented data for trying the site out"
ORGANISATIONS: Final = ("Invented Watch", "Invented Solidarity Fund", "Invented Bar Association")
# Blocks that are being made or wait to be written; more would only take memory.
AHEAD: Final = 3
# Of more people than this, it is quicker to take the indexes away and to make them again than to
# find the place of each entry.
MANY: Final = BLOCK
# MiB. With the default of 2 the indexes of many people are read again and again.
SQLITE_CACHE: Final = 256
# MiB of an index that are sorted at a time: by a second thread, while the next are read. One that
# has room in them is sorted by one thread.
SQLITE_SORTED: Final = 16


class RealRecordsError(Exception):
    """The database holds a record that was not made here; nothing was written."""


class Block(NamedTuple):
    """So many people, and the rows of each model that they are."""

    people: int
    rows: dict[str, Bundles]


class Table:
    """Writes rows of one model as they are.

    Everything that a row says nothing of has its model's default. Model instances would take
    several times as long as everything else together; a test holds the rows to what the models
    would have written.
    """

    def __init__(self, model: type[models.Model], names: Iterable[str], now: datetime) -> None:
        given = list(chain.from_iterable(_columns(model, name) for name in names))
        rest = {
            _column(field): value
            for field in model._meta.concrete_fields
            if field.column not in given and (value := _default(field, now)) is not None
        }
        self.model = model
        self.rest: Row = tuple(rest.values())
        self.given = len(given)
        quote = connection.ops.quote_name
        self.name = quote(model._meta.db_table)
        self.columns = ", ".join(quote(name) for name in (*given, *rest))

    def write(self, bundles: Bundles) -> None:
        """Write rows that were put together as ``_block`` does it for this database."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _together, rows = bundles
                with cursor.copy(f"COPY {self.name} ({self.columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row((*row, *self.rest))
                return
            # Names of our own tables and columns, nothing from outside.
            into = f"INSERT INTO {self.name} ({self.columns})"
            insert_bundled(cursor, into, self._places(), bundles)

    def _places(self) -> str:
        """Return the places of a row; what is the same in every one is read with the statement."""
        literal = connection.SchemaEditorClass(connection).quote_value
        always = [str(literal(value)).replace("%", "%%") for value in self.rest]
        return f"({', '.join([*['%s'] * self.given, *always])})"


@contextmanager
def _indexes_aside(tables: Iterable[Table], progress: Callable[[int, int], None]) -> Iterator[None]:
    """Take the indexes of tables of SQLite away, and make them again when the rows are there.

    To sort what is in an index once takes a fraction of the time of looking for the place of each
    entry, which is on another page of a large file every time. In one transaction, so that
    nobody else ever sees a table without them, and what is cut short leaves them as they were.
    """
    if connection.vendor != "sqlite":
        yield
        return
    quote = connection.ops.quote_name
    names = [table.model._meta.db_table for table in tables]
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        # Those without a statement of their own belong to the table: its keys. Those of some rows
        # only stay: they have few, or get each at their end, and to make one reads all the table.
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND "  # noqa: S608  # only places
            f"sql NOT LIKE %s AND tbl_name IN ({places}) ORDER BY rowid",
            ["% WHERE %", *names],
        )
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f"DROP INDEX {quote(name)}")
        yield
        cursor.execute(f"PRAGMA cache_size = {-1024 * SQLITE_SORTED}")
        cursor.execute(f"PRAGMA threads = {processes()}")
        progress(0, len(indexes))
        for done, (_name, sql) in enumerate(indexes, start=1):
            cursor.execute(sql)
            progress(done, len(indexes))


def _columns(model: type[models.Model], name: str) -> tuple[str, ...]:
    field = next(one for one in model._meta.concrete_fields if name in (one.name, one.attname))
    if isinstance(field, IntervalField):
        return name, first_name(name), last_name(name)
    return (_column(field),)


def _column(field: models.Field[Any, Any]) -> str:
    return str(field.column)


def _default(field: models.Field[Any, Any], now: datetime) -> Any:
    """Return what a new record has in a field, as the database keeps it."""
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value(now)
    return field.get_db_prep_save(field.get_default(), connection)


def refuse_real_records() -> None:
    """Raise RealRecordsError where any record was not made here."""
    for model in TOP:
        real = model._default_manager.exclude(key__startswith=KEY).first()
        if real is not None:
            raise RealRecordsError(
                _("This database holds real records, such as the %(kind)s “%(record)s”.")
                % {"kind": model._meta.verbose_name, "record": real}
            )
    if DossierEntry.objects.exists():
        raise RealRecordsError(_("A dossier was loaded into this database."))


def generate(
    count: int,
    *,
    seed: int,
    workers: int,
    progress: Callable[[int], None] = lambda _done: None,
    indexing: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Add ``count`` invented people to a database that holds no others.

    The same seed gives the same people, whatever the number of processes that make them. A second
    run goes on after the last block of the one before. ``progress`` is told after each block how
    many there are; ``indexing``, before the first index that is made and after each, how many of
    how many.
    All or nothing: what is cut short leaves nothing behind. Until the end nobody else can write.
    Raise RealRecordsError, before anything is written, where there are real records.
    """
    refuse_real_records()
    now = timezone.now()
    tables = {
        name: Table(apps.get_model("prisoners", name), columns, now)
        for name, columns in COLUMNS.items()
    }
    there = Prisoner.objects.count()
    done = 0
    with ExitStack() as stack:
        # What is invented has no history: writing it would take as long as the people themselves.
        stack.enter_context(unrecorded())
        stack.enter_context(_room_for_much())
        stack.enter_context(_no_search_for_cycles())
        stack.enter_context(written_as_a_whole())
        stack.enter_context(_references_at_once())
        shared = _shared()
        # Few among many find their places sooner than all are sorted again.
        if count > MANY and count >= there:
            stack.enter_context(_indexes_aside(tables.values(), indexing))
        blocks = stack.enter_context(closing(_blocks(count, seed, workers, shared)))
        for people, rows in blocks:
            for name, table in tables.items():
                if name in rows:
                    table.write(rows[name])
            done += people
            progress(done)
        _go_on_counting(tables)
    learn_the_sizes()


@contextmanager
def _references_at_once() -> Iterator[None]:
    """Let PostgreSQL look at once whether there is what a row refers to, which is written before.

    At the end of the transaction it would have to remember all of them until then, in memory.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def _room_for_much() -> Iterator[None]:
    """Let this connection to SQLite use more memory; after, give the room of its log back."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("cache_size", "threads")
        }
        cursor.execute(f"PRAGMA cache_size = {-1024 * SQLITE_CACHE}")
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")
            if not connection.in_atomic_block:
                with suppress(DatabaseError):  # whoever reads at this moment keeps it
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _blocks(count: int, seed: int, workers: int, shared: Shared) -> Generator[Block]:
    """Yield each block in turn, made by other processes where there are several."""
    last = Prisoner.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    first = -(-last // BLOCK)
    tasks = (
        (seed, first + place, min(BLOCK, count - start), shared, connection.vendor)
        for place, start in enumerate(range(0, count, BLOCK))
    )
    if count <= BLOCK or workers == 0:
        yield from (_block(*task) for task in tasks)
        return
    # A forked process would share this one's connection to the database.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=begin)
    try:
        waiting: deque[Future[Block]] = deque()
        for task in tasks:
            waiting.append(pool.submit(_block, *task))
            if len(waiting) >= workers + AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # Of what is cut short, nobody waits for what was not begun.
        pool.shutdown(cancel_futures=True)


def _block(seed: int, block: int, count: int, shared: Shared, vendor: str) -> Block:
    """Return people with their rows as they are written, so that this is done apart as well."""
    with _no_search_for_cycles():
        rows = invent(seed, block, count, shared)
    if vendor == "sqlite":
        return Block(count, {name: bundled(some) for name, some in rows.items()})
    return Block(count, {name: ([], some) for name, some in rows.items()})


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Leave out what Python does now and then for memory: rows hold no cycles to be found."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def processes() -> int:
    """Return how many processes make people while this one writes them, which is less work."""
    return os.cpu_count() or 1


def _shared() -> Shared:
    """Return the records that all invented people share, made the first time."""
    if not is_synthetic():
        with transaction.atomic(), unrecorded():
            _make_shared()
    facilities: dict[str, tuple[int, ...]] = {}
    for number, country in Facility.objects.order_by("key").values_list("pk", "country"):
        facilities[country] = (*facilities.get(country, ()), number)
    organisations = Actor.objects.order_by("key").values_list("pk", flat=True)
    return Shared(Source.objects.get(key=SOURCE_KEY).pk, tuple(organisations), facilities)


def _make_shared() -> None:
    source = Source.objects.create(
        key=SOURCE_KEY,
        slug=SOURCE_KEY,
        state=State.PUBLISHED,
        title=TITLE,
        kind=Source.Kind.OTHER,
        publisher=settings.SITE_NAME,
        language="en",
    )
    organisations = [
        Actor(
            key=f"{KEY}organisation-{place}",
            slug=f"{KEY}organisation-{place}",
            state=State.PUBLISHED,
            name=name,
            kind=Actor.Kind.ORGANISATION,
        )
        for place, name in enumerate(ORGANISATIONS, start=1)
    ]
    countries = sorted({country for culture in CULTURES for country in culture.countries})
    facilities = [
        Facility(
            key=f"{KEY}{kind.replace('_', '-')}-{country.lower()}",
            slug=f"{KEY}{kind.replace('_', '-')}-{country.lower()}",
            state=State.PUBLISHED,
            name=f"Invented {Facility.Kind(kind).label}, {country}",
            kind=kind,
            country=country,
        )
        for country in countries
        for kind in Facility.Kind.values
    ]
    Actor.objects.bulk_create(organisations)
    Facility.objects.bulk_create(facilities)
    Citation.objects.bulk_create(
        [
            *(Citation(source=source, actor=one, state=State.PUBLISHED) for one in organisations),
            *(Citation(source=source, facility=one, state=State.PUBLISHED) for one in facilities),
        ]
    )


def _go_on_counting(tables: Iterable[str]) -> None:
    """Let PostgreSQL number the next records after those whose numbers were given; SQLite does."""
    counted = [apps.get_model("prisoners", name) for name in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), counted):
            cursor.execute(statement)
