"""The names of countries in the reader's language, which a list asks for by the hundred."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language
from django_countries import countries

from prisoners.alphabets import sort_key


def country_name(code: str) -> str:
    """Return the name of a country; empty where there is none of this code."""
    return _named(code, get_language())[0]


def country_key(code: str) -> str:
    """Return what the name of a country is sorted by."""
    return _named(code, get_language())[1]


@lru_cache(maxsize=4_096)
def _named(code: str, _language: str | None) -> tuple[str, str]:
    # The package knows codes in small letters too, which stand for nothing in the record.
    name = str(countries.name(code)) if code in countries else ""
    return name, sort_key(name, name)
