"""What names are found by, so that a search reads a bounded part of it.

It is derived from the names: after this, and after undoing it, it is empty until
`manage.py rebuild_name_index`, which `manage.py prepare` does by itself.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def key_table(*fields: tuple[str, models.Field[object, object]]) -> migrations.CreateModel:
    return migrations.CreateModel(
        name="NameKey",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            *fields,
            (
                "name",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="keys",
                    to="prisoners.prisonername",
                    verbose_name="name",
                ),
            ),
        ],
        options={"verbose_name": "search key", "verbose_name_plural": "search keys"},
    )


class Migration(migrations.Migration):
    dependencies = [("prisoners", "0004_occupation_group")]

    operations = [
        migrations.DeleteModel(name="NameKey"),
        key_table(
            ("is_public", models.BooleanField(verbose_name="of a public spelling")),
            ("key", models.BinaryField(verbose_name="key")),
            ("detail", models.BinaryField(verbose_name="detail")),
        ),
        migrations.AddConstraint(
            model_name="namekey",
            constraint=models.UniqueConstraint(
                fields=("is_public", "key", "detail", "name"),
                name="namekey_once",
                violation_error_message="This key is already there.",
            ),
        ),
    ]
