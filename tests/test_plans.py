"""How the database finds what a public page shows: never by reading a whole table of people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from prisoners.desk.synthetic import generate
from prisoners.models import Actor, Facility, Prisoner, Release, Source
from prisoners.models.changes import LATEST, learn_the_sizes
from prisoners.reading import timeline
from prisoners.reading.worklist.facts import disputed
from prisoners.reading.worklist.mentions import not_shown, withdrawn
from prisoners.reading.worklist.records import due_disclosures, in_review
from tests.factories import SourceFactory, cite
from tests.kept import kept

pytestmark = pytest.mark.django_db

PEOPLE: Final = 300
# SQLite is told that there are so many times as many: it reads small tables whole, and rightly so.
TIMES: Final = 10_000
FEW: Final = 10
# What there is as much of as there are people, or more. The others stay small.
LARGE: Final = {
    f"prisoners_{name}"
    for name in (
        "affiliation", "change", "charge", "citation", "detention", "externalid", "namekey",
        "placement", "prisoner", "prisonername", "recognition", "releaseoutcome", "sentence",
        "translation",
    )
}  # fmt: skip
LANGUAGES: Final = ("", "/be", "/ru", "/uk")

Query = tuple[str, tuple[Any, ...]]


@pytest.fixture(scope="module", autouse=True)
def _people(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, many_people_and_sources):
        yield


def many_people_and_sources() -> None:
    generate(PEOPLE, seed=1, workers=0)
    # What is invented rests on one source; what is real, on many.
    for person in Prisoner.objects.published().order_by("pk")[:60]:
        cite(person, "", SourceFactory.create(state="published"))
    learn_the_sizes()
    if connection.vendor == "sqlite":
        tell_of_more()


def tell_of_more() -> None:
    """Let SQLite believe that the tables that grow with the people are as large as they may be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid, tbl, stat FROM sqlite_stat1")
        for row, table, stat in cursor.fetchall():
            if table not in LARGE:
                continue
            # How many rows there are, then how many of them have the same value of an index.
            rows, *same = map(int, stat.split())
            more = [rows * TIMES, *(one if one < 10 else one * TIMES for one in same)]
            cursor.execute(
                "UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s",
                [" ".join(map(str, more)), row],
            )
        cursor.execute("ANALYZE sqlite_schema")


@pytest.fixture(autouse=True)
def _of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "TOLD_SINGLY", 0)


def paths() -> list[str]:
    shown = [
        model._default_manager.published().order_by("-pk")[0].get_absolute_url()
        for model in (Prisoner, Release, Source, Actor, Facility)
    ]
    person = Prisoner.objects.published().order_by("pk")[5]
    return [
        "/",
        "/prisoners/",
        "/prisoners/?page=4",
        "/prisoners/?status=held&gender=female&arrested=2021",
        "/prisoners/?on=2022-05-01&status=held&sort=held",
        "/prisoners/?sort=released&status=released",
        f"/prisoners/?q={person.name}",
        "/prisoners/?q=Xqzwkv",
        "/releases/",
        "/deals/",
        "/timeline/",
        "/timeline/?kind=arrest&year=2021",
        "/figures/",
        "/sources/",
        "/methodology/",
        "/prisoners/nobody-here/",
        *shown,
    ]


def asked_by(path: str) -> list[Query]:
    """Return what a page asks the database, beside what is asked once for many pages."""
    client = Client()
    client.get(path)
    caches["pages"].clear()
    asked: list[Query] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(path).status_code in (200, 404), path
    return [(sql, params) for sql, params in asked if sql.lstrip("( ").startswith("SELECT")]


def read_whole(sql: str, params: tuple[Any, ...]) -> set[str]:
    """Return the large tables that are read from end to end to answer a query."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            steps = [row[3] for row in cursor.fetchall()]
            return LARGE & {step.split()[1] for step in _resolved(steps, sql)}
        # Its small tables are read whole, and rightly so. Where all it may do is to look up what
        # a condition asks for, it reads whole what has no index for the condition.
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (found,) = cursor.fetchone()
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = on")
    plan = found if isinstance(found, list) else json.loads(found)
    return LARGE & {name for node in _nodes(plan[0]["Plan"]) for name in _read_whole_at(node)}


def _resolved(steps: list[str], sql: str) -> list[str]:
    """Return the steps that read a whole table or index, with the table in place of its alias."""
    aliases = {
        alias: table for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)" "?([A-Z]\d+)"?', sql)
    }
    scans = [step.split() for step in steps if step.startswith("SCAN ")]
    return [" ".join(["SCAN", aliases.get(words[1], words[1])]) for words in scans]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _read_whole_at(node: dict[str, Any]) -> list[str]:
    """Return the table that a step reads without looking anything up, if it does."""
    if node["Node Type"] == "Bitmap Heap Scan":
        # An index of some rows only is as good as a condition, where they are few.
        looked_up = all(
            "Index Cond" in one or one["Plan Rows"] <= FEW
            for one in _nodes(node)
            if _is_of_index(one)
        )
        return [] if looked_up else [node["Relation Name"]]
    is_scan = node["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan")
    return [node["Relation Name"]] if is_scan and "Index Cond" not in node else []


def _is_of_index(node: dict[str, Any]) -> bool:
    return str(node["Node Type"]) == "Bitmap Index Scan"


def test_a_query_without_an_index_is_known_for_reading_its_whole_table() -> None:
    sql = 'SELECT "id" FROM "prisoners_prisoner" WHERE "occupation" = %s'
    assert read_whole(sql, ("weaver",)) == {"prisoners_prisoner"}
    sql = 'SELECT U0."id" FROM "prisoners_prisoner" U0 WHERE U0."id" = %s'
    assert read_whole(sql, (1,)) == set()


def test_no_public_page_reads_a_whole_table_of_people() -> None:
    found: dict[str, list[str]] = {}
    for path in paths():
        for prefix in LANGUAGES:
            for sql, params in asked_by(prefix + path):
                # The last row of the log, from its end.
                if sql != LATEST and (tables := read_whole(sql, params)):
                    found.setdefault(f"{', '.join(sorted(tables))}: {sql[:900]}", []).append(path)
    assert not found, "\n".join(f"{query}  AT {set(where)}" for query, where in found.items())


def test_the_desk_finds_the_few_rows_that_need_doing_by_indexes_of_their_own() -> None:
    asked: list[Any] = [due_disclosures(date(2024, 6, 1)), not_shown(), withdrawn()]
    if connection.vendor == "sqlite":
        # PostgreSQL leaves out of its plan what the condition of an index says already.
        asked += [in_review(), disputed()]
    for rows in asked:
        sql, params = rows.query.sql_with_params()
        assert read_whole(sql, params) == set(), sql
