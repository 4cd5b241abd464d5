"""Making one record of two that are of one person, field by field, and undoing it.

Whatever belongs to the merged record goes to the kept one. What both have is united, and where
they say different things somebody chooses; the value that was not chosen stays as what its source
says. The merged record is not deleted: it keeps its row, its history and whatever is united, is
withdrawn, and its address leads to the kept one.

What was public stays so and what was a draft stays a draft. What a public record takes over from
a draft is proposed, unless one person is the whole team. Only people are merged.
"""

from __future__ import annotations

from prisoners.desk.merging.comparing import Conflict, Episode, Plan, United, plan
from prisoners.desk.merging.fates import (
    COMPANIONS,
    FATES,
    IDENTITY,
    Fate,
    chosen_fields,
    is_empty,
    relations,
)
from prisoners.desk.merging.moving import merge
from prisoners.desk.merging.undoing import standing_for, undo
from prisoners.desk.merging.uniting import check

__all__ = [
    "COMPANIONS",
    "FATES",
    "IDENTITY",
    "Conflict",
    "Episode",
    "Fate",
    "Plan",
    "United",
    "check",
    "chosen_fields",
    "is_empty",
    "merge",
    "plan",
    "relations",
    "standing_for",
    "undo",
]
