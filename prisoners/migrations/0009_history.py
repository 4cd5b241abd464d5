"""The history of every kind of record, with what each record is now as its first row.

Only invented people get none: theirs begins when somebody changes them.
"""

import django.core.validators
import django.db.models.deletion
import django_countries.fields
import simple_history.models
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import prisoners.models.base
import prisoners.models.detentions
import prisoners.models.fields
import prisoners.models.people

INVENTED = "invented-data"
PREFIX = "historical"


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write down what each record is, in one statement a table: there may be very many."""
    sources = apps.get_model("prisoners", "source").objects.using(schema_editor.connection.alias)
    if sources.filter(key=INVENTED).exists():
        return
    for history in apps.get_app_config("prisoners").get_models():
        name = str(history._meta.model_name)
        if not name.startswith(PREFIX):
            continue
        model = apps.get_model("prisoners", name.removeprefix(PREFIX))
        names = [field.column for field in model._meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name in names)
        # What it was before it was last saved is not known.
        since = "updated_at" if "updated_at" in names else "created_at"
        schema_editor.execute(
            f"INSERT INTO {history._meta.db_table} ({columns}, history_date, history_type, "
            f"history_change_reason, origin) SELECT {columns}, {since}, '+', '', 'before' "
            f"FROM {model._meta.db_table} ORDER BY id"
        )


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The tables go with their rows."""


class Migration(migrations.Migration):
    dependencies = [
        ("prisoners", "0008_indexes_by_target"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("import", "import"),
                            ("merge", "merging"),
                            ("bulk", "change of many records"),
                            ("revert", "putting back"),
                            ("undo", "undoing"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=300, verbose_name="what it was")),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operations_undone",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "operation",
                "verbose_name_plural": "operations",
                "ordering": ("-at", "-pk"),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="HistoricalTranslation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                ("field", models.CharField(max_length=40, verbose_name="what is translated")),
                ("language", models.CharField(max_length=12, verbose_name="language")),
                (
                    "text",
                    models.TextField(
                        help_text="As exact as the original: nothing added, nothing left out.",
                        verbose_name="translation",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="actor",
                    ),
                ),
                (
                    "affiliation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.affiliation",
                        verbose_name="affiliation",
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.charge",
                        verbose_name="charge",
                    ),
                ),
                (
                    "concession",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.concession",
                        verbose_name="concession",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="detention",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "recognition",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.recognition",
                        verbose_name="recognition",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="release",
                    ),
                ),
                (
                    "sentence",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.sentence",
                        verbose_name="sentence",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.statement",
                        verbose_name="statement",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical translation",
                "verbose_name_plural": "historical translations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_translation"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_translation",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_translation",
                    ),
                    models.Index(
                        condition=models.Q(("prisoner__isnull", False)),
                        fields=["prisoner"],
                        name="was_translation_of_prisoner",
                    ),
                    models.Index(
                        condition=models.Q(("affiliation__isnull", False)),
                        fields=["affiliation"],
                        name="was_translation_of_affiliation",
                    ),
                    models.Index(
                        condition=models.Q(("recognition__isnull", False)),
                        fields=["recognition"],
                        name="was_translation_of_recognition",
                    ),
                    models.Index(
                        condition=models.Q(("detention__isnull", False)),
                        fields=["detention"],
                        name="was_translation_of_detention",
                    ),
                    models.Index(
                        condition=models.Q(("charge__isnull", False)),
                        fields=["charge"],
                        name="was_translation_of_charge",
                    ),
                    models.Index(
                        condition=models.Q(("sentence__isnull", False)),
                        fields=["sentence"],
                        name="was_translation_of_sentence",
                    ),
                    models.Index(
                        condition=models.Q(("facility__isnull", False)),
                        fields=["facility"],
                        name="was_translation_of_facility",
                    ),
                    models.Index(
                        condition=models.Q(("actor__isnull", False)),
                        fields=["actor"],
                        name="was_translation_of_actor",
                    ),
                    models.Index(
                        condition=models.Q(("release__isnull", False)),
                        fields=["release"],
                        name="was_translation_of_release",
                    ),
                    models.Index(
                        condition=models.Q(("deal__isnull", False)),
                        fields=["deal"],
                        name="was_translation_of_deal",
                    ),
                    models.Index(
                        condition=models.Q(("concession__isnull", False)),
                        fields=["concession"],
                        name="was_translation_of_concession",
                    ),
                    models.Index(
                        condition=models.Q(("statement__isnull", False)),
                        fields=["statement"],
                        name="was_translation_of_statement",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalStatement",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "said",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="said on",
                    ),
                ),
                ("said_first", prisoners.models.fields.FirstDay(source="said")),
                ("said_last", prisoners.models.fields.LastDay(source="said")),
                (
                    "text",
                    models.TextField(help_text="In our own words.", verbose_name="what was said"),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(
                        blank=True, max_length=2, verbose_name="about the country"
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="about the deal",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="or said by the prisoner",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="about the release",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="said by",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical statement",
                "verbose_name_plural": "historical statements",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_statement"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_statement",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_statement",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSource",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("news", "news report"),
                            ("statement", "official statement"),
                            ("ngo", "report of a rights group"),
                            ("court", "court document"),
                            ("database", "database"),
                            ("interview", "interview"),
                            ("other", "other"),
                        ],
                        default="news",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "publisher",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="publisher",
                    ),
                ),
                (
                    "author",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="author",
                    ),
                ),
                (
                    "published",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="published on",
                    ),
                ),
                ("published_first", prisoners.models.fields.FirstDay(source="published")),
                ("published_last", prisoners.models.fields.LastDay(source="published")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="As a code: en, be, ru, uk.",
                        max_length=12,
                        verbose_name="language",
                    ),
                ),
                (
                    "address",
                    models.URLField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=1000,
                        verbose_name="address",
                    ),
                ),
                (
                    "archived",
                    models.URLField(
                        blank=True,
                        help_text="Empty: none is known.",
                        max_length=1000,
                        verbose_name="archived copy",
                    ),
                ),
                (
                    "contact",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public, and at the desk not to everybody.",
                        verbose_name="how to reach the source",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical source",
                "verbose_name_plural": "historical sources",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_source"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_source",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_source",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSentence",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "court",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="court",
                    ),
                ),
                (
                    "passed",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="sentenced on",
                    ),
                ),
                ("passed_first", prisoners.models.fields.FirstDay(source="passed")),
                ("passed_last", prisoners.models.fields.LastDay(source="passed")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("imprisonment", "imprisonment"),
                            ("life", "life imprisonment"),
                            ("death", "death"),
                            ("restriction", "restriction of freedom"),
                            ("treatment", "compulsory treatment"),
                            ("fine", "fine"),
                            ("other", "other"),
                        ],
                        default="imprisonment",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "years",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(200)],
                        verbose_name="years",
                    ),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(2400)],
                        verbose_name="months",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="The term is years, months and days together. All empty: not stated.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(32000)],
                        verbose_name="days",
                    ),
                ),
                (
                    "regime",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("general", "general regime"),
                            ("reinforced", "reinforced regime"),
                            ("strict", "strict regime"),
                            ("special", "special regime"),
                            ("prison", "prison regime"),
                        ],
                        help_text="Empty: not stated.",
                        max_length=16,
                        verbose_name="regime",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="detention",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical sentence",
                "verbose_name_plural": "historical sentences",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_sentence"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_sentence",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_sentence",
                    ),
                    models.Index(fields=["detention"], name="history_sentence_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReleaseOutcome",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "destination",
                    django_countries.fields.CountryField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=2,
                        verbose_name="to which country",
                    ),
                ),
                (
                    "refused_to_leave",
                    models.BooleanField(
                        blank=True,
                        help_text="Unknown: not stated.",
                        null=True,
                        verbose_name="refused to leave the country",
                    ),
                ),
                (
                    "returned_to_custody",
                    models.BooleanField(
                        blank=True,
                        help_text="Enter the new detention too. Unknown: not stated.",
                        null=True,
                        verbose_name="returned to custody",
                    ),
                ),
                (
                    "already_free",
                    models.BooleanField(
                        blank=True,
                        help_text="Counted among the released, but free before. Unknown: not stated.",
                        null=True,
                        verbose_name="was already free",
                    ),
                ),
                (
                    "conviction_in_force",
                    models.BooleanField(
                        blank=True,
                        help_text="Unknown: not stated.",
                        null=True,
                        verbose_name="conviction still in force",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="whose detention",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="release",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical outcome of a release",
                "verbose_name_plural": "historical outcomes of releases",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_releaseoutcome"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_releaseoutcome",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_releaseoutcome",
                    ),
                    models.Index(fields=["detention"], name="history_releaseoutcome_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReleaseDestination",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(
                        max_length=2, verbose_name="to which country"
                    ),
                ),
                (
                    "headcount",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(2147483647)],
                        verbose_name="how many",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="release",
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Who gave the number, where it was not the source itself.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="stated by",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical destination of a release",
                "verbose_name_plural": "historical destinations of releases",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_releasedestination"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_releasedestination",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_releasedestination",
                    ),
                    models.Index(fields=["release"], name="history_releasedestination_own"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRelease",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "country",
                    django_countries.fields.CountryField(
                        help_text="Whose authorities freed them.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "happened",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="date",
                    ),
                ),
                ("happened_first", prisoners.models.fields.FirstDay(source="happened")),
                ("happened_last", prisoners.models.fields.LastDay(source="happened")),
                (
                    "date_basis",
                    models.TextField(
                        blank=True,
                        help_text="Where the date is inferred, from what. Shown to the public.",
                        verbose_name="how the date is known",
                    ),
                ),
                (
                    "headcount",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: no number was announced.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(2147483647)],
                        verbose_name="how many were announced",
                    ),
                ),
                (
                    "context",
                    models.TextField(
                        blank=True, help_text="In our own words.", verbose_name="context"
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "announced_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: not stated.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="announced by",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="part of the deal",
                    ),
                ),
                (
                    "freed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Who let them go. Empty: not stated.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="freed by",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical release",
                "verbose_name_plural": "historical releases",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_release"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_release",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_release",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRecognition",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "since",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="since",
                    ),
                ),
                ("since_first", prisoners.models.fields.FirstDay(source="since")),
                ("since_last", prisoners.models.fields.LastDay(source="since")),
                (
                    "definition",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=300,
                        verbose_name="under which definition",
                    ),
                ),
                (
                    "statement",
                    models.TextField(
                        blank=True,
                        help_text="What it said, in our own words.",
                        verbose_name="statement",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical recognition",
                "verbose_name_plural": "historical recognitions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_recognition"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_recognition",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_recognition",
                    ),
                    models.Index(fields=["prisoner"], name="history_recognition_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPrisonerName",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                ("text", models.CharField(max_length=200, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        help_text="The language it is written in, as a code: en, be, ru, uk.",
                        max_length=12,
                        verbose_name="language",
                    ),
                ),
                (
                    "script",
                    models.CharField(
                        choices=[
                            ("Latn", "Latin"),
                            ("Cyrl", "Cyrillic"),
                            ("Arab", "Arabic"),
                            ("Hani", "Chinese"),
                            ("Hang", "Korean"),
                            ("Jpan", "Japanese"),
                            ("Geor", "Georgian"),
                            ("Armn", "Armenian"),
                            ("Hebr", "Hebrew"),
                            ("Grek", "Greek"),
                            ("Deva", "Devanagari"),
                            ("Zyyy", "another"),
                        ],
                        default="Latn",
                        max_length=4,
                        verbose_name="script",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("own", "own spelling"),
                            ("transliteration", "transliteration"),
                            ("alias", "alias"),
                            ("birth", "birth name"),
                        ],
                        default="transliteration",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "is_display",
                    models.BooleanField(
                        default=False,
                        help_text="The one spelling that readers of this language see first.",
                        verbose_name="shown in this language",
                    ),
                ),
                (
                    "filed_as",
                    models.CharField(
                        blank=True,
                        help_text="For sorting, family name first: Kupala, Janka. Empty: the last word first.",
                        max_length=200,
                        verbose_name="filed as",
                    ),
                ),
                (
                    "sort_key",
                    prisoners.models.people.SortKeyField(
                        default="", editable=False, max_length=600
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical name",
                "verbose_name_plural": "historical names",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_prisonername"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_prisonername",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_prisonername",
                    ),
                    models.Index(fields=["prisoner"], name="history_prisonername_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPrisoner",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=prisoners.models.base.new_public_id,
                        editable=False,
                        help_text="Stays the same whatever else changes.",
                        max_length=8,
                        verbose_name="public id",
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("female", "woman"), ("male", "man"), ("other", "another gender")],
                        help_text="Empty: not stated.",
                        max_length=8,
                        verbose_name="gender",
                    ),
                ),
                (
                    "birth",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="born",
                    ),
                ),
                ("birth_first", prisoners.models.fields.FirstDay(source="birth")),
                ("birth_last", prisoners.models.fields.LastDay(source="birth")),
                (
                    "death",
                    prisoners.models.fields.IntervalField(
                        help_text="Also enter the end of the detention if it was in custody.",
                        max_length=64,
                        verbose_name="died",
                    ),
                ),
                ("death_first", prisoners.models.fields.FirstDay(source="death")),
                ("death_last", prisoners.models.fields.LastDay(source="death")),
                (
                    "citizenships",
                    django_countries.fields.CountryField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=746,
                        multiple=True,
                        verbose_name="citizenships",
                    ),
                ),
                (
                    "occupation",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="occupation",
                    ),
                ),
                (
                    "occupation_group",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("activism", "activism and civil society"),
                            ("media", "journalism and media"),
                            ("law", "law"),
                            ("politics", "politics and public office"),
                            ("education", "science and teaching"),
                            ("study", "school and university studies"),
                            ("medicine", "medicine and care"),
                            ("art", "art and culture"),
                            ("religion", "religion"),
                            ("business", "business and trade"),
                            ("technology", "information technology"),
                            ("work", "industry, crafts and farming"),
                            ("forces", "army, police and public service"),
                            ("other", "other"),
                        ],
                        db_default="",
                        help_text="By what the list is narrowed; chosen from the occupation that a source gives.",
                        max_length=16,
                        verbose_name="occupation group",
                    ),
                ),
                (
                    "biography",
                    models.TextField(
                        blank=True,
                        help_text="In our own words, each fact with its source. Shown to the public.",
                        verbose_name="short biography",
                    ),
                ),
                (
                    "portrait",
                    models.TextField(
                        blank=True,
                        help_text="Only with the right to show it. What the file says of place and time is removed.",
                        max_length=100,
                        verbose_name="portrait",
                    ),
                ),
                (
                    "portrait_rights",
                    models.CharField(
                        blank=True,
                        help_text="Who made it, and under which licence or permission it is shown.",
                        max_length=300,
                        verbose_name="rights of the portrait",
                    ),
                ),
                (
                    "risk",
                    models.TextField(
                        blank=True,
                        help_text="What could happen to whom if it is published. Never shown to the public, and at the desk not to everybody.",
                        verbose_name="risk",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical prisoner",
                "verbose_name_plural": "historical prisoners",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_prisoner"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_prisoner",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_prisoner",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPlacement",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "began",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="from",
                    ),
                ),
                ("began_first", prisoners.models.fields.FirstDay(source="began")),
                ("began_last", prisoners.models.fields.LastDay(source="began")),
                (
                    "ended",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="to",
                    ),
                ),
                ("ended_first", prisoners.models.fields.FirstDay(source="ended")),
                ("ended_last", prisoners.models.fields.LastDay(source="ended")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="detention",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical placement",
                "verbose_name_plural": "historical placements",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_placement"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_placement",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_placement",
                    ),
                    models.Index(fields=["detention"], name="history_placement_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFormerAddress",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                ("slug", models.SlugField(db_index=False, max_length=120, verbose_name="address")),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="since"),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.facility",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.source",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical former address",
                "verbose_name_plural": "historical former addresses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_formeraddress"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_formeraddress",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_formeraddress",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFigure",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "counts",
                    models.CharField(
                        choices=[
                            ("held", "political prisoners held"),
                            ("released", "political prisoners released"),
                            ("recognised", "people recognised as political prisoners"),
                            ("died", "political prisoners who died in custody"),
                            ("expelled", "people expelled after release"),
                        ],
                        max_length=16,
                        verbose_name="what it counts",
                    ),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                (
                    "value",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(2147483647)],
                        verbose_name="number",
                    ),
                ),
                (
                    "bound",
                    models.CharField(
                        choices=[
                            ("exactly", "exactly"),
                            ("about", "about"),
                            ("at_least", "at least"),
                            ("more_than", "more than"),
                            ("at_most", "at most"),
                            ("fewer_than", "fewer than"),
                        ],
                        default="exactly",
                        max_length=16,
                        verbose_name="bound",
                    ),
                ),
                (
                    "is_estimate",
                    models.BooleanField(
                        default=False,
                        help_text="The source calls it an estimate.",
                        verbose_name="an estimate",
                    ),
                ),
                (
                    "as_of",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="as of",
                    ),
                ),
                ("as_of_first", prisoners.models.fields.FirstDay(source="as_of")),
                ("as_of_last", prisoners.models.fields.LastDay(source="as_of")),
                (
                    "relation",
                    models.CharField(
                        blank=True,
                        choices=[("before", "before the release"), ("after", "after the release")],
                        max_length=8,
                        verbose_name="before or after it",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="release",
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: the source itself.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="stated by",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical reported figure",
                "verbose_name_plural": "historical reported figures",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_figure"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_figure",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_figure",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFacility",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("prison", "prison"),
                            ("colony", "penal colony"),
                            ("detention_centre", "detention centre"),
                            ("police", "police cells"),
                            ("hospital", "hospital"),
                            ("other", "other"),
                        ],
                        default="other",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                (
                    "address",
                    models.TextField(
                        blank=True,
                        help_text="Empty: not stated.",
                        verbose_name="address for letters",
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="In degrees, north positive (WGS 84). Empty: not known.",
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="latitude",
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        help_text="In degrees, east positive (WGS 84). Empty: not known.",
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="longitude",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical facility",
                "verbose_name_plural": "historical facilities",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_facility"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_facility",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_facility",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalExternalId",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "scheme",
                    models.SlugField(
                        db_index=False,
                        help_text="Which list: wikidata, viasna, cecc.",
                        max_length=40,
                        verbose_name="list",
                    ),
                ),
                ("value", models.CharField(max_length=200, verbose_name="id there")),
                ("address", models.URLField(blank=True, max_length=500, verbose_name="page there")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical external id",
                "verbose_name_plural": "historical external ids",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_externalid"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_externalid",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_externalid",
                    ),
                    models.Index(fields=["prisoner"], name="history_externalid_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDetention",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(
                        help_text="Whose authorities hold or held the person.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "began",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="began",
                    ),
                ),
                ("began_first", prisoners.models.fields.FirstDay(source="began")),
                ("began_last", prisoners.models.fields.LastDay(source="began")),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="where the arrest was",
                    ),
                ),
                (
                    "arresting_authority",
                    models.CharField(
                        blank=True,
                        help_text="Empty: not stated.",
                        max_length=200,
                        verbose_name="arresting authority",
                    ),
                ),
                (
                    "end_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("released", "released, how is not stated"),
                            ("pardon", "pardon"),
                            ("exchange", "exchange"),
                            ("amnesty", "amnesty"),
                            ("term_served", "term served"),
                            ("acquittal", "acquittal"),
                            ("dropped", "charges dropped"),
                            ("parole", "release on conditions"),
                            ("deported", "deportation"),
                            ("escaped", "escape"),
                            ("died", "death in custody"),
                        ],
                        help_text="Empty: it is not known to have ended.",
                        max_length=16,
                        verbose_name="how it ended",
                    ),
                ),
                (
                    "ended",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="ended",
                    ),
                ),
                ("ended_first", prisoners.models.fields.FirstDay(source="ended")),
                ("ended_last", prisoners.models.fields.LastDay(source="ended")),
                (
                    "end_known_on",
                    prisoners.models.detentions.EndKnownField(
                        editable=False, null=True, verbose_name="end entered on"
                    ),
                ),
                (
                    "last_confirmed",
                    prisoners.models.fields.IntervalField(
                        help_text="The latest day on which a source says that the person was held. Without it nobody is shown as still detained: their status is unknown.",
                        max_length=64,
                        verbose_name="last confirmed as held on",
                    ),
                ),
                ("last_confirmed_first", prisoners.models.fields.FirstDay(source="last_confirmed")),
                ("last_confirmed_last", prisoners.models.fields.LastDay(source="last_confirmed")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical detention",
                "verbose_name_plural": "historical detentions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_detention"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_detention",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_detention",
                    ),
                    models.Index(fields=["prisoner"], name="history_detention_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDealParty",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("releasing", "releasing prisoners"),
                            ("granting", "granting something for it"),
                            ("brokering", "brokering"),
                            ("hosting", "hosting"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="part",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="who",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: for themselves, or not stated.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="on behalf of",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical party to a deal",
                "verbose_name_plural": "historical parties to deals",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_dealparty"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_dealparty",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_dealparty",
                    ),
                    models.Index(fields=["deal"], name="history_dealparty_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDeal",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "country",
                    django_countries.fields.CountryField(
                        help_text="Whose prisoners it is about.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "agreed",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="agreed on",
                    ),
                ),
                ("agreed_first", prisoners.models.fields.FirstDay(source="agreed")),
                ("agreed_last", prisoners.models.fields.LastDay(source="agreed")),
                (
                    "summary",
                    models.TextField(
                        blank=True, help_text="In our own words.", verbose_name="summary"
                    ),
                ),
                (
                    "aim",
                    models.TextField(
                        blank=True,
                        help_text="In our own words, as sources say it.",
                        verbose_name="what is sought by it",
                    ),
                ),
                (
                    "background",
                    models.TextField(
                        blank=True, help_text="In our own words.", verbose_name="background"
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical deal",
                "verbose_name_plural": "historical deals",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_deal"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_deal",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_deal",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConcession",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "what",
                    models.CharField(
                        help_text="Sanctions lifted on a bank, prisoners …",
                        max_length=300,
                        verbose_name="what is given",
                    ),
                ),
                (
                    "context",
                    models.TextField(
                        blank=True,
                        help_text="Why it matters, in our own words.",
                        verbose_name="what it means",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("agreed", "agreed"),
                            ("in_force", "in force"),
                            ("suspended", "suspended"),
                            ("revoked", "revoked"),
                        ],
                        max_length=16,
                        verbose_name="stage",
                    ),
                ),
                (
                    "stage_on",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="at this stage since",
                    ),
                ),
                ("stage_on_first", prisoners.models.fields.FirstDay(source="stage_on")),
                ("stage_on_last", prisoners.models.fields.LastDay(source="stage_on")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="given by",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="given to",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical concession",
                "verbose_name_plural": "historical concessions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_concession"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_concession",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_concession",
                    ),
                    models.Index(fields=["deal"], name="history_concession_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCitation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        help_text="Which field it is about. Empty: the record as a whole.",
                        max_length=40,
                        verbose_name="fact",
                    ),
                ),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        help_text="Paragraph, page or minute: ¶4, p. 12, 03:15. Empty: not stated.",
                        max_length=120,
                        verbose_name="where in the source",
                    ),
                ),
                (
                    "stance",
                    models.CharField(
                        choices=[("supports", "supports"), ("contradicts", "contradicts")],
                        default="supports",
                        max_length=16,
                        verbose_name="stance",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        help_text="The value that the source gives, where it differs from ours.",
                        max_length=300,
                        verbose_name="what it says",
                    ),
                ),
                (
                    "read_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: not recorded.",
                        null=True,
                        verbose_name="read on",
                    ),
                ),
                (
                    "archived",
                    models.URLField(
                        blank=True,
                        help_text="Where it is another one than the source's.",
                        max_length=1000,
                        verbose_name="archived copy",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="actor",
                    ),
                ),
                (
                    "affiliation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.affiliation",
                        verbose_name="affiliation",
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.charge",
                        verbose_name="charge",
                    ),
                ),
                (
                    "concession",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.concession",
                        verbose_name="concession",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "deal_party",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.dealparty",
                        verbose_name="party to a deal",
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="detention",
                    ),
                ),
                (
                    "external_id",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.externalid",
                        verbose_name="external id",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "figure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.figure",
                        verbose_name="reported figure",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "placement",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.placement",
                        verbose_name="placement",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "prisoner_name",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisonername",
                        verbose_name="name",
                    ),
                ),
                (
                    "recognition",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.recognition",
                        verbose_name="recognition",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.release",
                        verbose_name="release",
                    ),
                ),
                (
                    "release_destination",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.releasedestination",
                        verbose_name="destination of a release",
                    ),
                ),
                (
                    "release_outcome",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.releaseoutcome",
                        verbose_name="outcome of a release",
                    ),
                ),
                (
                    "sentence",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.sentence",
                        verbose_name="sentence",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.statement",
                        verbose_name="statement",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical citation",
                "verbose_name_plural": "historical citations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_citation"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_citation",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_citation",
                    ),
                    models.Index(
                        condition=models.Q(("prisoner__isnull", False)),
                        fields=["prisoner"],
                        name="was_citation_of_prisoner",
                    ),
                    models.Index(
                        condition=models.Q(("prisoner_name__isnull", False)),
                        fields=["prisoner_name"],
                        name="was_citation_of_prisoner_name",
                    ),
                    models.Index(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=["external_id"],
                        name="was_citation_of_external_id",
                    ),
                    models.Index(
                        condition=models.Q(("affiliation__isnull", False)),
                        fields=["affiliation"],
                        name="was_citation_of_affiliation",
                    ),
                    models.Index(
                        condition=models.Q(("recognition__isnull", False)),
                        fields=["recognition"],
                        name="was_citation_of_recognition",
                    ),
                    models.Index(
                        condition=models.Q(("detention__isnull", False)),
                        fields=["detention"],
                        name="was_citation_of_detention",
                    ),
                    models.Index(
                        condition=models.Q(("placement__isnull", False)),
                        fields=["placement"],
                        name="was_citation_of_placement",
                    ),
                    models.Index(
                        condition=models.Q(("charge__isnull", False)),
                        fields=["charge"],
                        name="was_citation_of_charge",
                    ),
                    models.Index(
                        condition=models.Q(("sentence__isnull", False)),
                        fields=["sentence"],
                        name="was_citation_of_sentence",
                    ),
                    models.Index(
                        condition=models.Q(("facility__isnull", False)),
                        fields=["facility"],
                        name="was_citation_of_facility",
                    ),
                    models.Index(
                        condition=models.Q(("actor__isnull", False)),
                        fields=["actor"],
                        name="was_citation_of_actor",
                    ),
                    models.Index(
                        condition=models.Q(("release__isnull", False)),
                        fields=["release"],
                        name="was_citation_of_release",
                    ),
                    models.Index(
                        condition=models.Q(("release_destination__isnull", False)),
                        fields=["release_destination"],
                        name="was_citation_of_release_destin",
                    ),
                    models.Index(
                        condition=models.Q(("release_outcome__isnull", False)),
                        fields=["release_outcome"],
                        name="was_citation_of_release_outcom",
                    ),
                    models.Index(
                        condition=models.Q(("deal__isnull", False)),
                        fields=["deal"],
                        name="was_citation_of_deal",
                    ),
                    models.Index(
                        condition=models.Q(("deal_party__isnull", False)),
                        fields=["deal_party"],
                        name="was_citation_of_deal_party",
                    ),
                    models.Index(
                        condition=models.Q(("concession__isnull", False)),
                        fields=["concession"],
                        name="was_citation_of_concession",
                    ),
                    models.Index(
                        condition=models.Q(("statement__isnull", False)),
                        fields=["statement"],
                        name="was_citation_of_statement",
                    ),
                    models.Index(
                        condition=models.Q(("figure__isnull", False)),
                        fields=["figure"],
                        name="was_citation_of_figure",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCharge",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Which law: Criminal Code of Belarus.",
                        max_length=120,
                        verbose_name="code",
                    ),
                ),
                ("article", models.CharField(max_length=40, verbose_name="article")),
                ("part", models.CharField(blank=True, max_length=40, verbose_name="part")),
                (
                    "wording",
                    models.CharField(
                        blank=True,
                        help_text="In our own words.",
                        max_length=300,
                        verbose_name="what it punishes",
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("charged", "charged"),
                            ("dropped", "dropped"),
                            ("convicted", "convicted"),
                            ("acquitted", "acquitted"),
                            ("quashed", "quashed"),
                        ],
                        default="charged",
                        max_length=16,
                        verbose_name="where it stands",
                    ),
                ),
                (
                    "standing_on",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="since",
                    ),
                ),
                ("standing_on_first", prisoners.models.fields.FirstDay(source="standing_on")),
                ("standing_on_last", prisoners.models.fields.LastDay(source="standing_on")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "detention",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.detention",
                        verbose_name="detention",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical charge",
                "verbose_name_plural": "historical charges",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_charge"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_charge",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_charge",
                    ),
                    models.Index(fields=["detention"], name="history_charge_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAffiliation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("membership", "membership or work"),
                            ("founder", "founder"),
                            ("award", "award"),
                            ("other", "other"),
                        ],
                        default="membership",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        help_text="In a few words: founder, co-recipient, editor.",
                        max_length=200,
                        verbose_name="role",
                    ),
                ),
                (
                    "began",
                    prisoners.models.fields.IntervalField(
                        help_text="For an award, when it was given.",
                        max_length=64,
                        verbose_name="from",
                    ),
                ),
                ("began_first", prisoners.models.fields.FirstDay(source="began")),
                ("began_last", prisoners.models.fields.LastDay(source="began")),
                (
                    "ended",
                    prisoners.models.fields.IntervalField(
                        help_text="As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known.",
                        max_length=64,
                        verbose_name="until",
                    ),
                ),
                ("ended_first", prisoners.models.fields.FirstDay(source="ended")),
                ("ended_last", prisoners.models.fields.LastDay(source="ended")),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.actor",
                        verbose_name="with",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "prisoner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="prisoners.prisoner",
                        verbose_name="prisoner",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical affiliation",
                "verbose_name_plural": "historical affiliations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_affiliation"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_affiliation",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_affiliation",
                    ),
                    models.Index(fields=["prisoner"], name="history_affiliation_owner"),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalActor",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("origin", models.CharField(max_length=16, verbose_name="from where")),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        db_index=False,
                        help_text="How a dossier names this record; it never changes. Empty: made by hand.",
                        max_length=120,
                        null=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("public", "public"), ("withheld", "withheld")],
                        default="public",
                        help_text="Withheld: kept from the public for somebody's safety, however published.",
                        max_length=16,
                        verbose_name="disclosure",
                    ),
                ),
                (
                    "disclosure_reason",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="why it is withheld",
                    ),
                ),
                (
                    "disclosure_asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "disclosure_review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Never shown to the public.",
                        verbose_name="note to colleagues",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="entered"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="last changed"),
                ),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="The last part of the page's address. A former one goes on leading here.",
                        max_length=120,
                        verbose_name="address",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("state", "state"),
                            ("organisation", "organisation"),
                            ("person", "person"),
                            ("group", "group that sources do not name one by one"),
                            ("award", "prize or award"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(
                        blank=True,
                        help_text="The state itself, or where the actor belongs.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        help_text="In a few words, as the sources put it: President of Belarus.",
                        max_length=200,
                        verbose_name="role",
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="Shown to the public; each fact with its source.",
                        verbose_name="description",
                    ),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_change_reason",
                    models.TextField(blank=True, default="", verbose_name="why"),
                ),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prisoners.operation",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical actor",
                "verbose_name_plural": "historical actors",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["id", "history_id"], name="history_actor"),
                    models.Index(
                        condition=models.Q(("operation__isnull", False)),
                        fields=["operation", "id"],
                        name="done_actor",
                    ),
                    models.Index(
                        condition=models.Q(("history_type", "-")),
                        fields=["history_date"],
                        name="gone_actor",
                    ),
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunPython(begin, forget),
    ]
