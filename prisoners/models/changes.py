"""The record's version, and which records each change touched.

The version is the number of the latest change. It goes up in the transaction that changes
anything, by triggers: whatever writes a row is seen, by whichever way it comes. All that is
derived from the record and kept (the columns behind the list, rendered pages) is kept under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from prisoners.models.base import Record

# Stands for every kind of record: more changed than was written down one by one.
EVERYTHING: Final = ""
# Any number will do that nothing else in the database takes a lock on.
LOCK: Final = 7_305_291_644


class Version(NamedTuple):
    """How far the record has come.

    ``stamp`` is random: a number that was rolled back, or lost with a restored copy, comes again
    with another one, and nothing kept under the former is taken for the latter.
    """

    number: int
    stamp: int


class Change(models.Model):
    """One row of the record that was written or deleted."""

    stamp = models.BigIntegerField(_("stamp"))
    kind = models.CharField(_("kind of record"), max_length=40)
    # Numbers and not relations: the change outlives what it was about.
    record = models.BigIntegerField(_("record"), null=True)
    prisoner = models.BigIntegerField(_("whose"), null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.pk}: {self.kind} {self.record}"


TABLE: Final = Change._meta.db_table
# Written out: it is asked at every request, and the ORM would take several times as long.
LATEST: Final = f"SELECT id, stamp FROM {TABLE} ORDER BY id DESC LIMIT 1"  # noqa: S608  # no input


def version(using: str = DEFAULT_DB_ALIAS) -> Version:
    """Return the record's version as this connection sees it now."""
    with connections[using].cursor() as cursor:
        cursor.execute(LATEST)
        row = cursor.fetchone()
    return Version(*row) if row else Version(0, 0)


def logged_models() -> list[type[models.Model]]:
    """Return the models whose rows make up what a visitor may see."""
    return [
        model
        for model in apps.get_app_config("prisoners").get_models()
        if issubclass(model, Record) or model.__name__ == "FormerAddress"
    ]


def _whose(model: Any, row: str) -> str:
    """Return the SQL of the number of the person that a row belongs to; NULL where to nobody."""
    columns: list[str] = []
    tables: list[str] = []
    while model.__name__ != "Prisoner":
        if getattr(model, "owner_field", None) is None:
            return "NULL"
        relation = model._meta.get_field(model.owner_field)
        model = relation.related_model
        columns.append(relation.column)
        tables.append(model._meta.db_table)
    sql = f"{row}.{columns[0] if columns else 'id'}"
    for table, column in zip(tables, columns[1:], strict=False):
        sql = f"(SELECT {column} FROM {table} WHERE id = {sql})"  # noqa: S608  # our own names
    return sql


def _statements(model: type[models.Model], random: str) -> dict[str, str]:
    """Return what is to be done after each kind of write to one row, as SQL."""
    kind = str(model._meta.model_name)

    def log(row: str, when: str = "") -> str:
        return (
            f"INSERT INTO {TABLE} (stamp, kind, record, prisoner) "  # our own names
            f"SELECT {random}, '{kind}', {row}.id, {_whose(model, row)}{when};"
        )

    new, old = _whose(model, "NEW"), _whose(model, "OLD")
    # A record that goes to another person is gone from the one it was of.
    moved = "" if new == "NULL" else log("OLD", f" WHERE {old} IS DISTINCT FROM {new}")
    return {
        "INSERT": log("NEW"),
        "UPDATE": f"{moved} {log('NEW')}".strip(),
        "DELETE": log("OLD"),
    }


def _sqlite_triggers() -> dict[str, str]:
    wanted = {}
    for model in logged_models():
        table = model._meta.db_table
        for event, statement in _statements(model, "random()").items():
            name = f"{table}_change_{event.lower()}"
            body = statement.replace("IS DISTINCT FROM", "IS NOT")
            wanted[name] = f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END"
    return wanted


def _make_on_sqlite(database: BaseDatabaseWrapper) -> bool:
    wanted = _sqlite_triggers()
    with database.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        there = {name: sql for name, sql in cursor.fetchall() if "_change_" in name}
        for name, sql in there.items():
            if sql != wanted.get(name):
                cursor.execute(f"DROP TRIGGER {name}")
        missing = [name for name, sql in wanted.items() if there.get(name) != sql]
        for name in missing:
            cursor.execute(wanted[name])
    return bool(missing)


def _make_on_postgresql(database: BaseDatabaseWrapper) -> bool:
    random = "(random() * 9e18)::bigint"
    with database.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        there = {name for (name,) in cursor.fetchall()}
        # Whoever writes first lets the others wait until it is done: else a lower number could
        # appear after a higher one was read, and be overlooked.
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {TABLE}_lock() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {TABLE}_everything() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {_log_everything(random)}; "
            "RETURN NULL; END $$"
        )
        wanted = set()
        for model in logged_models():
            table = model._meta.db_table
            wanted |= {f"{table}_change_{step}" for step in ("lock", "log", "truncate")}
            body = " ".join(
                f"IF TG_OP = '{event}' THEN {statement} END IF;"
                for event, statement in _statements(model, random).items()
            )
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {table}_change() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {body} RETURN NULL; END $$"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_change_lock "
                f"BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_lock()"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_change_log "
                f"AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
                "WHEN (current_setting('tracker.unlogged', true) IS DISTINCT FROM 'on') "
                f"EXECUTE FUNCTION {table}_change()"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_change_truncate AFTER TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_everything()"
            )
    return not wanted <= there


def _log_everything(random: str) -> str:
    return f"INSERT INTO {TABLE} (stamp, kind) VALUES ({random}, '{EVERYTHING}')"  # noqa: S608  # our own names


def log_everything(using: str = DEFAULT_DB_ALIAS) -> None:
    """Write down that more changed than can be listed: all that is derived is made anew."""
    random = "random()" if connections[using].vendor == "sqlite" else "(random() * 9e18)::bigint"
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_log_everything(random))


@receiver(post_migrate)
def make_triggers(*, app_config: AppConfig, using: str, **_signal: Any) -> None:
    """Make the triggers that are missing or differ, after each run of migrations.

    No migration makes them once and for all: SQLite drops a table's triggers with the table,
    which Django rebuilds for many a change of a field.
    """
    database = connections[using]
    if app_config.label != Change._meta.app_label:
        return
    if TABLE not in database.introspection.table_names():
        return
    make = _make_on_sqlite if database.vendor == "sqlite" else _make_on_postgresql
    with transaction.atomic(using=using):
        if make(database):
            log_everything(using)


@contextmanager
def written_as_a_whole(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Write very many rows in one transaction, and one change for all of them.

    A line for each row would take about as long as the rows themselves.
    """
    database = connections[using]
    with transaction.atomic(using=using):
        with database.cursor() as cursor:
            if database.vendor == "sqlite":
                for name in _sqlite_triggers():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                cursor.execute("SET LOCAL tracker.unlogged = 'on'")
        yield
        if database.vendor == "sqlite":
            _make_on_sqlite(database)
        else:
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL tracker.unlogged = 'off'")
        log_everything(using)


def learn_the_sizes(using: str = DEFAULT_DB_ALIAS) -> None:
    """Let the database look at its tables, so that it begins a question with the right one.

    SQLite never does so by itself, and takes every index for one that finds a few rows.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE")
