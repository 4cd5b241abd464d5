import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.synthetic import RealRecordsError, generate, processes

BAR = 30  # characters


class Progress:
    """How far it is, on a line that is written over; a line every tenth where there is no screen.

    >>> 120,000 of 1,000,000 people [###...] 5,400 a second, 2:43 left
    """

    def __init__(self, count: int, stream: TextIO) -> None:
        self.count = count
        self.stream = stream
        self.began = time.monotonic()
        self.tenths = 0

    def __call__(self, done: int) -> None:
        rate = done / max(time.monotonic() - self.began, 0.001)
        minutes, seconds = divmod(round((self.count - done) / rate), 60)
        filled = BAR * done // self.count
        bar = f"[{'#' * filled}{'.' * (BAR - filled)}] " if self.stream.isatty() else ""
        line = (
            f"{done:,} of {self.count:,} people {bar}{rate:,.0f} a second, "
            f"{minutes}:{seconds:02d} left"
        )
        if self.stream.isatty():
            end = "\n" if done == self.count else ""
            self.stream.write(f"\r{line}\x1b[K{end}")
        elif (tenths := 10 * done // self.count) > self.tenths:
            self.tenths = tenths
            self.stream.write(f"{line}\n")
        self.stream.flush()


def people(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise ArgumentTypeError("at least one person")
    return number


class Command(BaseCommand):
    help = (
        "Fill an empty database with people who do not exist, to try the site out at any size. "
        "Again, it adds more. A database that holds real records is refused, so name another one: "
        "DATABASE_URL=sqlite:///var/invented.sqlite3, and `manage.py migrate` first."
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
                progress=Progress(count, sys.stderr),
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
