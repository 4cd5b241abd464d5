"""What names are found by is in an index of its own on SQLite too, so that it can be made last.

No row changes. On SQLite the table is written once more, which takes about a minute for every
million people, and room for it twice; on PostgreSQL the index is made anew while the table waits.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prisoners", "0018_names_told")]

    operations = [
        migrations.RemoveConstraint(model_name="namekey", name="namekey_once"),
        migrations.AddConstraint(
            model_name="namekey",
            constraint=models.UniqueConstraint(
                models.F("is_public"),
                models.F("key"),
                models.F("detail"),
                models.F("name"),
                name="namekey_once",
                violation_error_message="This key is already there.",
            ),
        ),
    ]
