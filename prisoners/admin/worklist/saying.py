"""Records, numbers and days in the words of the work list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.admin.base import described
from prisoners.models import TARGETS, TRANSLATED, Citation, Record, Translation
from prisoners.reading.owners import root_of
from prisoners.reading.worklist.listed import Count, Place, chain


def loaded(places: Iterable[Place]) -> dict[Place, Record]:
    """Load records of any kinds, each kind at once, with all that they are named by."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for kind, number in places:
        numbers[kind].add(number)
    found: dict[Place, Record] = {}
    for kind, some in sorted(numbers.items()):
        model = Place(kind, 0).model
        rows = model._default_manager.prefetch_related(*needed(model)).in_bulk(some)
        found |= {Place(kind, number): record for number, record in rows.items()}
    return found


def needed(model: type[Record], prefix: str = "") -> list[str]:
    """Return what to load with a record to name it, its facts, and what it is a part of."""
    paths = described(model, prefix)
    for name in model.facts:
        if isinstance(model._meta.get_field(name), ForeignKey):
            paths.append(f"{prefix}{name}")
    for way, owner in chain(model)[1:]:
        paths += [f"{prefix}{way}", *described(owner, f"{prefix}{way}__")]
    targets = {Citation: TARGETS, Translation: TRANSLATED}.get(cast(Any, model), {})
    for name, target in targets.items():
        paths += [name, *needed(target, f"{name}__")]
    return paths


def named(record: Record) -> str:
    """Return the kind of a record and its words: ``Charge “Criminal Code, article 130”``."""
    return _("%(kind)s “%(record)s”") % {
        "kind": capfirst(record._meta.verbose_name),
        "record": record,
    }


def within(record: Record) -> list[str]:
    """Return the record on whose page another one stands; none where it has a page of its own."""
    root = root_of(record)
    return [] if root is record else [str(root)]


def number(value: int) -> str:
    return number_format(value, force_grouping=True)


def day_label(moment: Any) -> str:
    """Return the day of a moment in words."""
    return dates.day_label(timezone.localdate(moment))


def count_label(found: Count) -> str:
    """Return how many there are, in words where they are counted no further."""
    if found.is_more:
        return _("more than %(number)s") % {"number": number(found.number)}
    return number(found.number)
