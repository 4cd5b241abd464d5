"""What somebody did at the desk lately, in words made anew.

Django's log keeps the words of the moment: a name, or a day, that was held back since would be read
there for ever. Of its entries only who, when, what was done and to which record are told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

SHOWN: Final = 10
# So many are looked at for those ten: what is gone, or is not theirs to see, is left out.
LOOKED_AT: Final = 40


@dataclass(frozen=True, slots=True)
class Done:
    """One entry of the log: of which record as it is now, of what kind, and where it is."""

    words: str
    kind: str
    url: str
    is_new: bool


def recent(request: HttpRequest) -> list[Done]:
    """Return what somebody did last, the latest first, without what they may not see by now."""
    entries = LogEntry.objects.filter(user=request.user.pk).exclude(action_flag=DELETION)
    entries = entries.select_related("content_type").order_by("-action_time", "-pk")[:LOOKED_AT]
    numbers: dict[type[Any], set[str]] = defaultdict(set)
    for entry in entries:
        model = entry.content_type.model_class() if entry.content_type else None
        if model is not None and str(entry.object_id).isdecimal():
            numbers[model].add(str(entry.object_id))
    there = {model: _seen(request, model, some) for model, some in numbers.items()}
    found = []
    for entry in entries:
        model = entry.content_type.model_class() if entry.content_type else None
        record = there.get(model, {}).get(str(entry.object_id)) if model else None
        if record is not None:
            found.append(_done(entry, record))
    return found[:SHOWN]


def _seen(request: HttpRequest, model: type[Any], numbers: set[str]) -> dict[str, Any]:
    """Return those of some records that somebody may see at the desk, by number."""
    if not admin.site.is_registered(model):
        return {}
    desk = admin.site.get_model_admin(model)
    records = desk.get_queryset(request).in_bulk([int(one) for one in numbers])
    return {
        str(number): record
        for number, record in records.items()
        if desk.has_view_permission(request, record)
    }


def _done(entry: LogEntry, record: Any) -> Done:
    return Done(
        words=str(record),
        kind=capfirst(str(record._meta.verbose_name)),
        url=reverse(
            f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
        ),
        is_new=entry.action_flag == ADDITION,
    )
