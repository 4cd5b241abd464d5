"""Making one record of two that are of one person, field by field, and undoing it.

Whatever belongs to the merged record goes to the kept one. What both have is united, and where
they say different things somebody chooses; the value that was not chosen stays as what its source
says. The merged record is not deleted: it keeps its row, its history and whatever is united, is
withdrawn, and its address leads to the kept one.

What was public stays so and what was a draft stays a draft. A merge that visitors would notice is
proposed, and done when somebody else accepts it; what a public record takes over from a draft is
proposed, too. Neither is where one person is the whole team. Whatever touches what was ever public
is an editor's: a researcher proposes it. Only people are merged.
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
from prisoners.desk.merging.proposing import (
    accept,
    obstacles,
    propose,
    refuse,
    seen_now,
    since,
    take_back,
    told,
)
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
    "accept",
    "check",
    "chosen_fields",
    "is_empty",
    "merge",
    "obstacles",
    "plan",
    "propose",
    "refuse",
    "relations",
    "seen_now",
    "since",
    "standing_for",
    "take_back",
    "told",
    "undo",
]
