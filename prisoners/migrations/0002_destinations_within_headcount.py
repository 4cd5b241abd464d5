"""A release's destinations hold no more people than were announced.

A rule across rows is no check constraint: it is a trigger, in each database's own words. SQLite
drops a table's triggers when Django rebuilds the table for a later migration; such a migration
has to make them again, and a test of the rule says so if it does not.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MESSAGE = "The destinations add up to more people than the release announced."
DESTINATION = "prisoners_releasedestination"
RELEASE = "prisoners_release"


def too_many(release: str) -> str:
    return f"""
        (SELECT COALESCE(SUM(headcount), 0) FROM {DESTINATION}
         WHERE release_id = {release} AND state <> 'withdrawn')
        > (SELECT headcount FROM {RELEASE} WHERE id = {release})"""


SQLITE = {
    "destination_insert": (f"INSERT ON {DESTINATION}", "NEW.release_id"),
    "destination_update": (
        f"UPDATE OF headcount, state, release_id ON {DESTINATION}",
        "NEW.release_id",
    ),
    "release_update": (f"UPDATE OF headcount ON {RELEASE}", "NEW.id"),
}
POSTGRESQL = {
    "destination": (
        f"INSERT OR UPDATE OF headcount, state, release_id ON {DESTINATION}",
        "NEW.release_id",
    ),
    "release": (f"UPDATE OF headcount ON {RELEASE}", "NEW.id"),
}


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name, (event, release) in SQLITE.items():
            schema_editor.execute(
                f"CREATE TRIGGER {name}_within_headcount AFTER {event} "
                f"WHEN {too_many(release)} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    for name, (event, release) in POSTGRESQL.items():
        schema_editor.execute(
            f"CREATE FUNCTION {name}_within_headcount() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {too_many(release)} THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NULL; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name}_within_headcount AFTER {event} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_within_headcount()",
            params=None,
        )


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}_within_headcount")
        return
    for name, (event, _release) in POSTGRESQL.items():
        table = event.split(" ON ")[1]
        schema_editor.execute(f"DROP TRIGGER {name}_within_headcount ON {table}")
        schema_editor.execute(f"DROP FUNCTION {name}_within_headcount()")


class Migration(migrations.Migration):
    dependencies = [("prisoners", "0001_the_record")]

    operations = [migrations.RunPython(make, drop)]
