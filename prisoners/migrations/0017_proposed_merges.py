"""A merge that visitors would notice waits for a second person."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prisoners", "0016_leaks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="revision",
            name="by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AlterField(
            model_name="revision",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decided_%(class)ss",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(blank=True, editable=False, verbose_name="why")),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="proposed"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "waits for review"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                            ("taken_back", "taken back"),
                        ],
                        default="open",
                        editable=False,
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="decided"
                    ),
                ),
                ("answer", models.TextField(blank=True, editable=False, verbose_name="answer")),
                (
                    "label",
                    models.CharField(editable=False, max_length=300, verbose_name="what it was"),
                ),
                (
                    "choices",
                    models.JSONField(default=dict, editable=False, verbose_name="what was chosen"),
                ),
                (
                    "said",
                    models.JSONField(
                        default=dict, editable=False, verbose_name="the comparison as it was made"
                    ),
                ),
                (
                    "seen",
                    models.CharField(
                        editable=False, max_length=64, verbose_name="what the two said"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merges_into_proposed",
                        to="prisoners.prisoner",
                        verbose_name="into",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merges_proposed",
                        to="prisoners.prisoner",
                        verbose_name="merged",
                    ),
                ),
                (
                    "operation",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merge_proposal",
                        to="prisoners.operation",
                        verbose_name="operation",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed merge",
                "verbose_name_plural": "proposed merges",
                "ordering": ("-at", "-pk"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["outcome", "at"], name="mergeproposal_by_outcome")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("outcome", "open")),
                            models.Q(
                                models.Q(("outcome", "open"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="mergeproposal_decided_on_a_day",
                        violation_error_message="A revision that is decided says when.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="mergeproposal_refused_for_a_reason",
                        violation_error_message="Say why it is refused: whoever proposed it reads this.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True),
                            ("decided_at__gte", models.F("at")),
                            _connector="OR",
                        ),
                        name="mergeproposal_decided_after_it_was_proposed",
                        violation_error_message="A revision is decided after it is proposed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("merged", models.F("kept")), _negated=True),
                        name="mergeproposal_of_two",
                        violation_error_message="A record is not merged into itself.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "accepted"), ("operation__isnull", True), _connector="OR"
                        ),
                        name="mergeproposal_done_if_accepted",
                        violation_error_message="Only a merge that is accepted is done.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "open")),
                        fields=("kept", "merged"),
                        name="mergeproposal_once",
                        violation_error_message="This merge is proposed already.",
                    ),
                ],
            },
        ),
    ]
