import time
from typing import Any

from django.core.management.base import BaseCommand

from prisoners.models.changes import learn_the_sizes
from prisoners.reading.snapshot.kept import IN_MEMORY, keep_in_files


class Command(BaseCommand):
    help = (
        "Reads the published record into the files that lists and counts are answered from, where "
        "it is large and they are not there yet. The site does so by itself when it has to; done "
        "before it starts, nobody has to wait."
    )

    def handle(self, **_options: Any) -> None:
        began = time.monotonic()
        learn_the_sizes()
        people = len(keep_in_files())
        if people > IN_MEMORY:
            seconds = time.monotonic() - began
            self.stdout.write(f"{people:,} people are kept ready, after {seconds:.1f} s.")
