"""The databases' own refusal of a date that says more than a rule lets visitors see.

A constraint (``holds_back_constraint``) refuses what is withheld, and a month of what is shown to
the year. That the days beside a date are the first and the last of its month or year takes
arithmetic of dates, which is put otherwise in each database: so it is a trigger.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from prisoners.models.disclosure import HOLDING_BACK
from prisoners.models.fields import IntervalField, first_name, last_name
from prisoners.models.holding_back import How

MESSAGE: Final = "Visitors see less of this date: no more of it stands here."
# What of a day is looked at, in the words of either database, and what it is at the beginning.
BEGINNINGS: Final = {
    How.MONTH: {"sqlite": "%d", "postgresql": "DD", "is": "01"},
    How.YEAR: {"sqlite": "%m-%d", "postgresql": "MM-DD", "is": "01-01"},
}


def _dates(model: type[Any]) -> list[str]:
    return [
        name for name in model.sensitive if isinstance(model._meta.get_field(name), IntervalField)
    ]


def _too_fine(model: type[Any], vendor: str) -> str:
    """Return the condition on a row that a date of it is finer than a rule says."""
    return " OR ".join(
        f"(NEW.held_back LIKE '%|{name}:{how.value}|%' AND ({_tells_a_day(name, how, vendor)}))"
        for name in _dates(model)
        for how in BEGINNINGS
    )


def _tells_a_day(name: str, how: How, vendor: str) -> str:
    of = BEGINNINGS[how]
    first, last = f"NEW.{first_name(name)}", f"NEW.{last_name(name)}"
    if vendor == "sqlite":
        begins = f"strftime('{of['sqlite']}', {first})"
        # The day after the last one begins the next month or year.
        ends = f"strftime('{of['sqlite']}', {last}, '+1 day')"
    else:
        begins = f"to_char({first}, '{of['postgresql']}')"
        ends = f"to_char({last} + 1, '{of['postgresql']}')"
    # In a text a day comes after two hyphens: 2021-07-14. An end that is open has no day.
    return f"NEW.{name} LIKE '%-__-%' OR {begins} <> '{of['is']}' OR {ends} <> '{of['is']}'"


def _make_on_sqlite(database: BaseDatabaseWrapper, there: set[str]) -> None:
    wanted = {}
    for model in HOLDING_BACK.values():
        table = model._meta.db_table
        for event in ("INSERT", "UPDATE") if table in there else ():
            name = f"{table}_no_finer_{event.lower()}"
            wanted[name] = (
                f"CREATE TRIGGER {name} AFTER {event} ON {table} "
                f"WHEN NEW.held_back <> '' AND ({_too_fine(model, 'sqlite')}) "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
    with database.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", None)
        known = {name: sql for name, sql in cursor.fetchall() if "_no_finer_" in name}
        for name, sql in wanted.items():
            if known.get(name) != sql:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}", None)
                cursor.execute(sql, None)


def _make_on_postgresql(database: BaseDatabaseWrapper, there: set[str]) -> None:
    with database.cursor() as cursor:
        for model in HOLDING_BACK.values():
            table = model._meta.db_table
            if table not in there:
                continue
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {table}_no_finer() RETURNS trigger LANGUAGE plpgsql "
                f"AS $$ BEGIN IF {_too_fine(model, 'postgresql')} THEN "
                f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; "
                "RETURN NULL; END $$",
                None,
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_no_finer AFTER INSERT OR UPDATE ON {table} "
                "FOR EACH ROW WHEN (NEW.held_back <> '') "
                f"EXECUTE FUNCTION {table}_no_finer()",
                None,
            )


@receiver(post_migrate)
def make_triggers(*, app_config: AppConfig, using: str, **_signal: Any) -> None:
    """Make them after each run of migrations: SQLite drops those of a table that is rebuilt."""
    database = connections[using]
    if app_config.label != "prisoners":
        return
    with database.cursor() as cursor:
        there = {
            table
            for table in database.introspection.table_names(cursor)
            if "held_back" in _columns(database, cursor, table)
        }
    make = _make_on_sqlite if database.vendor == "sqlite" else _make_on_postgresql
    with transaction.atomic(using=using):
        make(database, there)


def _columns(database: BaseDatabaseWrapper, cursor: Any, table: str) -> set[str]:
    if table not in {model._meta.db_table for model in HOLDING_BACK.values()}:
        return set()
    return {one.name for one in database.introspection.get_table_description(cursor, table)}
