import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.mentions import catch_up, count_records
from prisoners.management.progress import Progress
from prisoners.reading.worklist.mentions import open_mentions


class Command(BaseCommand):
    help = (
        "Look in all texts for names that are not shown, and list at the desk those that are "
        "public. What somebody has looked at stays so. The desk does it by itself where there are "
        "few records; where there are many, run this after somebody was hidden."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(count_records(), "records", sys.stderr)
        if not catch_up(most=None, progress=progress):
            raise CommandError("Something else is being written for long. Run this again later.")
        self.stdout.write(f"{len(open_mentions()):,} public texts are to be looked at.")
