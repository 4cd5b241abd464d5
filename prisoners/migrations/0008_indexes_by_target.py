"""Indexes of the relations of which one is set: of the rows that have it, not of all."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q
from django.db.models.deletion import CASCADE

# What a citation or translation can be about, and its name in words where that is another.
TARGETS = {
    "prisoner": "",
    "prisoner_name": "name",
    "external_id": "external id",
    "affiliation": "",
    "recognition": "",
    "detention": "",
    "placement": "",
    "charge": "",
    "sentence": "",
    "facility": "",
    "actor": "",
    "release": "",
    "release_destination": "destination of a release",
    "release_outcome": "outcome of a release",
    "deal": "",
    "deal_party": "party to a deal",
    "concession": "",
    "statement": "",
    "figure": "reported figure",
}
OF = {
    "citation": list(TARGETS),
    "translation": [
        "prisoner", "affiliation", "recognition", "detention", "charge", "sentence", "facility",
        "actor", "release", "deal", "concession", "statement",
    ],
}  # fmt: skip


def drop_indexes_of_all_rows(apps: Any, editor: Any) -> None:
    """Drop them by hand: on SQLite, altering a field copies its table, once for each."""
    for kind, names in OF.items():
        model = apps.get_model("prisoners", kind)
        columns = [[model._meta.get_field(name).column] for name in names]
        with editor.connection.cursor() as cursor:
            found = editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
        for name, of in found.items():
            if of["index"] and not of["unique"] and of["columns"] in columns:
                editor.execute(editor._delete_index_sql(model, name))  # noqa: SLF001


def create_indexes_of_all_rows(apps: Any, editor: Any) -> None:
    for kind, names in OF.items():
        model = apps.get_model("prisoners", kind)
        for name in names:
            fields = [model._meta.get_field(name)]
            editor.execute(editor._create_index_sql(model, fields=fields))  # noqa: SLF001


def without_index(kind: str, name: str) -> migrations.AlterField:
    field: Any = models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=CASCADE,
        related_name=f"{kind}s",
        to=f"prisoners.{name.replace('_', '')}",
        verbose_name=TARGETS[name] or name,
    )
    return migrations.AlterField(kind, name, field)


class Migration(migrations.Migration):
    dependencies = [("prisoners", "0007_roles_and_invitations")]

    operations = [
        migrations.RunPython(drop_indexes_of_all_rows, create_indexes_of_all_rows),
        migrations.SeparateDatabaseAndState(
            state_operations=[without_index(kind, name) for kind in OF for name in OF[kind]]
        ),
        *(
            migrations.AddIndex(
                kind,
                models.Index(
                    fields=[name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"{kind}_of_{name}"[:30],
                ),
            )
            for kind in OF
            for name in OF[kind]
        ),
    ]
