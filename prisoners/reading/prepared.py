"""Records by their numbers, for pages that show them by the hundred, and rows of a search.

Django makes the SQL of a query anew each time it is asked, and each record through a dozen calls.
Of a list's time that is more than half. Here a query is made once, as a queryset, and asked again
with other values; what it finds are records as any other query gives them, for showing only, or
rows as the database gives them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import get_related_populators
from django.db.models.query_utils import DeferredAttribute

from prisoners.models.fields import IntervalAttribute, PossibleDayAttribute
from prisoners.models.looking import is_preview, today

if TYPE_CHECKING:
    from django.db.models import ManyToOneRel

Found = TypeVar("Found", bound=Model)

# A query has room for so many numbers, or for the next, and so on up to the last; what is left of
# the room holds one of them again. More are asked for as any query is.
ROOM: Final = (8, 64, 128, 256, 1_024)
# The same of a query for rows, which is asked with one value as often as with some hundred.
ROOM_OF_ROWS: Final = (1, 64, 128, 256, 512, 1_024)
# On PostgreSQL, where a whole collection is one value, that says of which kind it is. Numbers are
# written out: given a list, the driver looks at each for the kind that has room for all.
ARRAYS: Final = {int: "bigint[]", bytes: "bytea[]"}
# So many are kept, those of days that are over among them.
MOST: Final = 500
# What reads a column as the database gave it, or as its field read it: nothing else has to be done.
PLAIN: Final = (
    DeferredAttribute,
    ForeignKeyDeferredAttribute,
    IntervalAttribute,
    PossibleDayAttribute,
)


@dataclass(frozen=True, slots=True)
class _Query:
    """A query as it was made once.

    ``slots``: where values stand among the parameters: the place, which of the collections, and
    which value of it; None: all of them.
    """

    sql: str
    params: tuple[Any, ...]
    slots: tuple[tuple[int, int, int | None], ...]

    def rows(self, values: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        params = list(self.params)
        for place, which, index in self.slots:
            some = values[which]
            if index is None:
                params[place] = _array(some)
            else:
                params[place] = some[index] if index < len(some) else some[-1]
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query for records as it was made once.

    ``converters``: what turns a column into what its field holds.
    """

    query: _Query
    model: type[Model]
    first: int
    names: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]
    populators: tuple[Any, ...]
    by_descriptor: tuple[str, ...]

    def ask(self, numbers: Sequence[Sequence[int]]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        return [self._record(row, connection) for row in self.query.rows(numbers)]

    def _record(self, row: Any, connection: Any) -> Model:
        if self.converters:
            row = list(row)
            for place, functions, expression in self.converters:
                value = row[place]
                for function in functions:
                    value = function(value, expression, connection)
                row[place] = value
        record = self.model.__new__(self.model)
        values = record.__dict__
        values["_state"] = state = ModelState()
        state.db, state.adding = DEFAULT_DB_ALIAS, False
        first = self.first
        values.update(zip(self.names, row[first : first + len(self.names)], strict=True))
        for name in self.by_descriptor:
            setattr(record, name, values.pop(name))
        for populator in self.populators:
            populator.populate(row, record)
        return record


_prepared: dict[Hashable, _Prepared] = {}
_for_rows: dict[Hashable, _Query] = {}


def found(make: Callable[..., QuerySet[Found]], *numbers: Collection[int]) -> list[Found]:
    """Return what a query finds that is made with collections of numbers, none of them empty.

    The query may depend on nothing else but the day, not on the language: ``make`` is asked once,
    as long as the day lasts. It asks for records, whole or in part, and for nothing annotated to
    them. Where drafts are shown as if they were published, it is made for these alone.
    """
    lists = [list(some) for some in numbers]
    rooms = tuple(_room(len(some), ROOM) for some in lists)
    if None in rooms or is_preview():
        return list(make(*lists))
    key = (make, rooms, today())
    prepared = _prepared.get(key)
    if prepared is None:
        if len(_prepared) >= MOST:
            _prepared.clear()
        prepared = _prepared[key] = _prepare(make, cast("tuple[int, ...]", rooms))
    return prepared.ask(lists)


def rows(
    make: Callable[..., QuerySet[Any, Any]], *values: Sequence[int] | Sequence[bytes]
) -> list[tuple[Any, ...]]:
    """Return the rows of a query for some columns, made as one for ``found`` is.

    The collections hold numbers, or text in bytes. Columns come as the database gives them, without
    what their fields would make of them: of ``BytewiseField``, bytes.
    """
    rooms = tuple(_room(len(some), ROOM_OF_ROWS) or len(some) for some in values)
    key = (make, rooms, today())
    query = _for_rows.get(key)
    if query is None or is_preview():
        query, _compiler = _made(make, rooms, [type(some[0]) for some in values])
        if not is_preview() and max(rooms) <= ROOM_OF_ROWS[-1]:
            if len(_for_rows) >= MOST:
                _for_rows.clear()
            _for_rows[key] = query
    return query.rows(values)


def _takes_arrays() -> bool:
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def _array(some: Sequence[Any]) -> str | list[bytes]:
    if type(some[0]) is int:
        return f"{{{','.join(map(str, some))}}}"
    return list(some)


def _room(count: int, rooms: Sequence[int]) -> int | None:
    if _takes_arrays():
        return 1
    return next((room for room in rooms if count <= room), None)


def _made(
    make: Callable[..., QuerySet[Any, Any]], rooms: Sequence[int], kinds: Sequence[type]
) -> tuple[_Query, Any]:
    """Make a query with values that no record has, and note where they went."""
    stands_for: dict[int | bytes, tuple[int, int]] = {}
    lists: list[list[int | bytes]] = []
    last = 0
    for which, (room, kind) in enumerate(zip(rooms, kinds, strict=True)):
        numbers = range(last - 1, last - 1 - room, -1)
        some = [b"%d" % number if kind is bytes else number for number in numbers]
        lists.append(some)
        stands_for.update({one: (which, index) for index, one in enumerate(some)})
        last -= room
    compiler: Any = make(*lists).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    slots = []
    for place, param in enumerate(params):
        # Databases have bytes wrapped, each in its own way.
        value = getattr(param, "obj", param)
        if type(value) in (int, bytes) and value in stands_for:
            slots.append((place, *stands_for[value]))
    query = _Query(sql, tuple(params), tuple(slots))
    return (_with_arrays(query, kinds) if _takes_arrays() else query), compiler


def _with_arrays(query: _Query, kinds: Sequence[type]) -> _Query:
    """Return a query that takes each collection as one value, wherever one of it may be there."""
    pieces = query.sql.split("%s")
    if len(pieces) != len(query.params) + 1:
        raise ValueError("the query has a %s that stands for no value")
    slots: list[tuple[int, int, int | None]] = []
    for place, which, index in query.slots:
        if pieces[place].endswith(" IN ("):
            pieces[place] = f"{pieces[place].removesuffix('IN (')}= ANY("
            pieces[place + 1] = f"::{ARRAYS[kinds[which]]}{pieces[place + 1]}"
            slots.append((place, which, None))
        else:
            slots.append((place, which, index))
    return _Query("%s".join(pieces), query.params, tuple(slots))


def _prepare(make: Callable[..., QuerySet[Any]], rooms: tuple[int, ...]) -> _Prepared:
    """Make a query for records, and note what is to be done with its columns."""
    query, compiler = _made(make, rooms, [int] * len(rooms))
    if compiler.annotation_col_map:
        raise ValueError("what is annotated to records would be lost")
    info: dict[str, Any] = compiler.klass_info
    columns = info["select_fields"]
    model: type[Model] = info["model"]
    names = tuple(compiler.select[column][0].target.attname for column in columns)
    converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
    return _Prepared(
        query=query,
        model=model,
        first=columns[0],
        names=names,
        converters=tuple(
            (place, tuple(functions), one) for place, (functions, one) in converters.items()
        ),
        populators=tuple(
            get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # as of Django 6.1 in the stubs
        ),
        by_descriptor=tuple(name for name in names if not _is_plain(model, name)),
    )


def _is_plain(model: type[Model], name: str) -> bool:
    return type(next(vars(one)[name] for one in model.__mro__ if name in vars(one))) in PLAIN


def give_parts(owners: Sequence[Model], name: str, parts: Iterable[Found]) -> list[Found]:
    """Give parts that were found to the records that they belong to, all of one kind.

    ``name`` is the relation from an owner to its parts. What ``prefetch_related`` does, without
    making for each owner a query that is never asked. What is given so can be read by ``all()``;
    filtering it is an error.
    """
    relation = cast("ManyToOneRel", owners[0]._meta.get_field(name))
    field = relation.field
    attname, cache_name = field.attname, field.cache_name
    kept_as, model = relation.cache_name, cast("type[Found]", relation.related_model)
    by_number = {owner.pk: owner for owner in owners}
    belonging: dict[Any, list[Found]] = defaultdict(list)
    given = []
    for part in parts:
        number = getattr(part, attname)
        part._state.fields_cache[cache_name] = by_number[number]
        belonging[number].append(part)
        given.append(part)
    empty = model._default_manager.none()
    for owner in owners:
        kept = owner.__dict__.setdefault("_prefetched_objects_cache", {})
        kept[kept_as] = _answered(empty, belonging.get(owner.pk, []))
    return given


def _answered(empty: QuerySet[Found], rows: list[Found]) -> QuerySet[Found]:
    """Return the answer of a query without its question: it can be read, and not asked again."""
    answered = empty.__class__.__new__(empty.__class__)
    answered.__dict__ = {**empty.__dict__, "_query": None, "_result_cache": rows}
    answered.__dict__["_prefetch_done"] = True
    return answered
