"""Sources that were given for what a fact said before, and what they say beside the fact as it is.

Nothing is written here: a source is settled where another one becomes public, see
``prisoners.desk.workflow``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, cast

from django.db import models
from django.utils import translation

from prisoners.dates import Interval
from prisoners.models import (
    TARGET_NAMES,
    TARGETS,
    WRITTEN_IN,
    Citation,
    HoldsBack,
    Record,
    State,
)
from prisoners.reading.gaps import supporting
from prisoners.reading.provenance import value_label

# Whoever changes one of these of a citation gives it anew. Not its value: one that says a value of
# its own says what the fact was before.
GIVEN_ANEW: Final = frozenset({"source", "field", "locator", "stance"})


def is_prose(record: Record, name: str) -> bool:
    """Whether a fact is a text, which says the same in other words."""
    return isinstance(record._meta.get_field(name), models.TextField)


def still_holds(before: Record, now: Record, name: str) -> bool:
    """Whether what was said of a date is still right beside what is said now."""
    was, is_now = getattr(before, name), getattr(now, name)
    if not isinstance(was, Interval) or not isinstance(is_now, Interval):
        return False
    later = was.last and is_now.first and was.last <= is_now.first
    return is_now.refines(was) or (name == "last_confirmed" and bool(later))


def said(record: Record, name: str) -> str:
    """Return the value of a field as a citation gives it: in words of the record's language."""
    with translation.override(WRITTEN_IN):
        words = "" if getattr(record, name) in (None, "", ()) else str(value_label(record, name))
    limit = Citation._meta.get_field("value").max_length or 0
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def given_for_others(published: Iterable[Citation]) -> Iterator[tuple[Citation, Record, Record]]:
    """Yield each public source that was given when its fact said something else.

    With each, its record as it was then and as it is now. Asked about are the facts that
    ``published`` support, which have just become public. A fact that is held back says less by a
    rule and not by another source, and a text is left alone.
    """
    new = {one.pk for one in published}
    seen: set[int] = set()
    for citation in published:
        record = _as_it_is(citation.target)
        if citation.stance != Citation.Stance.SUPPORTS or not citation.is_public:
            continue
        if record is None or record.state != State.PUBLISHED or type(record) not in TARGET_NAMES:
            continue
        earlier = supporting(record.citations.exclude(field="").exclude(pk__in=new))  # type: ignore[attr-defined]  # all that hold facts have them
        if citation.field:
            earlier = earlier.filter(field=citation.field)
        for one in earlier.filter(state=State.PUBLISHED).order_by("pk"):
            if one.pk not in seen and (before := _when_given(one, record)) is not None:
                seen.add(one.pk)
                yield one, before, record


def _as_it_is(record: Record | None) -> Record | None:
    """Return a record as it is stored: a copy may say what it said before."""
    if record is None:
        return None
    stored: Record | None = type(record)._default_manager.filter(pk=record.pk).first()
    return stored


def _when_given(citation: Citation, record: Record) -> Record | None:
    """Return a record as it was when a source of it was given; None where it says the same now."""
    name, given = citation.field, _given(citation)
    if given is None or is_prose(record, name):
        return None
    if isinstance(record, HoldsBack) and name in record.held:
        return None
    rows = type(record).history.filter(id=record.pk, history_date__lte=given)
    row = rows.order_by("history_id").last()
    if row is None or row.state != State.PUBLISHED or row.history_type == "-":
        return None
    before = cast("Record", row.instance)
    return None if _text(before, name) == _text(record, name) else before


def _text(record: Record, name: str) -> str:
    field: Any = record._meta.get_field(name)
    return str(field.value_to_string(record))


def _given(citation: Citation) -> datetime | None:
    """Return since when a citation has been public as it is; None where its history is unknown."""
    given: datetime | None = None
    rows: Any = citation.history.order_by("-history_id")
    # A merge gives it anew, to another record.
    told = {*GIVEN_ANEW, *TARGETS}
    same = {one.attname for one in Citation._meta.concrete_fields if one.name in told}
    for row in rows:
        is_same = all(getattr(row, name) == getattr(citation, name) for name in same)
        if row.state != State.PUBLISHED or not is_same:
            break
        given = row.history_date
    return given
