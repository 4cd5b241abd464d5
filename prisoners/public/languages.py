"""The same page in other languages: English has no prefix, each other language has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.translation import get_language, get_language_from_path

# It is written on the page nine times over; no filters come near it.
LONGEST_QUERY: Final = 2000


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """A page in one language: where it is, and what the language calls itself."""

    code: str
    name: str
    url: str
    is_current: bool

    @property
    def address(self) -> str:
        """The full address, by which machines tell that pages are one page."""
        return f"{settings.SITE_URL}{self.url}"


def in_language(path: str, code: str) -> str:
    """Return the path of the same page in another language."""
    if (named := get_language_from_path(path)) and named != settings.LANGUAGE_CODE:
        path = path.removeprefix(f"/{named}")
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def languages_of(request: HttpRequest) -> list[PageLanguage]:
    """Return the page that is asked for in every language, with its filters and page number."""
    path, query = escape_uri_path(request.path), iri_to_uri(request.META.get("QUERY_STRING", ""))
    if len(query) > LONGEST_QUERY:
        query = ""
    return [
        PageLanguage(
            code,
            str(name),
            f"{in_language(path, code)}{f'?{query}' if query else ''}",
            code == get_language(),
        )
        for code, name in settings.LANGUAGES
    ]
