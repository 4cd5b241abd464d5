"""Writing histories: after each change, a row of what the record is now.

Rows are copied from the record's table by the database, however many changed at once, and only
where they differ from the last row of history. That is the one place that decides whether there
was a change: a save that changes nothing leaves no trace, whichever way it comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.models.base import ModelBase
from django.db.models.deletion import Collector
from django.utils import timezone

from prisoners.models.history import Origin, current, unrecorded
from prisoners.models.inserting import InsertingQuerySet

# How many records are written down by one statement.
AT_ONCE: Final = 5000
# It says when a record was saved, not what is true.
NO_FACT: Final = "updated_at"


# What a row of history has beside the columns of its record, in this order.
BESIDE: Final = (
    "history_date",
    "history_type",
    "history_user_id",
    "history_change_reason",
    "origin",
    "operation_id",
)


class Columns(NamedTuple):
    """Tables and columns of a record and of its history, as SQL."""

    record: str
    history: str
    names: tuple[str, ...]

    def of(self, alias: str, *, facts: bool = False) -> str:
        names = (name for name in self.names if not (facts and name == NO_FACT))
        return ", ".join(f'{alias}."{name}"' for name in names)

    @property
    def written(self) -> str:
        return ", ".join(f'"{name}"' for name in (*self.names, *BESIDE))


def columns(model: type[Any]) -> Columns:
    names = tuple(field.column for field in model._meta.concrete_fields)
    return Columns(model._meta.db_table, model.history.model._meta.db_table, names)


def recorded_models() -> list[type[Any]]:
    """Return the models that have a history."""
    return [model for model in apps.get_app_config("prisoners").get_models() if is_recorded(model)]


def some(numbers: Iterable[int], using: str) -> Iterator[tuple[str, Any]]:
    """Yield numbers as SQL and its parameter, as many at once as one statement takes."""
    left = iter(numbers)
    while many := list(islice(left, AT_ONCE)):
        if connections[using].vendor == "postgresql":
            yield "= ANY(%s)", many
        else:
            yield "IN (SELECT value FROM json_each(%s))", json.dumps(many)


def keep_base(model: type[Any], numbers: Iterable[int], using: str = DEFAULT_DB_ALIAS) -> None:
    """Write down what records (by number) are before they change, where nothing is yet.

    What was invented, or written past Django, has no history until then.
    """
    if not current().is_kept:
        return
    at = columns(model)
    since = "updated_at" if NO_FACT in at.names else "created_at"
    with connections[using].cursor() as cursor:
        for chosen, parameter in some(numbers, using):
            cursor.execute(
                f"INSERT INTO {at.history} ({at.written}) "  # noqa: S608  # our own names
                f"SELECT {at.of('r')}, r.{since}, '+', NULL, '', '{Origin.BEFORE.value}', NULL "
                f"FROM {at.record} r WHERE r.id {chosen} "
                f"AND NOT EXISTS (SELECT 1 FROM {at.history} h WHERE h.id = r.id) ORDER BY r.id",
                [parameter],
            )


def keep_changes(model: type[Any], numbers: Iterable[int], using: str = DEFAULT_DB_ALIAS) -> None:
    """Write down what records (by number) are now, where that is not what they last were."""
    if not current().is_kept:
        return
    at = columns(model)
    differs = "IS NOT" if connections[using].vendor == "sqlite" else "IS DISTINCT FROM"
    with connections[using].cursor() as cursor:
        for chosen, parameter in some(numbers, using):
            cursor.execute(
                f"INSERT INTO {at.history} ({at.written}) "  # noqa: S608  # our own names
                f"SELECT {at.of('r')}, %s, "
                "CASE WHEN h.history_type IN ('+', '~') THEN '~' ELSE '+' END, %s, %s, %s, %s "
                f"FROM {at.record} r LEFT JOIN {at.history} h ON h.history_id = "
                f"(SELECT MAX(l.history_id) FROM {at.history} l WHERE l.id = r.id) "
                f"WHERE r.id {chosen} AND (h.history_id IS NULL OR h.history_type = '-' "
                f"OR ({at.of('r', facts=True)}) {differs} ({at.of('h', facts=True)})) "
                "ORDER BY r.id",
                [*_beside(using), parameter],
            )


def keep_deletions(model: type[Any], numbers: Iterable[int], using: str = DEFAULT_DB_ALIAS) -> None:
    """Write down of records (by number), which are about to be deleted, that they are."""
    if not current().is_kept:
        return
    at, numbers = columns(model), list(numbers)
    keep_base(model, numbers, using)
    when, *beside = _beside(using)
    with connections[using].cursor() as cursor:
        for chosen, parameter in some(numbers, using):
            cursor.execute(
                f"INSERT INTO {at.history} ({at.written}) "  # noqa: S608  # our own names
                f"SELECT {at.of('r')}, %s, '-', %s, %s, %s, %s "
                f"FROM {at.record} r WHERE r.id {chosen} ORDER BY r.id",
                [when, *beside, parameter],
            )


def _beside(using: str) -> list[Any]:
    """Return the columns that say when, who, why, from where and together with what."""
    now = current()
    when = connections[using].ops.adapt_datetimefield_value(timezone.now())
    return [when, now.user_id, now.reason, str(now.origin), now.operation_id]


class RecordingCollector(Collector):
    """Deletes records with all that hangs on them, and writes down of each that it is gone."""

    def delete(self) -> tuple[int, dict[str, int]]:
        using = self.using
        with transaction.atomic(using=using):
            for model, records in self.data.items():
                self._keep(model, [one.pk for one in records])
            for rows in self.fast_deletes:
                if is_recorded(rows.model):
                    self._keep(rows.model, list(rows.values_list("pk", flat=True)))
            # Lists of lists, otherwise than its stubs say.
            updates: Iterable[tuple[tuple[Any, Any], Any]] = self.field_updates.items()
            changed: list[tuple[type[Any], list[int]]] = [
                (field.model, [one.pk for group in groups for one in group])
                for (field, _value), groups in updates
                if is_recorded(field.model)
            ]
            for model, numbers in changed:
                keep_base(model, numbers, using)
            deleted = super().delete()
            for model, numbers in changed:
                keep_changes(model, numbers, using)
        return deleted

    def _keep(self, model: type[Any], numbers: list[int]) -> None:
        if numbers and is_recorded(model):
            keep_deletions(model, numbers, self.using)


def is_recorded(model: type[Any]) -> bool:
    return hasattr(model._meta, "simple_history_manager_attribute")


class RecordedQuerySet(InsertingQuerySet):
    """Rows with a history: however many are written at once, it is written with them."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """Refuse to skip or overwrite rows in passing: nobody could say which were."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ValueError("rows with a history are created or updated, not either")
        self._for_write = True  # Django's own mark: what is read here is read where it is written
        with transaction.atomic(using=self.db, savepoint=False):
            made = super().bulk_create(objs, *args, **kwargs)
            keep_changes(self.model, [one.pk for one in made], self.db)
        return made

    def insert_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        with transaction.atomic(using=self.db, savepoint=False):
            numbers = super().insert_rows(rows)
            keep_changes(self.model, numbers, self.db)
        return numbers

    def update(self, **values: Any) -> int:
        # ``bulk_update`` too comes here, with a part of its rows at a time.
        if not current().is_kept:
            return super().update(**values)
        self._for_write = True
        with transaction.atomic(using=self.db, savepoint=False):
            numbers = list(self.order_by().values_list("pk", flat=True))
            keep_base(self.model, numbers, self.db)
            # On PostgreSQL others write meanwhile, and more rows may be meant than were just now.
            is_alone = connections[self.db].vendor == "sqlite"
            chosen = self if is_alone else self.filter(pk__in=numbers)
            changed = super(RecordedQuerySet, chosen).update(**values)
            keep_changes(self.model, numbers, self.db)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def set_aside(self, **values: Any) -> int:
        """Update for a moment: what is set here is no change, and is written over in the same
        transaction, with a change or with what it was.
        """
        self._for_write = True
        with transaction.atomic(using=self.db, savepoint=False):
            keep_base(self.model, self.order_by().values_list("pk", flat=True), self.db)
            with unrecorded():
                return self.update(**values)

    set_aside.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def delete(self) -> tuple[int, dict[str, int]]:
        if self.query.is_sliced or self.query.combinator:
            raise TypeError("records are deleted by a filter, not by their places")
        self._for_write = True
        chosen = self._chain()  # type: ignore[attr-defined]  # as Django's own ``delete`` does
        chosen.query.select_for_update = False
        chosen.query.select_related = False
        chosen.query.clear_ordering(force=True)
        collector = RecordingCollector(using=self.db, origin=self)
        collector.collect(chosen)
        deleted = collector.delete()
        self._result_cache = None
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]  # read by the template engine
    delete.queryset_only = True  # type: ignore[attr-defined]  # no manager deletes all there is


class Recorded(models.Model):
    """A row with a history."""

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save_base(
        self,
        raw: bool = False,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save, and write it down.

        What ``loaddata`` puts back does not come here: it brings its own history.
        """
        using = using or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using, savepoint=False):
            if not self._state.adding:
                keep_base(type(self), [self.pk], using)
            super().save_base(raw, force_insert, force_update, using, update_fields)
            keep_changes(type(self), [self.pk], using)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> Any:
        if self.pk is None:
            raise ValueError(f"This {self._meta.object_name} was never saved.")
        using = using or router.db_for_write(type(self), instance=self)
        collector = RecordingCollector(using=using, origin=self)
        collector.collect([self], keep_parents=keep_parents)
        return collector.delete()

    delete.alters_data = True  # type: ignore[attr-defined]  # read by the template engine
