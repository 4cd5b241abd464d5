"""What is measured inside a process of the site: `python -m tests.bench.inside WHAT …`.

A page is timed from the call of the WSGI application, with all its middleware, to the last byte of
its answer, in a process that has answered others before, as a worker has. No socket, no other
process and no other thread is in the figure. Whoever runs this sets the site's environment; the
answer is JSON on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

from tracker.wsgi import application  # isort: skip  # sets Django up, which the models need

from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from prisoners.models import Prisoner, PrisonerName
from prisoners.reading.people import names_loaded
from prisoners.reading.search import find
from tests.bench import record
from tests.bench.questions import RECALLED, Filters, Lists, Query, names

LIST: Final = "/prisoners/"
WARMING: Final = 10  # pages
# Seconds; what is not done by then is left, so that a slow site can be measured too.
LONGEST: Final = 300.0
# Who is listed is asked for in any page that was not kept ready.
PEOPLE: Final = f'FROM "{Prisoner._meta.db_table}"'
LISTED: Final = b'role="rowheader"'


class WrongAnswerError(Exception):
    pass


def page(query: str) -> float:
    """Ask for a list; return how many milliseconds the answer took, which has to be a fresh one."""
    environ: dict[str, Any] = {"PATH_INFO": LIST, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1"}
    setup_testing_defaults(environ)
    statuses, asked = [], []

    def start_response(status: str, _headers: object, _error: object = None) -> Callable[..., Any]:
        statuses.append(status)
        return lambda _data: None

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        began = time.perf_counter()
        answer = application(environ, start_response)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        took = 1000 * (time.perf_counter() - began)
    if statuses != ["200 OK"]:
        raise WrongAnswerError(f"{LIST}?{query} answered {statuses}.")
    if LISTED in body and not any(PEOPLE in sql for sql in asked):
        raise WrongAnswerError(f"{LIST}?{query} came from a cache.")
    return took


def timed(queries: Iterable[str]) -> list[float]:
    """Return what each page took, of as many as there is time for."""
    until = time.monotonic() + LONGEST
    took = []
    for query in queries:
        took.append(page(query))
        if time.monotonic() > until:
            break
    return took


def forget() -> None:
    for cache in caches.all(initialized_only=False):
        cache.clear()


def measure(seed: str, lists: int, of_each_kind: int) -> dict[str, Any]:
    """Time lists, searches by name, and finding alone; and see how often the right one is found."""
    forget()
    warming = addresses(f"{seed} warming", WARMING)
    asked = addresses(seed, lists)
    queries = names(seed, of_each_kind)
    first = page(warming[0])
    timed(warming[1:])
    listed = timed(one for one in asked if one not in warming)
    searched = timed(urlencode({"q": query.text}) for query in queries)
    found, right = recall(queries)
    return {
        "first": first,
        "lists": listed,
        "searches": searched,
        "finds": found,
        "recall": right,
    }


def recall(queries: list[Query]) -> tuple[list[float], dict[str, list[int]]]:
    """Return what each search took, and of each kind: all, right at the first place, in the ten."""
    until = time.monotonic() + LONGEST
    took = []
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for query in queries:
        began = time.perf_counter()
        people = find(query.text).prisoners[:10]
        took.append(1000 * (time.perf_counter() - began))
        theirs = PrisonerName.objects.published().filter(prisoner__in=people, text=query.spelling)
        bearers = set(theirs.values_list("prisoner", flat=True))
        right[query.kind][0] += 1
        right[query.kind][1] += people[:1] != [] and people[0] in bearers
        right[query.kind][2] += bool(bearers)
        if time.monotonic() > until:
            break
    return took, {kind: right[kind] for kind in RECALLED}


def addresses(seed: str, count: int) -> list[str]:
    """Return addresses of lists that no other seed is likely to ask for."""
    return Lists(seed, timezone.localdate()).addresses(count)


def plain(seed: str, count: int) -> list[Filters]:
    """Return combinations of three values."""
    return Lists(seed, timezone.localdate()).plain(count)


def export(file: Path) -> dict[str, bool]:
    """Write the public record as one row a person, as somebody would who has Datasette in mind.

    A column in which nobody has two values is a plain one with an index; the others hold JSON
    arrays, which Datasette filters and counts by. Return of each whether it holds arrays.
    """
    day = timezone.localdate()
    columns: dict[str, dict[int, list[str]]] = {}
    for facet in (*record.FACETS, "status"):
        kept: dict[int, list[str]] = defaultdict(list)
        pairs = record.statuses(day) if facet == "status" else record.values(facet, day)
        for person, value in sorted(set(pairs)):
            kept[person].append(value)
        columns[facet] = kept
    arrays = {
        facet: any(len(values) > 1 for values in kept.values()) for facet, kept in columns.items()
    }
    everybody = Prisoner.objects.published().order_by("pk").prefetch_related(names_loaded())
    cells = list(zip(columns.values(), arrays.values(), strict=True))
    with closing(sqlite3.connect(file)) as flat, flat:
        flat.execute(f"CREATE TABLE people (id INTEGER PRIMARY KEY, name, {', '.join(columns)})")
        flat.executemany(
            f"INSERT INTO people VALUES (?, ?{', ?' * len(columns)})",  # noqa: S608  # our own names
            (
                (
                    person.pk,
                    person.name,
                    *(_cell(kept[person.pk], array) for kept, array in cells),
                )
                for person in everybody.iterator(2000)
            ),
        )
        for column in ("name", *(facet for facet, array in arrays.items() if not array)):
            flat.execute(f"CREATE INDEX people_{column} ON people ({column})")
        flat.execute("ANALYZE")
    return arrays


def _cell(values: list[str], array: bool) -> str | None:
    if array:
        return json.dumps(values)
    return values[0] if values else None


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.inside", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    for name, numbers in {
        "measure": ("lists", "of_each_kind"),
        "addresses": ("count",),
        "plain": ("count",),
    }.items():
        command = what.add_parser(name)
        command.add_argument("seed")
        for number in numbers:
            command.add_argument(number, type=int)
    what.add_parser("export").add_argument("file", type=Path)
    asked = vars(parser.parse_args(arguments))
    answers: dict[str, Callable[..., Any]] = {
        "measure": measure,
        "addresses": addresses,
        "plain": plain,
        "export": export,
    }
    json.dump(answers[asked.pop("what")](**asked), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
