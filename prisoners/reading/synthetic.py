"""Whether this is a site with real people or one that was filled to try it out."""

from __future__ import annotations

from typing import Final

from prisoners.models import Source

# The one source that everything invented is cited to; made before anything else is.
SOURCE_KEY: Final = "invented-data"


def is_synthetic() -> bool:
    """Return whether the people in this database are invented.

    One query on a unique index. It changes only while there is no real record, and then once.
    """
    return Source.objects.filter(key=SOURCE_KEY).exists()
