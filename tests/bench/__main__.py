"""How fast the site is, beside a bare Django and Datasette, on both databases: `make bench`.

Builds its people, asks, and writes one table to standard output and to VAR_DIR/bench/table.md.
Figures are read, not asserted: the exit status is 1 only where something could not be measured.

At the large size: what a list with three filters and all facets takes inside the server, and a
search by name, none of them asked before (see inside.py); how often a search finds the right
person; a page that the site keeps ready, and a conditional request for it, beside a bare Django
view that returns the same bytes, both served by gunicorn with the site's configuration; and the
memory that a worker does not share. At the small size: requests a second of lists not asked before,
beside Datasette with the same rows, filters, facets and order, one process each. Datasette's limits
of time are raised, its search for further facets is off, its file is immutable and has indexes.
A ratio is the median of the ratios of all rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.bench import serving
from tests.bench.data import (
    POSTGRESQL,
    SQLITE,
    CommandFailedError,
    DataSet,
    filled,
    found,
    say,
    server,
    surroundings,
)
from tests.bench.serving import ROOT, Server, ServerError, asked_once, by_turns, running
from tests.bench.table import Figure, milliseconds, ratio, share, table
from tests.postgresql import CannotStartError, clean_up_when_stopped

LIST: Final = "/prisoners/"
# A whole page, whatever the seed.
KEPT_READY: Final = f"{LIST}?country=BY&gender=female"
WORKERS, THREADS, CONNECTIONS = 2, 4, 8
# Datasette is one process, and so is the site beside it.
CONNECTIONS_EACH: Final = 4
# The number in words above the list, the higher one where it is a range.
COUNTED: Final = re.compile(r'class="sentence-count">\s*(?:[\d,]+–)?([\d,]+) ', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Options:
    people: int
    small: int
    seed: int
    lists: int
    names: int
    rounds: int
    seconds: float
    beside: int
    databases: list[str]
    fresh: bool


def options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--people", type=int, default=1_000_000, help="the large size (1,000,000)")
    add("--small", type=int, default=100_000, help="the size beside Datasette (100,000)")
    add("--seed", type=int, default=1, help="the same number gives the same people and questions")
    add("--lists", type=int, default=300, help="how many lists are timed")
    add("--names", type=int, default=60, help="how many names of each kind are searched for")
    add("--rounds", type=int, default=5, help="how often each side has its turn")
    add("--seconds", type=float, default=3, help="how long a turn is, for one address")
    add("--beside", type=int, default=12, help="how many lists a turn beside Datasette has")
    add(
        "--databases",
        nargs="+",
        choices=[SQLITE, POSTGRESQL],
        default=[SQLITE, POSTGRESQL],
        help="those to measure",
    )
    add("--fresh", action="store_true", help="build the data anew")
    return Options(**vars(parser.parse_args(arguments)))


def measure(database: str, asked: Options, folder: Path) -> dict[str, Figure]:
    """Return all figures of one database."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(server(database))
        sites = {
            people: stack.enter_context(
                filled(
                    database, url, people=people, seed=asked.seed, folder=folder, fresh=asked.fresh
                )
            )
            for people in {asked.people, asked.small}
        }
        large, small = sites[asked.people], sites[asked.small]
        say(f"{database}: inside the server …")
        figures = inside(large, asked)
        say(f"{database}: beside a bare view …")
        figures |= beside_bare(large, asked)
        say(f"{database}: beside Datasette …")
        figures |= {"datasette": beside_datasette(small, asked)}
    inventing, preparing = large.took["generate_prisoners"], large.took["prepare"]
    a_second = f"{large.people / inventing:,.0f} a second"
    figures["inventing"] = Figure(inventing, f"{inventing:,.0f} s, {a_second}")
    figures["preparing"] = Figure(preparing, f"{preparing:,.0f} s")
    return figures


def inside(data: DataSet, asked: Options) -> dict[str, Figure]:
    measured = data.inside("measure", asked.seed, asked.lists, asked.names)
    lists, searches, finds = (measured[name] for name in ("lists", "searches", "finds"))
    figures = {
        "first": milliseconds(measured["first"]),
        "list_p50": milliseconds(share(lists, 50), len(lists)),
        "list_p95": milliseconds(share(lists, 95)),
        "list_max": milliseconds(max(lists)),
        "search_p50": milliseconds(share(searches, 50), len(searches)),
        "search_p95": milliseconds(share(searches, 95)),
        "find_p95": Figure(
            share(finds, 95), f"{share(finds, 50):,.1f} and {share(finds, 95):,.1f} ms"
        ),
    }
    return figures | recall(measured["recall"])


def recall(right: dict[str, list[int]]) -> dict[str, Figure]:
    """Return how many searches had the right one first, and among the first ten."""
    queries, first, ten = (sum(numbers) for numbers in zip(*right.values(), strict=True))
    figures = {
        "recall_1": Figure(first / queries, f"{first / queries:.3f} ({queries:,} asked)"),
        "recall_10": Figure(ten / queries, f"{ten / queries:.3f}"),
    }
    for kind, (of_kind, first_of_kind, ten_of_kind) in right.items():
        figures[f"recall_{kind}"] = Figure(
            ten_of_kind / of_kind,
            f"{first_of_kind / of_kind:.3f} and {ten_of_kind / of_kind:.3f}",
        )
    return figures


@contextlib.contextmanager
def site(data: DataSet, workers: int) -> Iterator[Server]:
    port = serving.free_port()
    environment = data.environment(PORT=port, WEB_CONCURRENCY=workers, WEB_THREADS=THREADS)
    log = data.folder / "site.log"
    with running("The site", serving.gunicorn("tracker.wsgi"), environment, log) as started:
        yield started


@contextlib.contextmanager
def bare(data: DataSet, body: bytes, content_type: str) -> Iterator[Server]:
    page = data.folder / "page"
    page.write_bytes(body)
    environment = surroundings(
        BENCH_PAGE=page,
        BENCH_CONTENT_TYPE=content_type,
        DJANGO_SETTINGS_MODULE="tests.bench.bare",
        PORT=serving.free_port(),
        WEB_CONCURRENCY=WORKERS,
        WEB_THREADS=THREADS,
    )
    command = serving.gunicorn("django.core.wsgi:get_wsgi_application()")
    with running("The bare view", command, environment, data.folder / "bare.log") as started:
        yield started


def beside_bare(data: DataSet, asked: Options) -> dict[str, Figure]:
    """Compare what is kept ready with a bare view; weigh the workers after many lists."""
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(site(data, WORKERS))
        page = ours.get(KEPT_READY)
        theirs = stack.enter_context(bare(data, page.body, page.headers["content-type"]))
        if theirs.get(KEPT_READY).body != ours.get(KEPT_READY).body:
            raise ServerError("The bare view does not return the bytes of the site's page.")
        figures = {"cached": against_bare(ours, theirs, asked, {}, 200)}
        unchanged = {"If-None-Match": page.headers.get("etag", "none")}
        if ours.get(KEPT_READY, unchanged).status == 304:
            figures["conditional"] = against_bare(ours, theirs, asked, unchanged, 304)
        else:
            figures["conditional"] = Figure(None, "never answered 304")
        queries = data.inside("addresses", f"{asked.seed} memory", asked.lists)
        asked_once(ours, [f"{LIST}?{query}" for query in queries], CONNECTIONS)
        own = max(serving.own_memory(worker) for worker in ours.workers())
    return {**figures, "memory": Figure(own, f"{own:,.0f} MB")}


def against_bare(
    ours: Server, theirs: Server, asked: Options, headers: dict[str, str], expected: int
) -> Figure:
    def turn(side: Server, answer: int, _turn: int) -> float:
        return serving.a_second(
            side,
            KEPT_READY,
            seconds=asked.seconds,
            connections=CONNECTIONS,
            headers=headers,
            expected=answer,
        )

    sides = {"ours": partial(turn, ours, expected), "theirs": partial(turn, theirs, 200)}
    return ratio(by_turns(sides, asked.rounds))


@contextlib.contextmanager
def datasette(data: DataSet, file: Path) -> Iterator[Server]:
    port = serving.free_port()
    settings = {
        "facet_time_limit_ms": 600_000,
        "sql_time_limit_ms": 600_000,
        "suggest_facets": "off",
    }
    command = [sys.executable, "-m", "datasette", "serve", f"--immutable={file}", f"--port={port}"]
    for name, value in settings.items():
        command += ["--setting", name, str(value)]
    log = data.folder / "datasette.log"
    with running("Datasette", command, surroundings(PORT=port), log) as started:
        yield started


def beside_datasette(data: DataSet, asked: Options) -> Figure:
    file = data.folder / "people.db"
    file.unlink(missing_ok=True)
    arrays: dict[str, bool] = data.inside("export", file)
    drawn = [
        [(name, value) for name, value in filters]
        for filters in data.inside(
            "plain", f"{asked.seed} beside", asked.beside * (asked.rounds + 1)
        )
    ]
    ours_of = [f"{LIST}?{urlencode(filters)}" for filters in drawn]
    theirs_of = [f"/people/people?{_in_datasette(filters, arrays)}" for filters in drawn]

    def turn(side: Server, paths: list[str], number: int) -> float:
        part = paths[number * asked.beside : (number + 1) * asked.beside]
        return asked_once(side, part, CONNECTIONS_EACH)

    with site(data, workers=1) as ours, datasette(data, file) as theirs:
        sides = {
            "ours": partial(turn, ours, ours_of),
            "theirs": partial(turn, theirs, theirs_of),
        }
        rounds = by_turns(sides, asked.rounds)
        for path, their_path in zip(ours_of, theirs_of, strict=True):
            _refuse_different(ours, path, theirs, their_path)
    return ratio(rounds)


def _in_datasette(filters: list[tuple[str, str]], arrays: dict[str, bool]) -> str:
    """Return the same question in an address of Datasette."""
    asked = [
        (f"{name}__arraycontains" if arrays[name] else f"{name}__exact", value)
        for name, value in filters
    ]
    asked += [("_facet_array" if array else "_facet", name) for name, array in arrays.items()]
    return urlencode([*asked, ("_facet_size", "max"), ("_size", "50"), ("_sort", "name")])


def _refuse_different(ours: Server, path: str, theirs: Server, their_path: str) -> None:
    """Raise ServerError where one question has two answers."""
    listed = COUNTED.search(ours.get(path).body.decode())
    address, _mark, query = their_path.partition("?")
    there: dict[str, Any] = theirs.get(f"{address}.json?{query}").json()
    count = there["filtered_table_rows_count"]
    if listed is None or int(listed[1].replace(",", "")) != count:
        raise ServerError(
            f"{path} lists {listed and listed[1]} people, and {their_path} {count}: "
            "not the same question."
        )


def circumstances(asked: Options, before: str) -> str:
    """Return what the figures hang on besides the site."""
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, {platform.machine()}; "
        f"Python {platform.python_version()}, Django {version('django')}, "
        f"gunicorn {version('gunicorn')}, Datasette {version('datasette')}, "
        f"SQLite {sqlite3.sqlite_version}; load {before} before, {load()} after."
    )
    settings = (
        f"Beside a bare view: {WORKERS} processes of {THREADS} threads, {CONNECTIONS} connections "
        f"that are kept, {asked.rounds} rounds of {asked.seconds:g} s, asked by "
        f"{serving.wrk_or_own()}. Beside Datasette: 1 process each, {CONNECTIONS_EACH} "
        f"connections, {asked.rounds} rounds of {asked.beside} lists. Seed {asked.seed}."
    )
    return f"{machine}\n\n{settings}"


def load() -> str:
    return ", ".join(f"{number:.2f}" for number in os.getloadavg())


def main(arguments: list[str]) -> int:
    clean_up_when_stopped()
    asked = options(arguments)
    folder = ROOT / os.environ.get("VAR_DIR", "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    before, status, figures, written = load(), 0, {}, ""
    for database in asked.databases:
        if not found(database):
            say(f"{database}: left out, as it was not found (apt-get install postgresql)")
            continue
        try:
            figures[database] = measure(database, asked, folder)
        except (CommandFailedError, ServerError, CannotStartError) as error:
            say(f"{database}: {error}")
            status = 1
            continue
        # Now, not in the end: the next one may take an hour, or be stopped.
        lines = table(figures, asked.people, asked.small)
        written = f"{lines}\n\n{circumstances(asked, before)}\n"
        (folder / "table.md").write_text(written, encoding="utf-8")
    sys.stdout.write(written)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
