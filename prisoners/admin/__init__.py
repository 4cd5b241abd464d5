"""What researchers see: the desk at which the record is entered, checked and made public."""

from prisoners.admin import (
    accounts,
    citations,
    detentions,
    disclosure,
    done,
    duplicates,
    importing,
    mentions,
    merges,
    people,
    releases,
    revisions,
    sources,
    translations,
    worklist,
)

__all__ = [
    "accounts",
    "citations",
    "detentions",
    "disclosure",
    "done",
    "duplicates",
    "importing",
    "mentions",
    "merges",
    "people",
    "releases",
    "revisions",
    "sources",
    "translations",
    "worklist",
]
