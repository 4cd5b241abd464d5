"""Facts that rest on no source, and facts on which sources contradict each other.

Over the whole record; of one record ``prisoners.reading.gaps`` says the same, and a test holds
the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Case, CharField, F, Q, QuerySet, TextField, Value, When

from prisoners.models import TARGET_NAMES, TARGETS, Citation, Record, Source, State
from prisoners.reading.gaps import standing
from prisoners.reading.worklist.listed import KINDS, LIVING, MOST, Place, chain, in_states

# Kind and number of a record, the number of its root, whether both are published, facts as bits.
Row = tuple[int, int, int, int, int]


class Fact(NamedTuple):
    """One fact: its record, its field, and the record on whose page that stands.

    ``is_published``: the record is, and so is what it is a part of.
    """

    place: Place
    field: str
    root: Place
    is_published: bool


def uncited(user: int | None = None) -> list[Fact]:
    """Return the facts that are stated and rest on no source, at most one more than ``MOST``.

    Those that are published come first; then they are together by whose they are. With ``user``,
    only of what that account has worked on.
    """
    rows = _ask(None, user, MOST + 1)
    if len(rows) > MOST:
        # Any of them were found; the published ones have to be among those that are told.
        rows = _ask(True, user, MOST + 1)
        rows += _ask(False, user, MOST + 1 - len(rows)) if len(rows) <= MOST else []
    found = [fact for row in rows for fact in _facts(row)]
    found.sort(key=lambda one: (not one.is_published, one.root, one.place, one.field))
    return found[: MOST + 1]


def disputed() -> QuerySet[Any, tuple[int, int, str, bool]]:
    """Return each fact for which a source gives another value, once: kind, number and field.

    And whether its record is published: those come first. No field: the record as a whole.
    """
    parts = [
        standing(Citation.objects.filter(stance=Citation.Stance.CONTRADICTS))
        .filter(in_states(model, LIVING, f"{name}__"), **{f"{name}__isnull": False})
        .order_by()
        .annotate(
            of_kind=Value(kind),
            number=F(f"{name}_id"),
            is_published=Case(
                When(in_states(model, [State.PUBLISHED], f"{name}__"), then=Value(True)),
                default=Value(False),
            ),
        )
        .values_list("of_kind", "number", "field", "is_published")
        for kind, (name, model) in enumerate(TARGETS.items())
    ]
    first, *others = parts
    # Without ``all``: what two sources contradict is one fact.
    facts: QuerySet[Any, tuple[int, int, str, bool]] = first.union(*others)
    return facts.order_by("-is_published", "of_kind", "number", "field")


def against(facts: Iterable[tuple[Place, str]]) -> dict[tuple[Place, str], list[Citation]]:
    """Return the citations that contradict each of some facts, with their sources."""
    found: dict[tuple[Place, str], list[Citation]] = {fact: [] for fact in facts}
    asked = Q(pk__in=())
    for place, field in found:
        asked |= Q(**{TARGET_NAMES[place.model]: place.number}, field=field)
    said = standing(Citation.objects.filter(asked, stance=Citation.Stance.CONTRADICTS))
    for citation in said.select_related("source").order_by("pk"):
        name = str(citation.target_name)
        place = Place(KINDS.index(TARGETS[name]), getattr(citation, f"{name}_id"))
        found[place, citation.field].append(citation)
    return found


# The question as SQL: Django takes half a second to put it into words. A record of a hundred
# thousand people has a million parts; only those are looked at whose person's record, or release,
# rests on no source as a whole. The tables are our own, and nothing in it comes from outside.

SUPPORT: Final = (
    f"SELECT 1 FROM {Citation._meta.db_table} c "  # noqa: S608  # our own names
    f"JOIN {Source._meta.db_table} s ON s.id = c.source_id "
    f"WHERE c.stance = '{Citation.Stance.SUPPORTS.value}' "
    f"AND c.state <> '{State.WITHDRAWN.value}' AND s.state <> '{State.WITHDRAWN.value}' "
    "AND c.{target}_id = {record}.id AND c.field = '{field}'"
)
WRITTEN: Final = (
    f"SELECT l.object_id FROM {LogEntry._meta.db_table} l "  # noqa: S608  # our own names
    f"JOIN {ContentType._meta.db_table} t ON t.id = l.content_type_id "
    "WHERE l.user_id = %s AND t.app_label = '{app}' AND t.model = '{model}'"
)
IS_LIVING: Final = "{record}.state IN (" + ", ".join(f"'{one.value}'" for one in LIVING) + ")"
IS_PUBLISHED: Final = f"{{record}}.state = '{State.PUBLISHED.value}'"


def _ask(published: bool | None, user: int | None, most: int) -> list[Row]:
    """Return records that have such facts, ``published`` or not; None: both."""
    of_somebody = () if user is None else (user,) * len(_roots())
    with connection.cursor() as cursor:
        cursor.execute(_question(published, user is not None), (*of_somebody, most))
        found: list[Row] = cursor.fetchall()
    return found


def _roots() -> list[type[Record]]:
    return [model for model in TARGETS.values() if model.owner_field is None]


@cache
def _question(published: bool | None, of_somebody: bool) -> str:
    lacking = ", ".join(
        f"{_name(root)} AS MATERIALIZED ({_lacking(root, of_somebody)})" for root in _roots()
    )
    parts = " UNION ALL ".join(_records(model, published) for model in TARGETS.values())
    return (
        f"WITH {lacking} SELECT kind, number, root, is_published, bits FROM ({parts}) AS found "  # noqa: S608  # our own names
        "WHERE bits > 0 LIMIT %s"
    )


def _name(root: type[Record]) -> str:
    return f"lacking_{root._meta.model_name}"


def _without_support(model: type[Record], record: str, field: str = "") -> str:
    return f"NOT EXISTS ({SUPPORT.format(target=TARGET_NAMES[model], record=record, field=field)})"


def _lacking(root: type[Record], of_somebody: bool) -> str:
    """Return the records of a kind, a part of no other, that no source supports as a whole."""
    conditions = [IS_LIVING.format(record="o"), _without_support(root, "o")]
    if of_somebody:
        written = WRITTEN.format(app=root._meta.app_label, model=root._meta.model_name)
        conditions.append(f"CAST(o.id AS text) IN ({written})")
    return (
        f"SELECT o.id, o.state FROM {root._meta.db_table} o "  # noqa: S608  # our own names
        f"WHERE {' AND '.join(conditions)}"
    )


def _records(model: type[Record], published: bool | None) -> str:
    """Return the records of a kind that no source supports as a whole, and what they lack.

    ``o0`` is the record, ``o1`` what it is a part of, and so on. They are joined from the last one
    on, in this order: SQLite takes ``CROSS JOIN`` as written.
    """
    owners = [owner for _way, owner in chain(model)]
    last = max(len(owners) - 1, 1)
    tables, conditions = [f"{_name(owners[-1])} o{last}"], []
    for at in reversed(range(last)):
        tables.append(f"{owners[at]._meta.db_table} o{at}")
        column = f"o{at}.{owners[at].owner_field}_id" if len(owners) > 1 else f"o{at}.id"
        conditions += [f"{column} = o{at + 1}.id", IS_LIVING.format(record=f"o{at}")]
        if len(owners) > 1:
            conditions.append(_without_support(owners[at], f"o{at}"))
    is_published = " AND ".join(IS_PUBLISHED.format(record=f"o{at}") for at in range(last + 1))
    if published is not None:
        conditions.append(f"({is_published})" if published else f"NOT ({is_published})")
    bits = " + ".join(
        f"CASE WHEN {_stated(model, field)} AND {_without_support(model, 'o0', field)} "
        f"THEN {1 << place} ELSE 0 END"
        for place, field in enumerate(model.facts)
    )
    return (
        f"SELECT {KINDS.index(model)} AS kind, o0.id AS number, "  # noqa: S608  # our own names
        f"o{last}.id AS root, CASE WHEN {is_published} THEN 1 ELSE 0 END AS is_published, "
        f"{bits} AS bits FROM {' CROSS JOIN '.join(tables)} "
        f"WHERE {' AND '.join(conditions)}"
    )


def _stated(model: type[Record], field: str) -> str:
    """Return the condition that a field says anything; see ``prisoners.reading.gaps.stated``."""
    column: Any = model._meta.get_field(field)
    is_text = isinstance(column, CharField | TextField) and not column.null
    says = "<> ''" if is_text else "IS NOT NULL"
    return f"o0.{column.column} {says}"


def _facts(row: Row) -> Iterator[Fact]:
    kind, number, root, is_published, bits = row
    place = Place(kind, number)
    _way, root_model = chain(place.model)[-1]
    for at, field in enumerate(place.model.facts):
        if bits & 1 << at:
            yield Fact(place, field, Place(KINDS.index(root_model), root), bool(is_published))
