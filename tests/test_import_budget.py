"""A list brought in costs the database as many questions a batch, however full the batch is."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from prisoners.desk.importing import planning, running
from prisoners.models import Citation, Detention, Prisoner, PrisonerName, inserting
from tests.lists import viasna_row
from tests.test_importing import brought

pytestmark = pytest.mark.django_db

FEW: Final = 10
# Of a batch of new people: 4 for what is known of its rows, 3 for whom they may be (the names are
# so alike that their part of the index is known from the batch before), 1 to forget what was
# previewed, 2 for addresses, 2 around the names, 2 for what these are found by, 1 for the
# rows and the entries each, 2 for each of 8 kinds of record: itself and its history. SQLite is
# asked beforehand which number comes next.
NEW_BATCH: Final = {"sqlite": 42, "postgresql": 32}
# Of a batch that says what it said before.
SAME_BATCH: Final = {"sqlite": 17, "postgresql": 16}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "batches", partial(planning.batches, size=FEW))
    # On SQLite, more rows than this take a second statement for those that are over.
    monkeypatch.setattr(inserting, "TOGETHER", 100 * FEW)


def rows(first: int, number: int) -> list[dict[str, str]]:
    return [viasna_row(one) for one in range(first, first + number)]


def asked(some: list[dict[str, str]]) -> list[str]:
    """Return the questions that the database is asked to bring some rows."""
    with CaptureQueriesContext(connection) as context:
        brought(some)
    return [query["sql"] for query in context.captured_queries]


def test_twice_as_many_rows_in_a_batch_ask_no_question_more() -> None:
    brought(rows(1, 1))
    few, all_of_it = asked(rows(100, FEW // 2)), asked(rows(200, FEW))
    assert len(few) == len(all_of_it)


def test_twice_as_many_new_batches_ask_each_the_same_questions() -> None:
    brought(rows(1, 1))
    one, two, four = (len(asked(rows(100 * many, many * FEW))) for many in (1, 2, 4))
    assert two - one == NEW_BATCH[connection.vendor]
    assert four - two == 2 * NEW_BATCH[connection.vendor]


def test_twice_as_many_known_batches_ask_each_the_same_questions() -> None:
    known = rows(1, 4 * FEW)
    brought(known)
    one, two, four = (len(asked(known[: many * FEW])) for many in (1, 2, 4))
    assert two - one == SAME_BATCH[connection.vendor]
    assert four - two == 2 * SAME_BATCH[connection.vendor]


def test_each_kind_of_record_is_written_by_one_statement_a_batch() -> None:
    said = asked(rows(1, FEW))
    for model in (Prisoner, PrisonerName, Detention, Citation):
        for table in (model._meta.db_table, model.history.model._meta.db_table):
            assert sum(_writes(one, table) for one in said) == 1, table


def _writes(sql: str, table: str) -> bool:
    """Whether a statement writes to a table; SQLite repeats one for many rows: “10 times: …”."""
    statement = re.sub(r"^\d+ times: ", "", sql)
    return statement.startswith((f'INSERT INTO "{table}" ', f"INSERT INTO {table} "))


def test_sqlite_has_as_little_memory_after_an_import_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own memory")

    def cache() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size")
            return cursor.fetchone()[0]

    before, during = cache(), []
    brought(rows(1, 1), watch=lambda _plans: during.append(cache()))
    assert (during, cache()) == ([-running.CACHE], before)

    def refuse(_plans: Any) -> None:
        raise DatabaseError("refused for the test")

    with pytest.raises(running.NotImportedError):
        brought(rows(2, 1), watch=refuse)
    assert cache() == before
