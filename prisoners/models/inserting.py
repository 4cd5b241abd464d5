"""Inserting many rows at once: column by column, in few statements.

Django prepares every value of every row by itself, and on SQLite cuts what it inserts into pieces
of 999 values. For an import, whose rows have some three hundred columns between them, that takes
several times as long as the database does; and to make a record of each row takes as long again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from django.db import connections, models, transaction
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

# Values in one statement at most, where one statement inserts several rows.
AT_ONCE: Final = 30_000
# Rows in one statement on SQLite. It keeps statements that it has read by their text, so they have
# to be as long every time; each is begun and ended once, with its triggers and its next number.
TOGETHER: Final = 50
# SQLite's driver looks for a way to convert each of these, finds none, and takes it as it is: that
# is most of the time that a value takes. This way is found at once.
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(type(None), lambda nothing: nothing)
# Equal values of these may be stored in different ways (true and 1), are not to be compared, or
# there are none.
_EACH_BY_ITSELF: Final = (models.JSONField, models.BinaryField, models.UUIDField)


class OnlyInDatabaseError(Exception):
    """A value that only the database can work out."""


class InsertingQuerySet(models.QuerySet[Any]):
    """Rows of which many are inserted at once; all else is as ever."""

    def _batched_insert(
        self,
        objs: Sequence[Any],
        fields: Sequence[Any],
        batch_size: int | None,
        on_conflict: Any = None,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        """Insert what ``bulk_create`` made ready; return the columns that the database set."""
        if on_conflict is None:
            try:
                columns = [_column(field, objs, self.db) for field in fields]
            except OnlyInDatabaseError:
                pass
            else:
                rows = list(zip(*columns, strict=True))
                return self._returned(objs, insert(self.model, fields, rows, self.db))
        inserted: list[Any] = super()._batched_insert(  # type: ignore[misc]  # not in its stubs
            objs, fields, batch_size, on_conflict, update_fields, unique_fields
        )
        return inserted

    def insert_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows of values by the names of their columns; return their numbers.

        They become what records of these values would be saved as: what one says nothing of has
        its default, and what is derived is derived. But no record is made, and none is checked.
        """
        if not rows:
            return []
        self._for_write = True  # Django's own mark: what is read here is read where it is written
        fields, columns = [], []
        named = set().union(*rows)
        for field in self.model._meta.concrete_fields:
            if field.attname in named or not field.primary_key:
                fields.append(field)
                columns.append(_prepared(field, _given(field, rows, named), self.db))
        if unknown := named - {field.attname for field in fields}:
            raise TypeError(f"{self.model.__name__} has no {', '.join(sorted(unknown))}")
        return insert(self.model, fields, list(zip(*columns, strict=True)), self.db)

    insert_rows.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def _returned(self, objs: Sequence[Any], numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return what Django asks back of each: its number, and what has a default there."""
        fields = self.model._meta.db_returning_fields
        return [
            tuple(
                number if field.primary_key else _stored(field, getattr(one, field.attname))
                for field in fields
            )
            for one, number in zip(objs, numbers, strict=True)
        ]


def insert(
    model: type[models.Model], fields: Sequence[Any], rows: Sequence[Sequence[Any]], using: str
) -> list[int]:
    """Insert rows of values that are as the database takes them; return their numbers."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        return _insert_on_sqlite(model, fields, rows, connection)
    numbers: list[int] = []
    one = f"({', '.join(_placeholder(field, connection) for field in fields)})"
    length = max(AT_ONCE // len(fields), 1)
    for begin in range(0, len(rows), length):
        some = rows[begin : begin + length]
        sql = (
            f"{_into(model, fields, connection)} VALUES {', '.join([one] * len(some))} "
            f"RETURNING {connection.ops.quote_name(_number(model).column)}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, tuple(chain.from_iterable(some)))
            numbers += [number for (number,) in cursor.fetchall()]
    return numbers


def _insert_on_sqlite(
    model: type[models.Model], fields: Sequence[Any], rows: Sequence[Sequence[Any]], connection: Any
) -> list[int]:
    """Insert rows by statements that are read once: for ``TOGETHER`` rows, and for a single one.

    They return no numbers. Nobody else writes in the meantime, so they are known beforehand.
    """
    number, given = _number(model), list(fields)
    with transaction.atomic(using=connection.alias, savepoint=False), connection.cursor() as cursor:
        if number in given:
            place = given.index(number)
            numbers = [row[place] for row in rows]
        else:
            first = _next_number(number, cursor)
            numbers = list(range(first, first + len(rows)))
            given = [number, *given]
            rows = [(one, *row) for one, row in zip(numbers, rows, strict=True)]
        into = _into(model, given, connection)
        one = f"({', '.join(_placeholder(field, connection) for field in given)})"
        insert_values(cursor, into, one, rows)
    return numbers


def insert_values(cursor: Any, into: str, one: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows into a table of SQLite; ``one`` are the places of the values of a row."""
    insert_bundled(cursor, into, one, bundled(rows))


# The values of ``TOGETHER`` rows, one after the other, as often as there are; and the rest.
Bundles = tuple[Sequence[Sequence[Any]], Sequence[Sequence[Any]]]


def bundled(rows: Sequence[Sequence[Any]]) -> Bundles:
    """Put the values of rows together as statements take them."""
    whole = len(rows) - len(rows) % TOGETHER
    return (
        [
            tuple(chain.from_iterable(rows[begin : begin + TOGETHER]))
            for begin in range(0, whole, TOGETHER)
        ],
        rows[whole:],
    )


def insert_bundled(cursor: Any, into: str, one: str, bundles: Bundles) -> None:
    """Insert rows that were put together by ``bundled``."""
    together, rest = bundles
    if together:
        cursor.executemany(f"{into} VALUES {', '.join([one] * TOGETHER)}", together)
    if rest:
        cursor.executemany(f"{into} VALUES {one}", rest)


def _next_number(number: Any, cursor: Any) -> int:
    """Return the number that SQLite would give to the next row: one that was never given."""
    table, column = number.model._meta.db_table, number.column
    cursor.execute(
        "SELECT MAX(IFNULL((SELECT seq FROM sqlite_sequence WHERE name = %s), 0), "  # noqa: S608  # our own names
        f'IFNULL((SELECT MAX("{column}") FROM "{table}"), 0)) + 1',  # our own names
        [table],
    )
    first: int = cursor.fetchone()[0]
    return first


def _into(model: type[models.Model], fields: Sequence[Any], connection: Any) -> str:
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(field.column) for field in fields)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({names})"


def _number(model: type[models.Model]) -> Any:
    return model._meta.pk


def _placeholder(field: Any, connection: Any) -> str:
    own = getattr(field, "get_placeholder", None)
    return own(None, None, connection) if own else "%s"


def _column(field: Any, objs: Sequence[Any], using: str) -> list[Any]:
    """Return the values of a field of some records as the database takes them."""
    return _prepared(field, _values(field, objs), using)


def _prepared(field: Any, values: Sequence[Any], using: str) -> list[Any]:
    """Return values of a field as the database takes them; equal ones are prepared once."""
    connection = connections[using]
    if isinstance(field, _EACH_BY_ITSELF):
        return _each_by_itself(field, values, connection)
    # Of most columns: left empty, or by default what it is.
    if len({*map(id, values)}) <= 1:
        values, repeated = values[:1], len(values)
    elif _is_stored_as_it_is(field, values):
        return list(values)
    else:
        repeated = 1
    prepared: dict[Any, Any] = {}
    column = []
    for value in values:
        known = value if value is None or type(value) is str else (type(value), value)
        try:
            column.append(prepared[known])
        except KeyError:
            _refuse_expressions([value])
            ready = prepared[known] = field.get_db_prep_save(_plain(field, value), connection)
            column.append(ready)
        except TypeError:  # a list
            column.append(field.get_db_prep_save(value, connection))
    return column * repeated


def _each_by_itself(field: Any, values: Sequence[Any], connection: Any) -> list[Any]:
    """Prepare each value, but those that hold nothing once for each kind of nothing."""
    _refuse_expressions(values)
    if isinstance(field, models.UUIDField):
        return [field.get_db_prep_save(value, connection) for value in values]
    nothing: dict[type[Any], Any] = {}
    column = []
    for value in values:
        if value or type(value) not in (list, dict):
            column.append(field.get_db_prep_save(value, connection))
            continue
        kind = type(value)
        if kind not in nothing:
            nothing[kind] = field.get_db_prep_save(value, connection)
        column.append(nothing[kind])
    return column


def _is_stored_as_it_is(field: Any, values: Iterable[Any]) -> bool:
    """Whether values are what the database takes already: texts of a text, numbers of a record."""
    if isinstance(field, models.ForeignKey):
        return all(type(value) is int or value is None for value in values)
    return type(field).get_prep_value in _OF_TEXTS and all(type(value) is str for value in values)


_OF_TEXTS: Final = (models.CharField.get_prep_value, models.TextField.get_prep_value)


def _values(field: Any, objs: Sequence[Any]) -> list[Any]:
    """Return what is to be stored of each, as ``pre_save`` does it; one moment for all of them."""
    if _is_moment(field):
        now = timezone.now()
        for one in objs:
            setattr(one, field.attname, now)
        return [now] * len(objs)
    if type(field).pre_save is models.Field.pre_save:
        return list(map(attrgetter(field.attname), objs))
    return [field.pre_save(one, add=True) for one in objs]


def _given(field: Any, rows: Sequence[Mapping[str, Any]], named: set[str]) -> list[Any]:
    """Return what is to be stored of each row of values in a column of theirs, or in another."""
    name = field.attname
    if name in named:
        default = field.get_default()
        return [row.get(name, default) for row in rows]
    if _is_moment(field):
        return [timezone.now()] * len(rows)
    if sources := getattr(field, "derived_from", ()):
        return _derived(field, [_given(_field(field, one), rows, named) for one in sources])
    if field.has_default() and callable(field.default) and field.default not in (list, dict):
        return [field.get_default() for _row in rows]
    return [field.get_default()] * len(rows)


def _derived(field: Any, sources: Sequence[Sequence[Any]]) -> list[Any]:
    """Return what follows from the values of other columns, worked out once for equal ones."""
    known: dict[Any, Any] = {}
    column = []
    for values in zip(*sources, strict=True):
        if values not in known:
            known[values] = field.derive(*values)
        column.append(known[values])
    return column


def _field(of: Any, name: str) -> Any:
    return of.model._meta.get_field(name)


def _is_moment(field: Any) -> bool:
    return isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add)


def _plain(field: Any, value: Any) -> Any:
    return field.db_default if isinstance(value, DatabaseDefault) else value


def _stored(field: Any, value: Any) -> Any:
    """Return a value as it would be read again: a choice as its text."""
    plain = _plain(field, value)
    return plain.value if isinstance(plain, Enum) else plain


def _refuse_expressions(values: Sequence[Any]) -> None:
    for value in values:
        if hasattr(value, "resolve_expression") and not (
            isinstance(value, DatabaseDefault)
            and isinstance(getattr(value, "expression", None), models.Value)
        ):
            raise OnlyInDatabaseError
