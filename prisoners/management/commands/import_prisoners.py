import gc
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.importing.ahead import helped
from prisoners.desk.importing.planning import Plan
from prisoners.desk.importing.profile import Layout, LayoutError, find, shipped
from prisoners.desk.importing.reading import FileError, open_listing
from prisoners.desk.importing.report import Table, changed, worth_telling
from prisoners.desk.importing.running import NotImportedError, Report, import_file, try_file
from prisoners.management.progress import Progress
from prisoners.models import ImportRow
from prisoners.reading.synthetic import is_synthetic

# Lines about single rows that are written out; a report has them all.
TOLD: Final = 50
# Some rows were refused, or are to be decided at the desk.
INCOMPLETE: Final = 3


class Command(BaseCommand):
    help = (
        "Import a list of people, CSV or XLSX, by a profile that says which column is what. All "
        "of it becomes drafts, or nothing. Exit status: 0 all rows are in the record; 1 nothing "
        "was imported; 2 the command was not understood; 3 some rows were refused or are to be "
        "decided, the others are in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the list, CSV or XLSX")
        parser.add_argument(
            "--profile",
            required=True,
            help=f"one saved at the desk, a TOML file, or one of: {', '.join(shipped())}",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and write nothing"
        )
        parser.add_argument(
            "--source",
            default="",
            help="what the facts are cited to: the address (slug) of a source that is there, or "
            "the title of a new one; without it what the profile says",
        )
        parser.add_argument("--encoding", default="", help="where it is not found out rightly")
        parser.add_argument("--report", type=Path, help="write what became of each row, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        # What is loaded by now stays until the end: no need to look for garbage in it.
        gc.freeze()
        # Nor often in what is read and written since: a batch is some ten thousand things, with
        # hardly a cycle in them.
        gc.set_threshold(50_000, 20, 100)
        began = time.monotonic()
        path: Path = options["file"]
        self.told = 0
        try:
            layout = find(options["profile"])
            with helped():
                report = self._import(path, layout, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}. {NOTHING}") from error
        except (FileError, LayoutError, NotImportedError) as error:
            raise CommandError(f"{path.name}: {error}\n{NOTHING}") from error
        self._sum_up(path, report, time.monotonic() - began, options["dry_run"])
        counts = report.counts
        if counts[ImportRow.Outcome.REFUSED] or counts[ImportRow.Outcome.CONFLICT]:
            sys.exit(INCOMPLETE)

    def _import(self, path: Path, layout: Layout, options: dict[str, Any]) -> Report:
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            listing = open_listing(file, options["encoding"] or layout.encoding)
            for remark in listing.remarks:
                self.stdout.write(f"  {remark}")
            for words, headings in (
                ("not imported", layout.left_out(listing.headings)),
                ("not in the file", layout.missing(listing.headings)),
            ):
                if headings:
                    self.stdout.write(f"  {words}: {', '.join(headings)}")
            if is_synthetic():
                self.stdout.write("  This database is filled with invented people: never serve it.")
            tables = []
            if options["report"]:
                stream = options["report"].open("w", encoding="utf-8-sig", newline="")
                tables.append(Table(stack.enter_context(stream)))

            def watch(plans: list[Plan]) -> None:
                for table in tables:
                    table.add(plans)
                self._tell(plans)

            settings: dict[str, Any] = {
                "listing": listing,
                "layout": layout,
                "progress": Progress(max(listing.total, 1), "rows", sys.stderr),
                "watch": watch,
            }
            if options["dry_run"]:
                return try_file(**settings)
            return import_file(file_name=path.name, source=options["source"], **settings)[1]

    def _tell(self, plans: list[Plan]) -> None:
        """Write out the first rows that somebody has to look at."""
        for plan in plans:
            if not worth_telling(plan):
                continue
            self.told += 1
            if self.told > TOLD:
                continue
            words = [*plan.reasons, *map(changed, plan.changes)]
            words += [f"{alike.name} ({alike.nearness:.2f})" for alike in plan.likenesses]
            outcome = ImportRow.Outcome(plan.outcome).label
            self.stdout.write(
                f"  row {plan.row.number}, {plan.row.name or plan.row.record}: {outcome}: "
                f"{'; '.join(words)}"
            )

    def _sum_up(self, path: Path, report: Report, seconds: float, is_dry: bool) -> None:
        if self.told > TOLD:
            self.stdout.write(f"  and {self.told - TOLD:,} more; --report has them all")
        counts = ", ".join(
            f"{report.counts[outcome]:,} {outcome.label}"
            for outcome in ImportRow.Outcome
            if report.counts[outcome]
        )
        would = "would be: " if is_dry else ""
        self.stdout.write(
            f"{path.name}: {report.rows:,} rows, {would}{counts or 'none'}; "
            f"{report.uncertain:,} with something read with doubt; "
            f"{len(report.new_facilities):,} new facilities; "
            f"{seconds:.1f} s, {report.rows / max(seconds, 0.001):,.0f} rows a second."
        )


NOTHING: Final = "Nothing was imported."
