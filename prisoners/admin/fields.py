"""Form fields and widgets of the desk: dates that say what was understood, choices by search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.files.base import File
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_countries import countries

from prisoners import dates
from prisoners.adminsite import understood
from prisoners.alphabets import sort_key
from prisoners.desk.portraits import clean_portrait
from prisoners.models import Record

# No larger than an id can be on either database; anything else was never offered.
ID = re.compile(r"\d{1,18}\Z", re.ASCII)

# The largest that PostgreSQL stores in an integer column; SQLite would take more, and then fail
# to add them up.
LARGEST_NUMBER: Final = 2**31 - 1


class IntervalWidget(forms.TextInput):
    """A line for a date in EDTF, and beside it what the text was understood as."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "interval", "autocomplete": "off", "size": 24, **(attrs or {})})

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        try:
            interval = dates.parse(str(value or ""))
        except dates.DateTextError:
            interval = None  # the error stands above the field
        return format_html(
            '<span class="date-entry" data-understand="{}">{}'
            '<output class="understood">{}</output></span>',
            reverse("admin:understand-date"),
            super().render(name, value, *args, **kwargs),
            understood(interval) if interval else "",
        )


class RecordChoice(AutocompleteSelect):
    """A choice among records by search. It takes any text for a choice and never fails on it."""

    # The chosen record where it is loaded already: each choice on a page would ask for it again.
    known: Record | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        plausible = [one for one in value if ID.match(str(one))]
        known = self.known
        if known is None or plausible != [str(known.pk)]:
            return super().optgroups(name, plausible, attr)
        options = [self.create_option(name, known.pk, str(known), True, 0)]
        if not self.is_required:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class CountryChoice(forms.Select):
    """A choice of one country, written in one go: Django's own renders a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = str(value or "")
        given = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (code, mark_safe(" selected") if code == chosen else "", label)  # a constant
                for code, label in (("", "---------"), *country_names(get_language() or ""))
            ),
        )
        return format_html("<select{}>{}</select>", flatatt(given), options)


@lru_cache
def country_names(_language: str) -> tuple[tuple[str, str], ...]:
    """Return the codes and names of all countries, in the active language and its order."""
    named = [(country.code, str(country.name)) for country in countries]
    return tuple(sorted(named, key=lambda one: sort_key(one[1], one[1])))


class PortraitField(forms.ImageField):
    """A picture that is drawn anew before anything else looks at it."""

    def to_python(self, data: Any) -> File[bytes] | None:
        # Not ImageField's own: it opens whatever Pillow knows, of any size.
        file = forms.FileField.to_python(self, data)
        return clean_portrait(file) if file else None
