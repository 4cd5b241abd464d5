import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prisoners.desk.name_index import differences, rebuild
from prisoners.management.progress import Progress
from prisoners.models import PrisonerName

# How many names a failed check lists.
LISTED = 20


class Command(BaseCommand):
    help = (
        "Make the index that names are searched by anew, from the names; the search goes on "
        "meanwhile. With --check, only compare the two, and exit 1 where they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; name what differs, and exit 1"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        count = PrisonerName.objects.count()
        progress = Progress(count, "spellings", sys.stderr)
        if not check:
            rebuild(progress)
            self.stdout.write(f"{count:,} spellings are indexed.")
            return
        found = list(differences(progress))
        if found:
            lines = [f"  {one}" for one in found[:LISTED]]
            if len(found) > LISTED:
                lines.append(f"  and {len(found) - LISTED:,} more")
            raise CommandError(
                f"{len(found):,} of {count:,} spellings are not indexed as they should be:\n"
                + "\n".join(lines)
                + "\n`manage.py rebuild_name_index` makes the index anew."
            )
        self.stdout.write(f"All {count:,} spellings are indexed as they should be.")
