"""What researchers see: the desk at which the record is entered, checked and made public."""

from prisoners.admin import (
    accounts,
    citations,
    detentions,
    disclosure,
    people,
    releases,
    sources,
    translations,
)

__all__ = [
    "accounts",
    "citations",
    "detentions",
    "disclosure",
    "people",
    "releases",
    "sources",
    "translations",
]
