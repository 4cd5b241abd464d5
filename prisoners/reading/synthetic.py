"""Whether this is a site with real people or one that was filled to try it out."""

from __future__ import annotations

from typing import Final

from prisoners.models import Source
from prisoners.reading.snapshot.kept import memory

# The one source that everything invented is cited to; made before anything else is.
SOURCE_KEY: Final = "invented-data"


def is_synthetic() -> bool:
    """Return whether the people in this database are invented.

    One query on a unique index, or none where a page is made from a snapshot that was asked
    before. It changes only while there is no real record, and then once.
    """
    known = memory()
    if known is None:
        return Source.objects.filter(key=SOURCE_KEY).exists()
    if SOURCE_KEY not in known:
        known[SOURCE_KEY] = Source.objects.filter(key=SOURCE_KEY).exists()
    return bool(known[SOURCE_KEY])
