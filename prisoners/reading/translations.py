"""What records say in the reader's language, found in one query for all that a page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import FilteredRelation, Q, QuerySet
from django.utils.translation import get_language

from prisoners.alphabets import sort_key
from prisoners.models import TRANSLATED_NAMES, WRITTEN_IN, Record, Translation
from prisoners.models.base import Scope, visible


class Original(str):
    """A text in the language that it was written in, for a reader of another one.

    Stays one through ``str()``, so that a page can mark it; put into a sentence it does not.
    """

    __slots__ = ()
    lang = WRITTEN_IN

    def __str__(self) -> str:
        return self


# Set on a record that is in the reader's language already.
DONE: Final = "_is_translated"


def translate(records: Iterable[Record]) -> None:
    """Put what is translated in place of what records, and all loaded with them, were read with.

    What is not translated becomes an ``Original``. The records are for showing only from then on:
    saving one would write the translation over the original.
    """
    language = get_language() or WRITTEN_IN
    if language == WRITTEN_IN:
        return
    asked: dict[str, dict[int, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in _with_loaded(records):
        name = TRANSLATED_NAMES.get(type(record))
        if name and DONE not in record.__dict__:
            asked[name][record.pk].append(record)
            _as_original(record)
    if not asked:
        return
    wanted = Q()
    for name, found in asked.items():
        wanted |= Q(**{f"{name}__in": list(found)})
    for one in Translation.objects.published().filter(wanted, language=language):
        name = str(one.target_name)
        for record in asked[name][getattr(one, f"{name}_id")]:
            # What is held back of a text is held back of its translation.
            if one.field in record.translated and record.__dict__.get(one.field):
                record.__dict__[one.field] = one.text


def titles(found: QuerySet[Any], title: str) -> dict[str, str]:
    """Return one text of many records by their slugs, in the order of the reader's alphabet.

    In one query: a list names more records beside it than it shows.
    """
    language = get_language() or WRITTEN_IN
    if language == WRITTEN_IN:
        named = dict(found.values_list("slug", title))
    else:
        condition = visible(Translation, Scope.PUBLISHED, "translations__")
        condition &= Q(translations__language=language, translations__field=title)
        joined = found.annotate(said=FilteredRelation("translations", condition=condition))
        named = {
            slug: said or Original(written)
            for slug, written, said in joined.values_list("slug", title, "said__text")
        }
    return dict(sorted(named.items(), key=lambda pair: sort_key(pair[1], pair[1])))


def _as_original(record: Record) -> None:
    record.__dict__[DONE] = True
    for field in record.translated:
        text = record.__dict__.get(field)
        if text:
            record.__dict__[field] = Original(text)


def _with_loaded(records: Iterable[Record]) -> Iterator[Record]:
    """Yield records, and those that were loaded with them and theirs, each object once."""
    waiting, met = list(records), set()
    while waiting:
        record = waiting.pop()
        if id(record) in met:
            continue
        met.add(id(record))
        yield record
        related = [*record._state.fields_cache.values()]
        for prefetched in record.__dict__.get("_prefetched_objects_cache", {}).values():
            related += prefetched
        waiting += [one for one in related if isinstance(one, Record)]
