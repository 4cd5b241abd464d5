"""The pieces of a page that stand on it by the hundred, for Django's templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import template
from django.template import engines
from django.utils.safestring import SafeString

from prisoners.public.words import status_word

register = template.Library()

ENGINE: Final = "fast"


def _rendered(name: str, **context: Any) -> SafeString:
    return SafeString(engines[ENGINE].get_template(name).render(context))


@register.simple_tag
def footnote_refs(refs: Iterable[Mapping[str, Any]] | None) -> SafeString:
    """Return footnote numbers set after a fact; see the template for what they need."""
    return _rendered("footnote_refs.html", refs=refs) if refs else SafeString("")


@register.simple_tag
def footnotes(notes: Iterable[Mapping[str, Any]]) -> SafeString:
    return _rendered("footnotes.html", notes=notes)


@register.simple_tag
def status_mark(status: str, since: str = "", *, possibly: bool = False) -> SafeString:
    """Return mark and word of held, released, died or unknown, with what is said after it."""
    word = status_word(status, since, possibly=possibly)
    return _rendered("status.html", status=status, word=word)


@register.simple_tag
def filter_form(filters: Mapping[str, Any]) -> SafeString:
    return _rendered("filter_form.html", filters=filters)


@register.simple_tag
def people_table(table: Mapping[str, Any]) -> SafeString:
    return _rendered("people_table.html", table=table)
