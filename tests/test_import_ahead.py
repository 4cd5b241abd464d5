"""What is read ahead of an import by other processes is what the one that writes would read."""

from __future__ import annotations

import io
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import transaction

from prisoners.desk.helper import begin
from prisoners.desk.importing import ahead, running
from prisoners.desk.importing.ahead import Foreseen, foreseen, helped
from prisoners.desk.importing.duplicates import Likeness
from prisoners.desk.importing.planning import Planner
from prisoners.desk.importing.profile import find
from prisoners.desk.importing.reading import Row, open_listing
from prisoners.desk.importing.understanding import Understood
from prisoners.models import Import, Prisoner
from tests.factories import DetentionFactory, ExternalIdFactory
from tests.lists import as_csv, viasna_row, written
from tests.test_import_killed import command, environment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _room_for_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tracker.settings")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})


@pytest.fixture
def planner() -> Iterator[Planner]:
    """A planner of a list beside somebody whom its first row may be, and one whom its second is."""
    DetentionFactory.create(prisoner__name__text="Tester Numarb", began="2020-08-09")
    ExternalIdFactory.create(scheme="viasna", value="2")
    planner = Planner(find("viasna"), list(viasna_row(1)))
    yield planner
    planner.close()


def batch() -> list[Row]:
    rows = [viasna_row(1), viasna_row(2), viasna_row(3, name="", birthday="31/02/1990")]
    return list(open_listing(io.BytesIO(as_csv(rows))).rows())


def until_helped(found: Iterator[Foreseen]) -> Foreseen:
    for one in found:
        if one.alike:
            return one
        time.sleep(0.1)
    raise AssertionError("no helper has answered")


def over_and_over(seconds: float = 120) -> Iterator[list[Row]]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield batch()


def test_a_helper_reads_and_finds_what_the_one_that_writes_would(planner: Planner) -> None:
    with helped(), foreseen(planner.foresight, over_and_over(), is_long=True) as found:
        helper = until_helped(found)
    here = planner.foresight.foresee(batch())
    assert helper == here
    assert [row.refusal for row in here.rows] == ["", "", "the row has no name"]
    # Who is known by the id of the list is not looked for, nor is a row that is refused.
    assert list(here.alike) == [2]
    assert [one.name for one in here.alike[2]] == ["Tester Numarb"]


def test_what_is_looked_up_ahead_is_not_looked_up_again(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    beforehand, afterwards = planner.foresight.foresee(batch()), planner.foresight.read(batch())
    late = planner.plan(afterwards)
    planner.close()
    again = Planner(find("viasna"), list(viasna_row(1)))
    asked: list[int] = []

    def look(rows: Sequence[Understood]) -> dict[int, list[Likeness]]:
        asked.extend(row.number for row in rows)
        return {}

    monkeypatch.setattr(again.foresight, "look", look)
    early = again.plan(beforehand)
    assert asked == []
    assert [(one.outcome, one.likenesses, one.reasons) for one in early] == [
        (one.outcome, one.likenesses, one.reasons) for one in late
    ]


def test_a_helper_that_is_killed_leaves_its_rows_to_the_one_that_writes(planner: Planner) -> None:
    others = children(os.getpid())  # such as a site that is served for other tests
    with helped(), foreseen(planner.foresight, over_and_over(), is_long=True) as found:
        until_helped(found)
        for child in set(children(os.getpid())).difference(others):
            os.kill(child, 9)
        for one in found:
            if not one.alike:
                break
        assert [row.name for row in one.rows] == [
            row.name for row in planner.foresight.read(batch()).rows
        ]


def test_a_helper_ends_with_the_one_that_is_killed(tmp_path: Path) -> None:
    path = written(tmp_path, [viasna_row(one) for one in range(3000)])
    with command(path) as killed:
        assert killed.stderr is not None
        killed.stderr.readline()
        helpers = children(killed.pid)
        killed.kill()
    end = time.monotonic() + 60
    while any(map(is_there, helpers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(is_there, helpers))
    assert Prisoner.objects.count() == 0


def test_a_helper_loads_no_desk() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=begin) as pool:
        assert pool.submit(desks).result() == 0
    assert desks() > 0


def test_nobody_helps_inside_a_transaction_or_with_a_short_list() -> None:
    with transaction.atomic(), helped():
        assert ahead._helpers.get() == 0
    with helped():
        assert ahead._helpers.get() == 1
    assert ahead._helpers.get() == 0


def test_a_long_list_is_imported_with_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MANY", 1)
    listing = open_listing(io.BytesIO(as_csv([viasna_row(one) for one in range(1, 1200)])))
    with helped():
        one, report = running.import_file(
            listing=listing, file_name="list.csv", layout=find("viasna")
        )
    assert (report.rows, report.counts["created"]) == (1199, 1199)
    assert list(one.rows.order_by("number").values_list("number", flat=True)) == list(
        range(2, 1201)
    )
    assert Import.objects.get().counts["created"] == 1199


def desks() -> int:
    """Return how many kinds of record have a desk in this process."""
    return len(admin.site._registry)


def children(process: int) -> list[int]:
    """Return the processes that a process has begun, but not the one that looks after memory."""
    begun = [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [
        child
        for child in begun
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
