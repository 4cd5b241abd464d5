"""The benchmark, run whole with a handful of people: each figure is measured and in its table."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.bench import inside, questions, serving
from tests.bench.data import POSTGRESQL, SQLITE, made_by, surroundings
from tests.bench.questions import Spelling
from tests.bench.serving import Server, ServerError, running
from tests.bench.table import ROWS, Figure, share, table

TINY = "--people=120 --small=120 --lists=3 --names=1 --rounds=1 --seconds=1 --beside=1"
# A row's figure, as it is written where it could be measured.
WRITTEN = {
    "list_p50": r"[\d,.]+ ms \(3 asked\)",
    "search_p50": r"[\d,.]+ ms \(\d asked\)",
    "find_p95": r"[\d,.]+ and [\d,.]+ ms",
    "recall_1": r"[01]\.\d{3} \(4 asked\)",
    "recall_10": r"[01]\.\d{3}",
    "recall_misspelt": r"[01]\.\d{3} and [01]\.\d{3}",
    "recall_letters transposed": r"[01]\.\d{3} and [01]\.\d{3}",
    "recall_reordered": r"[01]\.\d{3} and [01]\.\d{3}",
    "recall_another script": r"[01]\.\d{3} and [01]\.\d{3}",
    "cached": r"\d+\.\d\d \([\d,.]+ : [\d,.]+ a second\)",
    "conditional": r"\d+\.\d\d \([\d,.]+ : [\d,.]+ a second\)|never answered 304",
    "datasette": r"\d+\.\d\d \([\d,.]+ : [\d,.]+ a second\)",
    "memory": r"\d+ MB",
    "inventing": r"[\d,]+ s, [\d,]+ a second",
    "preparing": r"[\d,]+ s",
}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The cells of each line of the table of a tiny run, on the database that the suite is on."""
    folder = tmp_path_factory.mktemp("var")
    on_sqlite = settings.DATABASES["default"]["ENGINE"] == settings.SQLITE
    database = SQLITE if on_sqlite else POSTGRESQL
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *TINY.split(), f"--databases={database}"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "bench" / "table.md").read_text("utf-8") == done.stdout
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in done.stdout.splitlines()
        if line.startswith("|")
    ]


def test_each_figure_is_measured_and_stands_beside_its_target(lines: list[list[str]]) -> None:
    _head, _rule, *body = lines
    assert len(body) == len(ROWS)
    for row, (label, target, measured, met) in zip(ROWS, body, strict=True):
        assert label == row.label.format(people="120", small="120")
        assert target == row.target
        assert re.fullmatch(WRITTEN.get(row.name, r"[\d,.]+ ms"), measured), (label, measured)
        assert met in (("yes", "no") if target else ("",)), label


def test_a_target_is_met_on_both_databases_or_said_not_to_be() -> None:
    ratio = next(row for row in ROWS if row.name == "cached")
    rest = {row.name: Figure(None, "") for row in ROWS}

    def met(*numbers: float | None) -> str:
        figures = {str(one): {**rest, "cached": Figure(one, f"{one}")} for one in numbers}
        label = ratio.label
        line = next(one for one in table(figures, 1, 1).splitlines() if label in one)
        return line.strip("|").split("|")[-1].strip()

    assert met(0.6, 0.7) == "yes"
    assert met(0.59, 0.7) == "on one"
    assert met(0.59, None) == "no"


def test_so_many_in_a_hundred_take_no_longer() -> None:
    numbers = [float(number) for number in range(1, 201)]
    assert share(numbers, 50) == 100
    assert share(numbers, 95) == 190
    assert share([7.0], 95) == 7


def test_other_people_come_out_of_another_seed() -> None:
    assert made_by(1) == made_by(1) != made_by(2)


# What is asked


def spelling(text: str, script: str = "Latn", language: str = "en", own: str = "ru") -> Spelling:
    return Spelling(text, script, language, own)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (spelling("Чарнова Шура", "Cyrl", "be", "be"), "Tcharnova Choura"),
        (spelling("Чарнова Жора", "Cyrl", "be", "be"), "Tcharnova Jora"),
        (spelling("Чарнов Шура", "Cyrl", "ru", "ru"), "Czarnow Szura"),
        (spelling("Charnova Shura"), "Чарнова Шура"),
        (spelling("Jura Čarnoŭ", language="be"), "Юра Чарноу"),
        (spelling("Juan Quesella", own="es"), "Хуан Кеселья"),
        (spelling("Chen Zhuo", own="zh"), ""),
    ],
)
def test_a_name_is_written_in_another_script_by_a_table_of_the_benchmarks_own(
    name: Spelling, written: str
) -> None:
    assert questions.KINDS["another script"](name, random.Random(1)) == written  # noqa: S311  # no secret


@pytest.mark.parametrize("kind", ["misspelt", "letters transposed"])
def test_a_slip_changes_the_longest_word_and_not_its_first_letter(kind: str) -> None:
    name = spelling("Ana Balabran")
    slips = {questions.KINDS[kind](name, random.Random(seed)) for seed in range(30)}  # noqa: S311  # no secret
    slips.discard("")  # the letter that was drawn was the one that is there
    assert len(slips) > 3
    assert name.text not in slips
    assert all(slip.startswith("Ana B") for slip in slips)


def test_the_words_of_a_name_are_reordered() -> None:
    assert questions.KINDS["reordered"](spelling("Ana Balabran"), random.Random(1)) == (  # noqa: S311  # no secret
        "Balabran Ana"
    )


@pytest.mark.django_db
def test_a_list_that_comes_from_a_cache_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(_environ: object, start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b'<th scope="row" role="rowheader">'

    monkeypatch.setattr(inside, "application", kept)
    with pytest.raises(inside.WrongAnswerError, match=r"country=BY came from a cache"):
        inside.page("country=BY")


# Who asks


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    page = tmp_path / "page"
    page.write_bytes(b"the same bytes" * 1000)
    environment = surroundings(
        BENCH_PAGE=page,
        BENCH_CONTENT_TYPE="text/plain",
        DJANGO_SETTINGS_MODULE="tests.bench.bare",
        PORT=serving.free_port(),
        WEB_CONCURRENCY=1,
        WEB_THREADS=2,
    )
    command = serving.gunicorn("django.core.wsgi:get_wsgi_application()")
    with running("The bare view", command, environment, tmp_path / "log") as server:
        yield server


def test_without_wrk_plain_sockets_ask_and_take_no_other_answer(
    bare: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "WRK", None)
    assert bare.get("/").body == b"the same bytes" * 1000
    rate = serving.a_second(bare, "/", seconds=0.3, connections=2, headers={}, expected=200)
    assert rate > 0
    assert serving.asked_once(bare, ["/", "/other", "/third"], connections=2) > 0
    with pytest.raises(ServerError, match="did not answer 304"):
        serving.a_second(bare, "/", seconds=0.3, connections=2, headers={}, expected=304)


def test_what_a_worker_does_not_share_is_weighed(bare: Server) -> None:
    bare.get("/")
    (worker,) = bare.workers()
    assert 1 < serving.own_memory(worker) < 500


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no room here')"]
    environment = surroundings(PORT=serving.free_port())
    with (
        pytest.raises(ServerError, match="no room here"),
        running("Nothing", command, environment, tmp_path / "log"),
    ):
        pass
