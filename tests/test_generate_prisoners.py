"""The command that invents people: never among real ones, and told how far it is."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from prisoners.desk import synthetic
from prisoners.desk.dossiers import DossierError
from prisoners.desk.name_index import differences
from prisoners.desk.synthetic import RealRecordsError, generate
from prisoners.management.commands import generate_prisoners
from prisoners.management.progress import Progress
from prisoners.models import NameKey, Prisoner, Source
from prisoners.reading.synthetic import is_synthetic
from tests.factories import FigureFactory, PrisonerFactory, ReleaseFactory, SourceFactory
from tests.kept import load_article


@pytest.mark.django_db
def test_a_second_run_adds_more_people() -> None:
    generate(3, seed=1, workers=0)
    generate(2, seed=1, workers=0)
    assert Prisoner.objects.count() == 5
    assert Source.objects.count() == 1


@pytest.mark.django_db
def test_a_record_made_by_hand_afterwards_gets_a_number_of_its_own() -> None:
    generate(3, seed=1, workers=0)
    assert PrisonerFactory.create().pk > 3


# All or nothing


def _indexes() -> set[str]:
    """Everything that an index is known by, of all tables."""
    sql = (
        "SELECT name || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if connection.vendor == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {one for (one,) in cursor.fetchall()}


@pytest.mark.django_db
def test_indexes_are_as_before_when_many_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _indexes()
    monkeypatch.setattr(synthetic, "MANY", 0)
    made: list[tuple[int, int]] = []
    generate(3, seed=1, workers=0, indexing=lambda done, of: made.append((done, of)))
    assert _indexes() == before
    if connection.vendor == "sqlite":
        assert made == [(done, len(made) - 1) for done in range(len(made))]
        assert len(made) > 10
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchone() == ("ok",)
    # Few among many find their places by themselves.
    made.clear()
    generate(2, seed=1, workers=0, indexing=lambda done, of: made.append((done, of)))
    assert made == []
    assert list(differences(lambda _done: None)) == []


def _pragmas() -> list[int]:
    with connection.cursor() as cursor:
        return [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "threads")
        ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("told", ["progress", "indexing"])
def test_what_is_cut_short_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    if told == "indexing" and connection.vendor != "sqlite":
        pytest.skip("indexes are made again on SQLite only")
    before = _indexes()
    pragmas = _pragmas() if connection.vendor == "sqlite" else []
    monkeypatch.setattr(synthetic, "MANY", 0)

    def stop(*_done: int) -> None:
        assert Prisoner.objects.exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(3, seed=1, workers=0, **{told: stop})
    assert not Prisoner.objects.exists()
    assert not is_synthetic()
    assert _indexes() == before
    if connection.vendor == "sqlite":
        assert _pragmas() == pragmas
    # The same people as if nothing had happened.
    generate(3, seed=1, workers=0)
    assert Prisoner.objects.count() == 3


# Never among real ones


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [PrisonerFactory, ReleaseFactory, SourceFactory, FigureFactory])
def test_a_database_with_a_real_record_is_refused(factory: Any) -> None:
    real = factory.create()
    with pytest.raises(RealRecordsError, match=re.escape(str(real))):
        generate(5, seed=1, workers=0)
    assert not is_synthetic()
    assert not NameKey.objects.exclude(name__prisoner__slug__startswith="test-").exists()


@pytest.mark.django_db
def test_the_command_says_what_to_do_about_real_records() -> None:
    load_article()
    before = Prisoner.objects.count()
    with pytest.raises(CommandError, match=r"set DATABASE_URL to another one\. Nothing was"):
        call_command("generate_prisoners", "10")
    assert Prisoner.objects.count() == before


@pytest.mark.django_db
def test_a_real_record_among_invented_ones_stops_the_next_run() -> None:
    generate(2, seed=1, workers=0)
    PrisonerFactory.create()
    with pytest.raises(RealRecordsError):
        generate(2, seed=1, workers=0)
    assert Prisoner.objects.count() == 3


@pytest.mark.django_db
def test_no_dossier_is_loaded_among_invented_people() -> None:
    generate(2, seed=1, workers=0)
    with pytest.raises(DossierError, match="invented"):
        load_article()
    assert Prisoner.objects.count() == 2


@pytest.mark.django_db
def test_only_a_database_of_invented_people_is_called_synthetic() -> None:
    assert not is_synthetic()
    SourceFactory.create()
    assert not is_synthetic()
    Source.objects.all().delete()
    generate(1, seed=1, workers=0)
    assert is_synthetic()


# The command


@pytest.mark.django_db
def test_the_command_adds_as_many_as_asked_and_says_how_fast(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("generate_prisoners", "12", seed=3)
    assert Prisoner.objects.count() == 12
    captured = capsys.readouterr()
    assert "12 invented people added" in captured.out
    assert "12 of 12 people" in captured.err
    assert "indexes" not in captured.err


def test_how_many_indexes_are_made_is_said_at_the_beginning_and_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for done in range(4):
        generate_prisoners.indexing(done, 3)
    assert capsys.readouterr().err == "0 of 3 indexes made\n3 of 3 indexes made\n"


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_count_that_is_none_is_refused(count: str) -> None:
    with pytest.raises(CommandError):
        call_command("generate_prisoners", "--", count)


def test_progress_is_a_line_every_tenth_where_nobody_watches() -> None:
    stream = io.StringIO()
    progress = Progress(1000, "people", stream)
    for done in range(20, 1001, 20):
        progress(done)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("100 of 1,000 people")
    assert lines[-1].startswith("1,000 of 1,000 people")


def test_progress_is_one_line_with_a_bar_on_a_screen() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Screen()
    progress = Progress(1000, "people", stream)
    progress(500)
    progress(1000)
    assert "\n" not in stream.getvalue()[:-1]
    assert "[###############...............]" in stream.getvalue()
    assert stream.getvalue().endswith("\n")
