import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.synthetic import RealRecordsError, generate, processes
from prisoners.management.progress import Progress


def indexing(done: int, of: int) -> None:
    """Say how many indexes are made; they take up to a third of the time, each another one."""
    line = f"{done} of {of} indexes made"
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        sys.stderr.write(f"\r{line}\x1b[K{end}")
    elif done in (0, of):
        sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def people(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise ArgumentTypeError("at least one person")
    return number


class Command(BaseCommand):
    help = (
        "Fill an empty database with people who do not exist, to try the site out at any size. "
        "Again, it adds more. A database that holds real records is refused, so name another one: "
        "DATABASE_URL=sqlite:///var/invented.sqlite3, and `manage.py migrate` first. Until all are "
        "there nobody else can write, and what is cut short leaves nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=people, metavar="N", help="how many people to add")
        parser.add_argument(
            "--seed", type=int, default=1, help="the same number gives the same people (1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count: int = options["count"]
        began = time.monotonic()
        try:
            generate(
                count,
                seed=options["seed"],
                workers=processes(),
                progress=Progress(count, "people", sys.stderr),
                indexing=indexing,
            )
        except RealRecordsError as error:
            raise CommandError(
                f"{error} Invented people and real ones never share a database: set DATABASE_URL "
                "to another one. Nothing was written."
            ) from error
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{count:,} invented people added in {seconds:.1f} s, {count / seconds:,.0f} a second."
        )
