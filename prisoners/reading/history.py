"""What was recorded of changes: who changed what, and what was known on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Exists, Max, OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.models import (
    ADDRESSED,
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Citation,
    FormerAddress,
    HoldsBack,
    Origin,
    Record,
    Translation,
)
from prisoners.models.holding_back import DECIDED, PARTS, shown_of
from prisoners.models.recording import NO_FACT, recorded_models
from prisoners.reading.untold import keep_untold

# What a record has for its keeping, and not because it is true.
KEEPING: Final = frozenset({"id", "key", "public_id", "created_at", NO_FACT, *DECIDED})

# The numbers of records, by their kind.
Numbers = dict[type[Any], list[int]]


def author(row: Any) -> str:
    """Return who made a change, or from where it came if nobody did."""
    if row.history_user_id is not None:
        return str(row.history_user.get_full_name() or row.history_user.get_username())
    return origin(row)


def origin(row: Any) -> str:
    """Return from where a change came: ``by hand``, ``dossier “belarus-2025-12-13”``."""
    if row.origin == Origin.DOSSIER:
        return _("dossier “%(name)s”") % {"name": row.history_change_reason}
    return str(Origin(row.origin).label)


def moment(when: datetime) -> str:
    """Return a moment in words, where the site is: ``14 July 2021, 09:30``."""
    here = timezone.localtime(when)
    return _("%(day)s, %(time)s") % {
        "day": dates.on_day(here.date()).label(),
        "time": here.strftime("%H:%M"),
    }


def title(row: Any, record: models.Model | None = None) -> str:
    """Return the words for the record of a row, as it was then; its kind where there are none.

    With ``record``, what it hangs on is loaded already.
    """
    try:
        words = str(record or row.instance)
    except (ObjectDoesNotExist, AttributeError):  # it hung on something that is deleted
        words = ""
    return words or f"{row.instance_type._meta.verbose_name} {row.id}"


def tracked(model: type[models.Model]) -> list[Any]:
    """Return the fields that say something, without those derived from them."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in KEEPING and not hasattr(field, "derived_from")
    ]


def changed(before: Any, after: Any) -> list[Any]:
    """Return the fields in which two rows of one record's history differ."""
    return [
        field
        for field in tracked(after.instance_type)
        if getattr(before, field.attname) != getattr(after, field.attname)
    ]


def said(row: Any) -> list[Any]:
    """Return the fields of a row that say more than a new record does."""
    return [
        field
        for field in tracked(row.instance_type)
        if getattr(row, field.attname) not in (None, "", [], field.get_default())
    ]


def hold_back(rows: Iterable[Any]) -> None:
    """Leave in rows only what is shown of facts that are held back now, whenever they were known.

    The rows are for showing to whoever may not read what is restricted, from then on.
    """
    rows = list(rows)
    keep_untold(rows)
    kinds: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        if issubclass(row.instance_type, HoldsBack):
            kinds[row.instance_type].append(row)
    for model, some in kinds.items():
        held = model._default_manager.exclude(held_back="").in_bulk({row.id for row in some})
        for row in some:
            rules = held[row.id].held if row.id in held else {}
            then = row.instance
            for name in rules.keys() - {PARTS}:
                is_null = model._meta.get_field(name).null
                setattr(row, name, shown_of(then, name, rules[name]) or (None if is_null else ""))


# A record and its parts


def parts_of(model: type[Any]) -> Iterator[tuple[type[Any], str]]:
    """Yield the kinds of parts that a kind of record has, and the column that says whose."""
    for part in recorded_models():
        owner = getattr(part, "owner_field", None)
        if owner and part._meta.get_field(owner).related_model is model:
            yield part, f"{owner}_id"


def _ever(chosen: Iterable[tuple[type[Any], str, list[int]]]) -> Numbers:
    """Return the numbers of all that ever hung on some records, in one query."""
    queries = [
        model.history.filter(**{f"{column}__in": numbers})
        .order_by()
        .values_list(Value(model._meta.model_name), "id")
        for model, column, numbers in chosen
        if numbers
    ]
    if not queries:
        return {}
    by_name = {model._meta.model_name: model for model in recorded_models()}
    found: dict[type[Any], set[int]] = defaultdict(set)
    for name, number in queries[0].union(*queries[1:]):
        found[by_name[name]].add(number)
    return {model: sorted(numbers) for model, numbers in found.items()}


def family(model: type[Any], pk: int) -> Numbers:
    """Return a record, all that ever was a part of it, and what cited or translated any of it.

    Parts that went to another record meanwhile are among them, and those that are deleted.
    """
    numbers: Numbers = {model: [pk]}
    level = numbers
    while level:
        asked = [
            (part, column, numbers[owner]) for owner in level for part, column in parts_of(owner)
        ]
        if model in ADDRESSED.values() and level is numbers:
            name = next(one for one, kind in ADDRESSED.items() if kind is model)
            asked.append((FormerAddress, f"{name}_id", [pk]))
        level = _ever(asked)
        numbers = {**numbers, **level}
    beside = [
        (kind, f"{names[one]}_id", some)
        for kind, names in ((Citation, TARGET_NAMES), (Translation, TRANSLATED_NAMES))
        for one, some in numbers.items()
        if one in names
    ]
    return {**numbers, **_ever(beside)}


# The changes of a record, the newest first


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one record: its row of history, the one before, and whether it is the last."""

    row: Any
    before: Any
    is_last: bool

    @property
    def fields(self) -> list[Any]:
        """The fields that it changed; of one that was made or deleted all that it said."""
        if self.row.history_type == "-" or self.before is None:
            return said(self.row)
        return changed(self.before, self.row)


class Steps:
    """All changes of a record and of its parts, to be counted and sliced for pages of them."""

    def __init__(self, model: type[Any], pk: int) -> None:
        numbers = family(model, pk)
        self.kinds = {one._meta.model_name: one for one in numbers}
        self._queries = [
            one.history.filter(id__in=some)
            .order_by()
            .values_list(Value(one._meta.model_name), "history_id", "history_date")
            for one, some in numbers.items()
        ]

    def _places(self) -> Any:
        first, *others = self._queries
        return first.union(*others, all=True) if others else first

    def count(self) -> int:
        return int(self._places().count())

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, chosen: slice) -> list[Step]:
        # Of one moment, in the order in which they were written.
        ordered = self._places().order_by("-history_date", "-history_id")
        places = [(name, number) for name, number, _when in ordered[chosen]]
        by_kind: dict[str, list[int]] = defaultdict(list)
        for name, number in places:
            by_kind[name].append(number)
        steps = {
            (name, step.row.pk): step
            for name, numbers in by_kind.items()
            for step in steps_of(self.kinds[name], numbers)
        }
        return [steps[place] for place in places]


def steps_of(model: Any, numbers: Iterable[int]) -> list[Step]:
    """Return changes of one kind of record by the numbers of their rows, in two queries."""
    of_same = model.history.filter(id=OuterRef("id")).order_by("-history_id")
    before = of_same.filter(history_id__lt=OuterRef("history_id"))
    rows = list(
        model.history.filter(pk__in=numbers)
        .select_related("history_user", "operation")
        .annotate(
            number_before=Subquery(before.values("history_id")[:1]),
            number_last=Subquery(of_same.values("history_id")[:1]),
            **(
                {"state_last": Subquery(of_same.values("state")[:1])}
                if model is not FormerAddress
                else {}
            ),
        )
    )
    earlier = model.history.in_bulk([row.number_before for row in rows if row.number_before])
    return [
        Step(row, _standing(earlier.get(row.number_before)), row.pk == row.number_last)
        for row in rows
    ]


def changes_since(model: type[Any], numbers: Iterable[int], since: datetime) -> list[Step]:
    """Return what was changed since a moment in some records, and in all that ever was of them."""
    found: Numbers = defaultdict(list)
    for number in numbers:
        for kind, some in family(model, number).items():
            found[kind] += some
    steps = [
        step
        for kind, some in found.items()
        for step in steps_of(
            kind,
            kind.history.filter(id__in=some, history_date__gt=since)
            .order_by()
            .values_list("history_id", flat=True),
        )
    ]
    return sorted(steps, key=lambda step: (step.row.history_date, step.row.pk))


def _standing(row: Any) -> Any:
    """Return a row unless the record was deleted by it."""
    return None if row is None or row.history_type == "-" else row


def deleted(model: Any) -> Any:
    """Return the last rows of records of a kind that are gone, the latest first."""
    later = model.history.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    gone = model.history.filter(history_type="-").exclude(Exists(later))
    return gone.select_related("history_user").order_by("-history_date", "-history_id")


# What was known on a day


@dataclass(frozen=True, slots=True)
class Known:
    """A record as it was known, with its parts, citations and translations as they were then."""

    record: Any
    row: Any
    parts: tuple[Known, ...]


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over where the site is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def history_begins(model: Any, pk: int) -> datetime | None:
    """Return since when it is known what a record was; None where it has no history."""
    moment: datetime | None = (
        model.history.filter(id=pk)
        .order_by("history_id")
        .values_list("history_date", flat=True)
        .first()
    )
    return moment


def as_known_on(record: Record, day: date) -> Known | None:
    """Return a record with its parts as they were at the end of a day; None: not known then.

    ``record`` may be deleted since. What was invented has no history before its first change.
    """
    model = type(record)
    rows: dict[type[Any], list[Any]] = {}
    for kind, numbers in family(model, record.pk).items():
        history: Any = kind.history
        latest = (
            history.filter(id__in=numbers, history_date__lt=end_of(day))
            .order_by()
            .values("id")
            .annotate(latest=Max("history_id"))
            .values("latest")
        )
        then = history.filter(pk__in=latest).exclude(history_type="-").order_by("id")
        rows[kind] = list(then.select_related("history_user"))
    root = next(iter(rows[model]), None)
    return _known(root, rows) if root is not None else None


def _known(row: Any, rows: dict[type[Any], list[Any]]) -> Known:
    model = row.instance_type
    beside = [
        (kind, f"{names[model]}_id")
        for kind, names in ((Citation, TARGET_NAMES), (Translation, TRANSLATED_NAMES))
        if model in names
    ]
    record = row.instance
    parts = [
        _known(part, rows)
        for kind, column in [*parts_of(model), *beside]
        for part in rows.get(kind, ())
        if getattr(part, column) == row.id
    ]
    for part in parts:
        name = getattr(type(part.record), "owner_field", None) or names_of(part.record, model)
        setattr(part.record, name, record)
    return Known(record, row, tuple(parts))


def names_of(record: models.Model, model: type[Any]) -> str:
    """Return the name of the relation by which a citation or translation is of a record."""
    names: dict[Any, str] = TARGET_NAMES if isinstance(record, Citation) else TRANSLATED_NAMES
    return names[model]
