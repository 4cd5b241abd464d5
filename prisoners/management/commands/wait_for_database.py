import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection


class Command(BaseCommand):
    help = "Waits until the database answers, and fails when it has not within the time given."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=60, help="how long to wait at most (default: 60)"
        )

    def handle(self, *, seconds: float, **_options: Any) -> None:
        if connection.vendor == "sqlite":
            seconds = 0  # a file is there or it is not; nobody is about to start it
        deadline = time.monotonic() + seconds
        while True:
            try:
                with connection.temporary_connection() as cursor:
                    cursor.execute("SELECT 1")
                return
            except OperationalError as error:
                if time.monotonic() >= deadline:
                    raise CommandError(
                        f"The database did not answer within {seconds:g} seconds: {error}"
                    ) from error
            self.stdout.write("Waiting for the database …")
            self.stdout.flush()
            time.sleep(min(1, max(0, deadline - time.monotonic())))
