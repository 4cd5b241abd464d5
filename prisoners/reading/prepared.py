"""Records by their numbers, for pages that show them by the hundred.

Django makes the SQL of a query anew each time it is asked, and each record through a dozen calls.
Of a list's time that is more than half. Here a query is made once, as a queryset, and asked again
with other numbers; what it finds are records as any other query gives them, for showing only.
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

# A query has room for so many numbers, or for twice as many, and so on up to the last; what is
# left of the room holds one of them again. More are asked for as any query is.
ROOM: Final = (64, 256, 1_024)
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
class _Prepared:
    """A query as it was made once.

    ``slots``: where numbers stand among the parameters: the place, which of the collections, and
    which number of it. ``converters``: what turns a column into what its field holds.
    """

    sql: str
    params: tuple[Any, ...]
    slots: tuple[tuple[int, int, int], ...]
    model: type[Model]
    first: int
    names: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]
    populators: tuple[Any, ...]
    by_descriptor: tuple[str, ...]

    def ask(self, numbers: Sequence[Sequence[int]]) -> list[Any]:
        params = list(self.params)
        for place, which, index in self.slots:
            some = numbers[which]
            params[place] = some[index] if index < len(some) else some[-1]
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows = cursor.fetchall()
        return [self._record(row, connection) for row in rows]

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


def found(make: Callable[..., QuerySet[Found]], *numbers: Collection[int]) -> list[Found]:
    """Return what a query finds that is made with collections of numbers, none of them empty.

    The query may depend on nothing else but the day, not on the language: ``make`` is asked once,
    as long as the day lasts. It asks for records, whole or in part, and for nothing annotated to
    them. Where drafts are shown as if they were published, it is made for these alone.
    """
    lists = [list(some) for some in numbers]
    rooms = tuple(_room(len(some)) for some in lists)
    if None in rooms or is_preview():
        return list(make(*lists))
    key = (make, rooms, today())
    prepared = _prepared.get(key)
    if prepared is None:
        if len(_prepared) >= MOST:
            _prepared.clear()
        prepared = _prepared[key] = _prepare(make, cast("tuple[int, ...]", rooms))
    return prepared.ask(lists)


def _room(count: int) -> int | None:
    return next((room for room in ROOM if count <= room), None)


def _prepare(make: Callable[..., QuerySet[Any]], rooms: tuple[int, ...]) -> _Prepared:
    """Make a query with numbers that no record has, and note where they went."""
    stands_for, lists, last = {}, [], 0
    for which, room in enumerate(rooms):
        lists.append([last - 1 - index for index in range(room)])
        stands_for.update({number: (which, index) for index, number in enumerate(lists[-1])})
        last -= room
    compiler: Any = make(*lists).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    if compiler.annotation_col_map:
        raise ValueError("what is annotated to records would be lost")
    info: dict[str, Any] = compiler.klass_info
    columns = info["select_fields"]
    model: type[Model] = info["model"]
    names = tuple(compiler.select[column][0].target.attname for column in columns)
    converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
    return _Prepared(
        sql=sql,
        params=tuple(params),
        slots=tuple(
            (place, *stands_for[one])
            for place, one in enumerate(params)
            if type(one) is int and one in stands_for
        ),
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
