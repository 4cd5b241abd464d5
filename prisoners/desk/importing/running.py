"""Imports from upload to undoing: each step a verb, each all or nothing.

A run is one transaction: whoever looks meanwhile sees the record as it was, and a run that is
killed leaves nothing behind and can be started again. How far it is stands in a file beside the
database, since nothing inside the transaction can be seen.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners.desk import operations
from prisoners.desk.importing.ahead import MANY, Foreseen, foreseen
from prisoners.desk.importing.among import among
from prisoners.desk.importing.planning import KEEP, NEW, PERSON, SKIP, TAKE, Plan, Planner, batches
from prisoners.desk.importing.profile import Layout, LayoutError, read_layout
from prisoners.desk.importing.reading import FileError, Listing, open_listing
from prisoners.desk.importing.writing import Writer, kept
from prisoners.desk.protecting import protect_touched
from prisoners.models import (
    Import,
    ImportFile,
    ImportRow,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    Source,
    State,
    recorded,
)
from prisoners.models.accounts import PUBLISH, may
from prisoners.models.looking import today

Stage = Import.Stage
Outcome = ImportRow.Outcome
Progress = Callable[[int], None]

# The largest file that may be uploaded. From the command line there is no limit.
LARGEST_UPLOAD: Final = 50 * 2**20
# A file that was uploaded and not run is deleted after this, and with it its preview.
KEPT_FOR: Final = timedelta(days=7)
# Memory for pages of the database while an import is written, in KiB.
CACHE: Final = 65_536
# Any number will do that nothing else in the database takes a lock on.
LOCK: Final = 7_305_291_645

# Stages from which an import can still be run.
BEFORE_RUN: Final = (Stage.PLANNED, Stage.RUNNING, Stage.FAILED)


class NotImportedError(Exception):
    """An import that cannot go on; the message says why. Nothing was written."""


@dataclass(slots=True)
class Report:
    """What became of the rows, or would: how many of each outcome, and the facilities made."""

    counts: Counter[str] = field(default_factory=Counter)
    new_facilities: list[str] = field(default_factory=list)
    uncertain: int = 0

    def add(self, plans: list[Plan]) -> None:
        for plan in plans:
            self.counts[plan.outcome] += 1
            self.uncertain += plan.row.is_uncertain

    @property
    def rows(self) -> int:
        return self.counts.total()

    def stored(self) -> dict[str, Any]:
        return {
            **{str(outcome): self.counts[outcome] for outcome in Outcome},
            "uncertain": self.uncertain,
            "facilities": self.new_facilities[:200],
        }


def _silent(_done: int) -> None:
    """Tell nobody how far it is."""


# Before it runs


def receive(*, content: bytes, file_name: str, by: Any = None) -> Import:
    """Take in an uploaded file. Raise FileError where it is no list."""
    if len(content) > LARGEST_UPLOAD:
        raise FileError(
            _("The file has %(size)s MB, %(most)s at most: cut it, or import it on the server.")
            % {"size": len(content) // 2**20, "most": LARGEST_UPLOAD // 2**20}
        )
    listing = open_listing(io.BytesIO(content))
    with transaction.atomic():
        one = Import(
            file_name=_file_name(file_name),
            digest=hashlib.sha256(content).hexdigest(),
            made_by=by,
        )
        _describe(one, listing)
        one.save()
        ImportFile.objects.create(of=one, content=content)
    return one


def choose(*, one: Import, layout: Layout, source: str = "") -> None:
    """Settle how the file is laid out. Raise LayoutError where it does not fit the file."""
    with transaction.atomic():
        one = _locked(one, Stage.UPLOADED, Stage.PLANNED, Stage.FAILED)
        listing = _listing_of(one, layout)
        _refuse_unfit(listing, layout)
        _describe(one, listing)
        one.layout = dict(layout.given)
        one.profile = layout.name
        one.source_named = source[:300]
        one.stage = Stage.PLANNING
        one.error = ""
        one.save()
        one.rows.all().delete()


def preview(*, one: Import, progress: Progress = _silent) -> Report:
    """Say of each row what is to become of it, and keep that; the record is only read."""
    report = Report()
    with transaction.atomic():
        one = _locked(one, Stage.PLANNING)
        layout = read_layout(one.layout)
        listing = _listing_of(one, layout)
        with _planner(layout, listing) as planner:
            for plans in _planned(planner, listing, progress):
                report.add(plans)
                ImportRow.objects.insert_rows([kept(one, plan, stands=False) for plan in plans])
            report.new_facilities = planner.new_facilities
        one.stage = Stage.PLANNED
        one.counts = report.stored()
        one.save()
    return report


def decide(*, row: ImportRow, what: str, choice: str, by: Any = None) -> None:
    """Keep what was decided about a row: whose value of a field is taken, or who it is about.

    Raise ValidationError where that is nothing to be decided, or not by them. It holds when the
    import is run.
    """
    with transaction.atomic():
        one = _locked(row.of, Stage.PLANNED, Stage.FAILED)
        row = ImportRow.objects.get(of=one, pk=row.pk)
        decided: Any = choice
        if what == PERSON and choice not in (NEW, SKIP, ""):
            known = {str(alike["prisoner"]) for alike in row.likenesses}
            if choice not in known or not Prisoner.objects.filter(pk=choice).exists():
                raise ValidationError(_("This row is not about that person."))
            decided = int(choice)
        elif what != PERSON:
            # Without a word on why, it cannot be taken at all: the reasons of the row say so.
            disputed = {
                one["field"]: one
                for one in row.changes
                if one["state"] == "disputed" and one.get("why")
            }
            if what not in disputed or choice not in (TAKE, KEEP, ""):
                raise ValidationError(_("There is nothing to decide about this field."))
            if choice == TAKE and not may_take(disputed[what], by):
                raise ValidationError(
                    _(
                        "The record was withdrawn from the public: only an editor who runs the "
                        "import can take the list's."
                    )
                )
        row.decisions = {name: value for name, value in row.decisions.items() if name != what}
        if choice:
            row.decisions[what] = decided
        row.save(update_fields=["decisions"])


def may_take(change: Mapping[str, Any], by: Any) -> bool:
    """Whether somebody may decide that the list's word is taken where a row and a record differ.

    What was withdrawn is an editor's, as on its own page. ``by`` is None for a command.
    """
    return change.get("of") != State.WITHDRAWN or by is None or may(by, PUBLISH)


# Running


def run(*, one: Import, by: Any = None, progress: Progress = _silent) -> Report:
    """Write an import that was previewed. Raise NotImportedError, and then nothing is written.

    Each row is planned anew, by the record as it is now, and what was decided holds. ``by`` is
    whose changes of the record they are; without somebody, what is public stays as it is.
    """
    try:
        with transaction.atomic():
            _one_at_a_time()
            one = _locked(one, *BEFORE_RUN)
            layout = read_layout(one.layout)
            listing = _listing_of(one, layout)
            report = _run(one, layout, listing, by, progress)
            ImportFile.objects.filter(of=one).delete()
    except (FileError, LayoutError, DatabaseError, ValidationError) as error:
        failed = NotImportedError(_plain(error))
        _note_failure(one, str(failed))
        raise failed from error
    return report


def import_file(
    *,
    listing: Listing,
    file_name: str,
    layout: Layout,
    source: str = "",
    progress: Progress = _silent,
    watch: Callable[[list[Plan]], None] = lambda _plans: None,
) -> tuple[Import, Report]:
    """Import a list at once, as the command does. ``source`` is a title, or the address of one.

    ``watch`` is given the plans as they are made. Raise FileError, LayoutError or NotImportedError,
    and then nothing is written.
    """
    _refuse_unfit(listing, layout)
    one = Import(
        file_name=_file_name(file_name),
        digest=_digest(listing.file),
        profile=layout.name,
        layout=dict(layout.given),
        source_named=source,
    )
    _describe(one, listing)
    try:
        with transaction.atomic():
            _one_at_a_time()
            one.source = Source.objects.filter(slug=source).first() if source else None
            one.save()
            report = _run(one, layout, listing, None, progress, watch)
    except (DatabaseError, ValidationError) as error:
        raise NotImportedError(_plain(error)) from error
    return one, report


def try_file(
    *,
    listing: Listing,
    layout: Layout,
    progress: Progress = _silent,
    watch: Callable[[list[Plan]], None] = lambda _plans: None,
) -> Report:
    """Say what importing a list would do, and write nothing at all."""
    _refuse_unfit(listing, layout)
    report = Report()
    with _planner(layout, listing) as planner:
        for plans in _planned(planner, listing, progress):
            report.add(plans)
            watch(plans)
        report.new_facilities = planner.new_facilities
    return report


def _run(
    one: Import,
    layout: Layout,
    listing: Listing,
    by: Any,
    progress: Progress,
    watch: Callable[[list[Plan]], None] = lambda _plans: None,
) -> Report:
    report = Report()
    operation = Operation.objects.create(kind=OperationKind.IMPORT, label=one.file_name, by=by)
    with (
        recorded(by=by, origin=Origin.IMPORT, operation=operation),
        _more_memory(),
        _planner(layout, listing, by) as planner,
        _foreseen(planner, listing) as rows,
    ):
        writer = Writer(one, layout, planner, by=by, operation=operation)
        done = 0
        for batch in rows:
            numbers = [row.number for row in batch.rows]
            previewed = ImportRow.objects.filter(of=one, number__in=among(numbers))
            decisions: Mapping[int, Any] = dict(previewed.values_list("number", "decisions"))
            plans = planner.plan(batch, decisions)
            previewed.delete()
            writer.write(plans, batch.entries)
            report.add(plans)
            watch(plans)
            done += len(numbers)
            progress(done)
        protect_touched(operation=operation, today=today())
        report.new_facilities = writer.new_facilities
        has_written = writer.has_written
    if has_written:
        one.operation = operation
    else:
        operation.delete()
    one.stage = Stage.DONE
    one.counts = report.stored()
    one.error = ""
    one.ended_at = timezone.now()
    one.save()
    return report


# Afterwards


def obstacles(*, one: Import) -> list[Any]:
    """Return what stands in the way of undoing an import."""
    return list(operations.obstacles(one.operation)) if one.operation else []


def undo(*, one: Import, by: Any = None, reason: str) -> None:
    """Take back all that an import wrote. Raise ValidationError where somebody edited it since."""
    with transaction.atomic():
        _one_at_a_time()
        one = _locked(one, Stage.DONE, Stage.UNDOING)
        if one.operation is not None:
            operations.undo(operation=one.operation, by=by, reason=reason)
        one.rows.update(stands=False)
        one.stage = Stage.UNDONE
        one.save(update_fields=["stage"])


def forget_old() -> int:
    """Delete uploads that were not run within their time, with their previews; return how many."""
    old = Import.objects.filter(file__isnull=False, made_at__lt=timezone.now() - KEPT_FOR).exclude(
        stage__in=(Stage.DONE, Stage.UNDONE, Stage.UNDOING)
    )
    return sum(one.delete()[0] > 0 for one in old)


def discard(*, one: Import) -> None:
    """Delete an upload that has not run, with its preview."""
    with transaction.atomic():
        _locked(one, Stage.UPLOADED, Stage.PLANNING, *BEFORE_RUN).delete()


# What they share


def _locked(one: Import, *stages: str) -> Import:
    """Return an import as it is now, kept from others until the transaction ends."""
    now = Import.objects.select_for_update(of=("self",)).filter(pk=one.pk).first()
    if now is None:
        raise NotImportedError(_("This import was deleted."))
    if now.stage not in stages:
        raise NotImportedError(
            _("“%(file)s” cannot be worked on now: %(stage)s.")
            % {"file": now.file_name, "stage": now.get_stage_display()}
        )
    return now


def _one_at_a_time() -> None:
    """Let one import wait until another one is through: both may bring the same people.

    On SQLite a transaction is the only one that writes from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@contextmanager
def _more_memory() -> Iterator[None]:
    """Let SQLite keep more of the indexes that are written to in memory.

    With its 2 MB the pages of a large record are written out and read again with every batch.
    """
    if connection.vendor != "sqlite":
        yield
        return
    # Past Django: it refuses a question in a transaction that has failed.
    database = connection.connection
    (before,) = database.execute("PRAGMA cache_size").fetchone()
    database.execute(f"PRAGMA cache_size = -{CACHE}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA cache_size = {before}")


@contextmanager
def _planner(layout: Layout, listing: Listing, by: Any = None) -> Iterator[Planner]:
    planner = Planner(layout, listing.headings, by=by)
    try:
        yield planner
    finally:
        planner.close()


def _foreseen(planner: Planner, listing: Listing) -> AbstractContextManager[Iterator[Foreseen]]:
    return foreseen(planner.foresight, batches(listing.rows()), is_long=listing.total >= MANY)


def _planned(planner: Planner, listing: Listing, progress: Progress) -> Iterator[list[Plan]]:
    done = 0
    with _foreseen(planner, listing) as rows:
        for batch in rows:
            yield planner.plan(batch)
            done += len(batch.rows)
            progress(done)


def _listing_of(one: Import, layout: Layout | None = None) -> Listing:
    content = ImportFile.objects.filter(of=one).first()
    if content is None:
        raise NotImportedError(_("The file was deleted: upload it again."))
    encoding = layout.encoding if layout else ""
    return open_listing(io.BytesIO(bytes(content.content)), encoding)


def listing_of(one: Import) -> Listing:
    """Return the file of an import as it can be read; for the desk."""
    return _listing_of(one)


def _refuse_unfit(listing: Listing, layout: Layout) -> None:
    if problems := layout.problems_with(listing.headings):
        raise LayoutError(problems)


def _describe(one: Import, listing: Listing) -> None:
    one.headings = list(listing.headings)
    one.encoding = listing.encoding
    one.rows_in_file = listing.total
    one.remarks = list(listing.remarks)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO lacks readinto


def _file_name(name: str) -> str:
    return Path(name.replace("\0", "")).name[-200:] or "list"


def _plain(error: Exception) -> str:
    if isinstance(error, DatabaseError):
        return _("The database refused it: %(reason)s") % {"reason": str(error).splitlines()[0]}
    if isinstance(error, ValidationError):
        return "\n".join(error.messages)
    return str(error)


def _note_failure(one: Import, reason: str) -> None:
    Import.objects.filter(pk=one.pk).exclude(stage=Stage.DONE).update(
        stage=Stage.FAILED, error=reason
    )
