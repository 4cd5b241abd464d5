"""Many numbers or texts as one parameter of a question.

Each gives what ``__in`` takes: to put hundreds of values into a question takes Django longer than
the answer takes. There may be none of them, which tells PostgreSQL nothing of what they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(numbers: Iterable[int]) -> RawSQL:
    if connection.vendor == "postgresql":
        return RawSQL("SELECT UNNEST(%s::bigint[])", [list(numbers)])
    return _on_sqlite(numbers)


def among_texts(texts: Iterable[str]) -> RawSQL:
    if connection.vendor == "postgresql":
        return RawSQL("SELECT UNNEST(%s::text[])", [list(texts)])
    return _on_sqlite(texts)


def _on_sqlite(values: Iterable[int] | Iterable[str]) -> RawSQL:
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])
