"""Numbers as the reader's language writes them, and a mark on what is not in it."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from prisoners.models import Record
from prisoners.public import words
from prisoners.reading.translations import Original

register = template.Library()


@register.filter
def number(value: int) -> str:
    """Return a number with the separators of the reader's language."""
    return words.number(value)


@register.filter
def marked(text: Any) -> Any:
    """Return a text, and with one that is not translated the word that it is in English."""
    if isinstance(text, Record):
        text = str(text)
    if not isinstance(text, Original):
        return text
    return format_html(
        '<span lang="{}">{}</span> <small class="untranslated">{}</small>',
        text.lang,
        text,
        _("in English"),
    )
