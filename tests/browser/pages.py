"""One page of each kind, with much on it."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from prisoners.public.languages import in_language

HOME: Final = "/"
LIST: Final = "/prisoners/"
PERSON: Final = "/prisoners/ales-bialiatski/"
RELEASE: Final = "/releases/belarus-2025-12-13/"
DEAL: Final = "/deals/belarus-united-states-potash-2025/"
TIMELINE: Final = "/timeline/"
SOURCE: Final = "/sources/belarus-releases-123-article/"

# By the route of its pattern, so that a new kind of page cannot be forgotten.
PAGE_OF: Final[dict[str, str]] = {
    "": HOME,
    "prisoners/": LIST,
    "prisoners/<slug:slug>/": PERSON,
    "releases/": "/releases/",
    "releases/<slug:slug>/": RELEASE,
    "deals/": "/deals/",
    "deals/<slug:slug>/": DEAL,
    "timeline/": TIMELINE,
    "figures/": "/figures/",
    "sources/": "/sources/",
    "sources/<slug:slug>/": SOURCE,
    "actors/<slug:slug>/": "/actors/viasna/",
    "facilities/<slug:slug>/": "/facilities/test-prison/",
    "methodology/": "/methodology/",
    "data/": "/data/",
    "safety/": "/safety/",
}
NOT_PAGES: Final = {"healthz", "robots.txt", "sitemap.xml", "prisoners/<slug:slug>/portrait"}
NOTHING_FOUND: Final = "/prisoners/?q=Nobody-of-this-name"
MISUNDERSTOOD: Final = "/prisoners/?on=yesterday"
NO_PAGE: Final = "/no/such/page/"
PAGES: Final = (*PAGE_OF.values(), NOTHING_FOUND, MISUNDERSTOOD, NO_PAGE)
LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)


def in_languages(path: str) -> list[str]:
    return [in_language(path, language) for language in LANGUAGES]
