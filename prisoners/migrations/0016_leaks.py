"""No part of a date is shown of what is no date."""

from django.db import migrations, models

DATES = ["began", "birth", "death", "ended", "last_confirmed", "passed", "since", "standing_on"]


class Migration(migrations.Migration):
    dependencies = [
        ("prisoners", "0015_holes"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("how", "withheld"), ("field__in", DATES), _connector="OR"),
                name="disclosurerule_part_of_a_date",
                violation_error_message="This is no date: visitors see it, or nothing of it.",
            ),
        ),
    ]
