"""Whose names are not shown is found at once, and texts that tell one are kept till looked at."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prisoners", "0017_proposed_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="kind of record")),
                ("record", models.BigIntegerField(verbose_name="record")),
                ("field", models.CharField(max_length=40, verbose_name="field")),
                ("digest", models.CharField(max_length=64, verbose_name="checksum of the text")),
                (
                    "reason",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="why it is another person"
                    ),
                ),
                ("at", models.DateTimeField(editable=False, null=True, verbose_name="when")),
                (
                    "reopened_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="reopened"),
                ),
            ],
            options={
                "verbose_name": "text with a name that is not shown",
                "verbose_name_plural": "texts with a name that is not shown",
                "ordering": ("-at", "-pk"),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MentionSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.BigIntegerField(verbose_name="version")),
                ("stamp", models.BigIntegerField(verbose_name="stamp")),
                ("day", models.DateField(verbose_name="day")),
                ("people", models.JSONField(default=dict, verbose_name="whose names")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="prisoner",
            index=models.Index(
                condition=models.Q(
                    ("identity", "initials"), ("identity", "anonymous"), _connector="OR"
                ),
                fields=["identity"],
                name="prisoner_nameless",
            ),
        ),
        migrations.AddIndex(
            model_name="prisoner",
            index=models.Index(
                condition=models.Q(("disclosure", "withheld")),
                fields=["disclosure"],
                name="prisoner_withheld",
            ),
        ),
        migrations.AddIndex(
            model_name="prisoner",
            index=models.Index(
                condition=models.Q(("state", "withdrawn")),
                fields=["state"],
                name="prisoner_withdrawn",
            ),
        ),
        migrations.AddIndex(
            model_name="prisoner",
            index=models.Index(
                condition=models.Q(("shown_until__isnull", False)),
                fields=["shown_until"],
                name="prisoner_until",
            ),
        ),
        migrations.AddIndex(
            model_name="prisonername",
            index=models.Index(
                condition=models.Q(("disclosure", "withheld")),
                fields=["disclosure"],
                name="prisonername_withheld",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="mentions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="prisoners.prisoner",
                verbose_name="whose name it may be",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="reopened_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="mentions_reopened",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reopened by",
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("at__isnull", True)), fields=["id"], name="mention_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reopened_at__isnull", True)),
                fields=("kind", "record", "field", "person", "digest"),
                name="mention_once",
                violation_error_message="This text is already listed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at__isnull", True), ("reason", ""), ("reopened_at__isnull", True)),
                    models.Q(("at__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="mention_answered_with_a_reason",
                violation_error_message="Say why: the next researcher must know.",
            ),
        ),
    ]
