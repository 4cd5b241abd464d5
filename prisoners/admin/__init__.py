"""What researchers see: the desk at which the record is entered, checked and made public."""

from prisoners.admin import citations, detentions, people, releases, sources, translations

__all__ = ["citations", "detentions", "people", "releases", "sources", "translations"]
