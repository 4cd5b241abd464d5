"""Merging three ways: what a file says, what it said last time, what the record holds.

Dossiers and imported lists go by the same rules. What the file alone has changed is taken; what a
researcher has changed since is never overwritten, and is said.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from prisoners.desk.dossier_values import refines
from prisoners.models import Record

# There was no last time, or the file did not say it then.
MISSING: Final = object()
EMPTY: Final[tuple[object, ...]] = (None, "", [])


class Verdict(Enum):
    SAME = "same"
    # The record says the same, only more exactly.
    FINER = "finer"
    TAKE = "take"
    DISPUTED = "disputed"


def judge(
    record: Record, one: str, *, value: Any, before: Any, now: Any, another_says_so: bool = False
) -> Verdict:
    """Say what to do with a field.

    ``value`` is what the file says, ``before`` what it said (MISSING: nothing), ``now`` what the
    record holds. ``another_says_so``: another file gave what the record holds, and nobody has
    changed it since; a more exact date may then take its place.
    """
    if value == now:
        return Verdict.SAME
    if before in (MISSING, value) and refines(record, one, now, value):
        return Verdict.FINER
    if before is not MISSING:
        untouched = now == before
    else:
        untouched = now in EMPTY or (another_says_so and refines(record, one, value, now))
    return Verdict.DISPUTED if value == before or not untouched else Verdict.TAKE
