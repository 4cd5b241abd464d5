"""The databases' own refusal to change or delete what history has written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from prisoners.models.recording import recorded_models
from prisoners.models.workflow import Step

MESSAGE: Final = "History is never changed or deleted."
FUNCTION: Final = "prisoners_history_stays"


def history_tables() -> list[str]:
    """Return what is only ever added to: each history, and the steps from state to state."""
    histories = [model.history.model._meta.db_table for model in recorded_models()]
    return [*histories, Step._meta.db_table]


def _wanted(tables: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the event and the table of each trigger."""
    for table in tables:
        for event in ("UPDATE", "DELETE"):
            yield f"{table}_stays_{event.lower()}", event, table


def make_triggers(using: str) -> None:
    """Make the triggers that are missing."""
    database = connections[using]
    there = set(database.introspection.table_names())
    tables = [table for table in history_tables() if table in there]
    if not tables:
        return
    with transaction.atomic(using=using), database.cursor() as cursor:
        if database.vendor == "sqlite":
            for name, event, table in _wanted(tables):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
            return
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END $$"
        )
        for name, event, table in _wanted(tables):
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
            )


def drop_triggers(database: BaseDatabaseWrapper) -> None:
    """Let a database be emptied as a whole. Nothing of the desk calls it."""
    with database.cursor() as cursor:
        for name, _event, table in _wanted(history_tables()):
            of = "" if database.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of}")


@receiver(post_migrate)
def keep_triggers(*, app_config: AppConfig, using: str, **_signal: Any) -> None:
    """Make them after each run of migrations: SQLite drops those of a table that is rebuilt."""
    if app_config.label == "prisoners":
        make_triggers(using)
