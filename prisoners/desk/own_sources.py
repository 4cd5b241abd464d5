"""Which source a proposed fact has of its own, and what becomes of those of the value before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prisoners.desk.earlier_sources import GIVEN_ANEW, is_prose
from prisoners.desk.workflow import settle
from prisoners.models import (
    TARGET_NAMES,
    Citation,
    Record,
    Revision,
    State,
    kind_of,
)
from prisoners.reading.gaps import Gap, standing, stated_facts, supporting
from prisoners.reading.owners import owner_of

Key = tuple[str, int]


def lacking(revision: Revision, changed: Iterable[Record]) -> Iterator[Gap]:
    """Yield each fact that a revision changes and for which no source is given.

    ``changed`` are the records that it changes, with the values that it proposes. A citation that
    was there before was given for the value before: it counts where it is proposed anew, came with
    the revision or was entered since.
    """
    changed = list(changed)
    fields = {(one["kind"], one["record"]): one["fields"] for one in revision.changes}
    as_proposed: dict[int, Citation] = {
        one.pk: one for one in changed if isinstance(one, Citation)
    }  # fmt: skip
    for record in changed:
        if type(record) not in TARGET_NAMES:
            continue
        own = [
            as_proposed.get(one.pk, one) for one in _given(revision, record, fields, is_own=True)
        ]
        cited = {one.field for one in own if one.stance == Citation.Stance.SUPPORTS}
        for name in stated_facts(record):
            is_changed = name in fields[kind_of(record), record.pk]
            if is_changed and not cited & {name, ""} and not _covered(revision, record, fields):
                yield Gap(record, name)


def _covered(revision: Revision, record: Record, fields: dict[Key, Any]) -> bool:
    """Whether a source of a whole that the record is a part of was given with what is proposed."""
    owner = owner_of(record)
    while owner is not None:
        given = _given(revision, owner, fields, is_own=False) if type(owner) in TARGET_NAMES else ()
        if any(not one.field and one.stance == Citation.Stance.SUPPORTS for one in given):
            return True
        owner = owner_of(owner)
    return False


def _given(
    revision: Revision, record: Any, fields: dict[Key, Any], *, is_own: bool
) -> Iterator[Citation]:
    for one in standing(record.citations.all()):
        is_seen = is_own or one.state == State.PUBLISHED or _came_with(one, revision)
        if is_seen and counts(one, revision, fields):
            yield one


def counts(citation: Citation, revision: Revision, fields: dict[Key, Any] | None = None) -> bool:
    """Whether a citation was given for what a revision proposes, and not for the value before."""
    if fields is None:
        fields = {(one["kind"], one["record"]): one["fields"] for one in revision.changes}
    return (
        _came_with(citation, revision)
        or citation.created_at >= revision.at
        or bool(GIVEN_ANEW & set(fields.get((kind_of(citation), citation.pk), ())))
    )


def settle_earlier(revision: Revision, before: Iterable[Record], *, by: Any) -> None:
    """Let the sources of the values before support only what they say, once others are public.

    ``before`` are copies of the records that the revision changed, as they were. What becomes of a
    source: see ``workflow.settle``. Texts are left alone: in other words they say the same.
    """
    fields = {(one["kind"], one["record"]): one["fields"] for one in revision.changes}
    for record in before:
        if type(record) not in TARGET_NAMES:
            continue
        changed = fields[kind_of(record), record.pk]
        now = type(record)._default_manager.get(pk=record.pk)
        for one in supporting(record.citations.all()).filter(field__in=changed).order_by("pk"):  # type: ignore[attr-defined]  # all that hold facts have them
            if not counts(one, revision, fields) and not is_prose(record, one.field):
                settle(one, before=record, now=now, by=by)


def _came_with(citation: Citation, revision: Revision) -> bool:
    return [kind_of(citation), citation.pk] in revision.added


def given_since(revision: Revision, record: Any, names: Iterable[str]) -> Iterator[Key]:
    """Yield the citations of some facts of a record that were entered since a proposal of them."""
    if type(record) in TARGET_NAMES:
        found = record.citations.filter(field__in=["", *names], created_at__gte=revision.at)
        yield from ((kind_of(one), one.pk) for one in found)
