from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.dossiers import DossierError, load, shipped
from prisoners.models import Prisoner, Release, Source


class Command(BaseCommand):
    help = (
        "Load a dossier: a TOML file of records, their citations and stable keys. A second load "
        "changes only what the file has changed; one mistake, and nothing is loaded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", help=f"a path, or the name of one that comes with this: {', '.join(shipped())}"
        )
        parser.add_argument(
            "--draft", action="store_true", help="leave what is new as drafts, for review"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are records already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and any(
            model._default_manager.exists() for model in (Source, Prisoner, Release)
        ):
            self.stdout.write("The record is not empty: no dossier was loaded.")
            return
        path = self._path(options["file"])
        try:
            report = load(path=path, publish=not options["draft"])
        except DossierError as error:
            raise CommandError(
                f"{error}\nNothing was loaded: {len(error.problems)} to put right in {path}."
            ) from error
        for word, lines in (
            ("updated", report.updated),
            ("kept", report.kept),
            ("no longer in the dossier, still in the record", report.removed),
        ):
            for line in lines:
                self.stdout.write(f"  {word}: {line}")
        self.stdout.write(
            f"{path.name}: {len(report.created)} created, {len(report.updated)} "
            f"updated, {len(report.unchanged)} unchanged, {len(report.kept)} kept as they are, "
            f"{len(report.removed)} no longer in the dossier, {len(report.published)} published."
        )

    def _path(self, given: str) -> Path:
        """Return the file that is meant by a path or by the name of a dossier shipped with this."""
        if given in (known := shipped()):
            return known[given]
        path = Path(given)
        if path.name == given and not path.suffix and not path.exists():
            raise CommandError(
                f"There is no dossier “{given}”. Give a file, or one of those that come with this: "
                f"{', '.join(known)}."
            )
        return path
