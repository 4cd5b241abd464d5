import gc
import sys
from typing import Any

from django.core.management.base import BaseCommand

from prisoners.desk.duplicates import find_all
from prisoners.management.progress import Progress
from prisoners.reading.duplicates import entries_to_read


class Command(BaseCommand):
    help = (
        "Compare all people with each other and list at the desk who may be there twice. What was "
        "judged stays so, and nothing is merged. A person saved at the desk is compared at once; "
        "run this after many were loaded."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # Nothing here goes round in circles: the collector would only walk past everybody, often.
        gc.disable()
        try:
            self._find()
        finally:
            gc.enable()

    def _find(self) -> None:
        progress = Progress(entries_to_read(), "entries of the index of names", sys.stderr)
        number = find_all(progress=progress)
        self.stdout.write(f"{number:,} pairs are to be looked at.")
