"""Migrations: there and back on an empty database, in step with the models, and on their own."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

FOLDER = Path(settings.BASE_DIR) / "prisoners" / "migrations"
FILES = sorted(FOLDER.glob("[0-9]*.py"))
MODELS = list(apps.get_app_config("prisoners").get_models())
CODE = ("migrations.RunPython", "migrations.RunSQL")
# A field of our own must be named by the migration that makes its column, and what it needs to
# be read with is in these modules; nothing else of the app may change what a migration does.
OWN_FIELDS = ("Field", "FirstDay", "LastDay", "new_public_id")


@pytest.fixture
def empty(
    django_db_blocker: DjangoDbBlocker, django_db_setup: None
) -> Iterator[BaseDatabaseWrapper]:
    """A database without a single table, of the kind that the other tests run on."""
    del django_db_setup
    values: dict[str, Any] = {
        **connection.settings_dict,
        "TEST": dict(connection.settings_dict["TEST"]),
    }
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as folder:
        name = f"{connection.settings_dict['NAME']}_migrations"
        if connection.vendor == "sqlite":
            values["NAME"] = str(Path(folder) / "migrations.sqlite3")
        else:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
                cursor.execute(f'CREATE DATABASE "{name}"')
            values["NAME"] = name
        connections.settings["migrations"] = values
        try:
            yield connections["migrations"]
        finally:
            connections["migrations"].close()
            del connections["migrations"]
            del connections.settings["migrations"]
            if connection.vendor != "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute(f'DROP DATABASE "{name}"')


def migrate(database: BaseDatabaseWrapper, target: str | None) -> None:
    executor = MigrationExecutor(database)
    executor.migrate([("prisoners", target)])


def tables(database: BaseDatabaseWrapper) -> set[str]:
    return {name for name in database.introspection.table_names() if name.startswith("prisoners_")}


def triggers(database: BaseDatabaseWrapper) -> set[str]:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
            "UNION SELECT proname FROM pg_proc WHERE proname LIKE '%within_headcount'"
        ),
    }
    with database.cursor() as cursor:
        cursor.execute(catalogue[database.vendor])
        return {name for (name,) in cursor.fetchall()}


def test_every_migration_goes_forwards_and_back_and_forwards_again(
    empty: BaseDatabaseWrapper,
) -> None:
    latest = FILES[-1].stem
    for _twice in range(2):
        migrate(empty, latest)
        assert {model._meta.db_table for model in MODELS} <= tables(empty)
        assert triggers(empty)
        migrate(empty, None)
        assert tables(empty) == set()
        assert triggers(empty) == set()


def test_each_migration_can_be_undone_and_done_alone(empty: BaseDatabaseWrapper) -> None:
    for file in FILES:
        migrate(empty, file.stem)
    for file in reversed(FILES[:-1]):
        before = tables(empty)
        migrate(empty, file.stem)
        assert tables(empty) <= before
    migrate(empty, FILES[-1].stem)
    assert triggers(empty)


@pytest.mark.django_db
def test_the_models_ask_for_no_further_migration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", check=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_is_named_and_uses_nothing_of_the_app_but_its_fields(file: Path) -> None:
    assert "_auto_" not in file.stem
    tree = ast.parse(file.read_text("utf-8"))
    from_app = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("prisoners", "."))
        for alias in node.names
    ]
    assert from_app == []
    used = {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("prisoners.")
    }
    # prisoners.models.fields.IntervalField contains prisoners.models.fields, and so on.
    named = {one for one in used if not any(other.startswith(f"{one}.") for other in used)}
    assert all(one.startswith("prisoners.models.") for one in named)
    assert [one for one in named if not one.endswith(OWN_FIELDS)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_that_runs_code_can_be_reversed(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CODE:
            assert len(node.args) + len(node.keywords) >= 2


def test_what_is_there_already_gets_the_base_of_its_history_and_what_is_invented_none(
    empty: BaseDatabaseWrapper,
) -> None:
    def add(key: str) -> None:
        with empty.cursor() as cursor:
            cursor.execute(
                "INSERT INTO prisoners_source (key, slug, state, disclosure, disclosure_reason, "
                "disclosure_asked_by, note, created_at, updated_at, title, kind, publisher, "
                "author, language, address, archived, contact) VALUES (%s, %s, 'draft', 'public', "
                "'', '', '', '2021-07-01', '2021-07-14', 'Test Almanac', 'other', '', '', '', '', "
                "'', '')",
                [key, key],
            )

    def histories() -> list[tuple[Any, ...]]:
        with empty.cursor() as cursor:
            cursor.execute(
                "SELECT key, title, history_type, origin, CAST(history_date AS date), "
                "CAST(updated_at AS date) FROM prisoners_historicalsource"
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    before, after = "0008_indexes_by_target", "0009_history"
    migrate(empty, before)
    add("test-source")
    migrate(empty, after)
    ((key, title, kind, origin, since, saved),) = histories()
    assert (key, title, kind, origin) == ("test-source", "Test Almanac", "+", "before")
    assert since == saved
    migrate(empty, before)
    add("invented-data")
    migrate(empty, after)
    assert histories() == []
