"""How a database would answer a query: what it says when it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from prisoners.reading.prepared import ARRAYS

# In a query that PostgreSQL keeps with its plan; see prisoners.reading.prepared.
_PLANNED_ONCE = re.compile("|".join(re.escape(f"= ANY(%s::{kind})") for kind in ARRAYS.values()))


def explain(
    cursor: CursorWrapper, sql: str, params: Sequence[Any], options: str = ""
) -> list[tuple[Any, ...]]:
    """Return what the database says of a query; of one that is planned once, for any values."""
    if connection.vendor == "sqlite":
        return _fetched(cursor, f"EXPLAIN QUERY PLAN {sql}", params)
    if not _PLANNED_ONCE.search(sql):
        return _fetched(cursor, f"EXPLAIN {options} {sql}", params)
    place = count(1)
    cursor.execute("PREPARE asked AS " + re.sub("%s", lambda _one: f"${next(place)}", sql))
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    values = ", ".join(["%s"] * len(params))
    plan = _fetched(cursor, f"EXPLAIN {options} EXECUTE asked ({values})", params)
    cursor.execute("SET LOCAL plan_cache_mode = auto")
    cursor.execute("DEALLOCATE asked")
    return plan


def _fetched(cursor: CursorWrapper, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    cursor.execute(sql, params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
