"""Facts held back, consents, and people who are not shown by name."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MESSAGE = "This person is not shown by name: what would tell it has to be withheld."
# What belongs to a person and tells who they are.
TELLING = {
    "prisoners_prisonername": "NEW.disclosure = 'public' AND NEW.kind <> 'initials'",
    "prisoners_externalid": "NEW.disclosure = 'public'",
    "prisoners_affiliation": "NEW.disclosure = 'public'",
    "prisoners_statement": "NEW.disclosure = 'public' AND NEW.prisoner_id IS NOT NULL",
}
NAMELESS = (
    "EXISTS (SELECT 1 FROM prisoners_prisoner WHERE id = NEW.prisoner_id AND identity <> 'full')"
)
ON_PERSON = "NEW.identity <> 'full' AND ({})".format(
    " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} AS told WHERE told.prisoner_id = NEW.id AND "  # our own names
        f"{condition.replace('NEW.', 'told.')})"
        for table, condition in TELLING.items()
    )
)


def rules() -> dict[str, tuple[str, str]]:
    """Return the condition that each table refuses, with what is done to it by then."""
    return {
        **{
            table: ("INSERT OR UPDATE", f"{told} AND {NAMELESS}") for table, told in TELLING.items()
        },
        "prisoners_prisoner": ("UPDATE", ON_PERSON),
    }


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse to let out who somebody is. A rule across rows is a trigger; see 0002."""
    for table, (events, condition) in rules().items():
        if schema_editor.connection.vendor == "sqlite":
            for event in events.split(" OR "):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_nameless_{event.lower()} AFTER {event} ON {table} "
                    f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION {table}_nameless() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NULL; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_nameless AFTER {events} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_nameless()",
            params=None,
        )


def let_go(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers of the log of changes on SQLite, which are made again after migrating.

    They name tables that are made anew here, and SQLite renames no table while one is missing that
    a trigger names.
    """
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = [name for (name,) in cursor.fetchall() if "_change_" in name]
    for name in names:
        schema_editor.execute(f"DROP TRIGGER {name}")


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    let_go(apps, schema_editor)
    for table, (events, _condition) in rules().items():
        if schema_editor.connection.vendor == "sqlite":
            for event in events.split(" OR "):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_nameless_{event.lower()}")
            continue
        schema_editor.execute(f"DROP TRIGGER {table}_nameless ON {table}")
        schema_editor.execute(f"DROP FUNCTION {table}_nameless()")


class Migration(migrations.Migration):
    dependencies = [
        ("prisoners", "0013_worklist"),
    ]

    operations = [
        migrations.RunPython(let_go, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given_by", models.CharField(max_length=200, verbose_name="who gave it")),
                (
                    "given_as",
                    models.CharField(
                        choices=[
                            ("self", "the person"),
                            ("relative", "a relative"),
                            ("lawyer", "a lawyer"),
                            ("organisation", "an organisation"),
                        ],
                        max_length=12,
                        verbose_name="as what",
                    ),
                ),
                ("given_on", models.DateField(verbose_name="given on")),
                (
                    "for_name",
                    models.BooleanField(
                        default=False,
                        help_text="Without it nothing of the person can be shown.",
                        verbose_name="for the name",
                    ),
                ),
                (
                    "for_portrait",
                    models.BooleanField(default=False, verbose_name="for the portrait"),
                ),
                (
                    "for_biography",
                    models.BooleanField(default=False, verbose_name="for the biography"),
                ),
                (
                    "for_contact",
                    models.BooleanField(
                        default=False,
                        help_text="Recorded for the desk: this site shows neither.",
                        verbose_name="for letters and contact",
                    ),
                ),
                (
                    "until",
                    models.DateField(
                        blank=True,
                        help_text="Its last day. Empty: without an end.",
                        null=True,
                        verbose_name="until",
                    ),
                ),
                (
                    "withdrawn_on",
                    models.DateField(
                        blank=True,
                        help_text="From this day on nothing is shown by it. Empty: it was not withdrawn.",
                        null=True,
                        verbose_name="withdrawn on",
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
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ("given_on", "pk"),
            },
        ),
        migrations.CreateModel(
            name="DisclosureRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=40, verbose_name="fact")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("withheld", "nothing"),
                            ("year", "the year"),
                            ("month", "the month"),
                        ],
                        default="withheld",
                        max_length=8,
                        verbose_name="what visitors see",
                    ),
                ),
                (
                    "reason",
                    models.TextField(help_text="Never shown to the public.", verbose_name="why"),
                ),
                (
                    "asked_by",
                    models.CharField(
                        blank=True,
                        help_text="Never shown to the public.",
                        max_length=200,
                        verbose_name="who asked for it",
                    ),
                ),
                (
                    "review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: no day is set.",
                        null=True,
                        verbose_name="look again on",
                    ),
                ),
                (
                    "kept",
                    models.JSONField(default=dict, editable=False, verbose_name="what is known"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
            ],
            options={
                "verbose_name": "fact held back",
                "verbose_name_plural": "facts held back",
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="affiliation",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="detention",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalaffiliation",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalcharge",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicaldetention",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalplacement",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="basis",
            field=models.CharField(
                choices=[("record", "what is publicly known"), ("consent", "consent")],
                db_default="record",
                default="record",
                help_text="Consent: nothing is shown that nobody has consented to, or after the consent ends.",
                max_length=8,
                verbose_name="shown on the ground of",
            ),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="biography_until",
            field=models.DateField(editable=False, null=True, verbose_name="biography shown until"),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="identity",
            field=models.CharField(
                choices=[("full", "in full"), ("initials", "initials"), ("anonymous", "anonymous")],
                db_default="full",
                default="full",
                editable=False,
                max_length=9,
                verbose_name="identity",
            ),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="portrait_until",
            field=models.DateField(editable=False, null=True, verbose_name="portrait shown until"),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="shown_because",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Whoever was a child when arrested, is one now or is at special risk is withheld. An editor may decide otherwise, and says here why. Never shown to the public.",
                verbose_name="why shown all the same",
            ),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="shown_until",
            field=models.DateField(editable=False, null=True, verbose_name="shown until"),
        ),
        migrations.AddField(
            model_name="historicalprisoner",
            name="special_risk",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Withheld from the public unless an editor decides otherwise, with a reason.",
                verbose_name="at special risk",
            ),
        ),
        migrations.AddField(
            model_name="historicalrecognition",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="historicalsentence",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="basis",
            field=models.CharField(
                choices=[("record", "what is publicly known"), ("consent", "consent")],
                db_default="record",
                default="record",
                help_text="Consent: nothing is shown that nobody has consented to, or after the consent ends.",
                max_length=8,
                verbose_name="shown on the ground of",
            ),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="biography_until",
            field=models.DateField(editable=False, null=True, verbose_name="biography shown until"),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="identity",
            field=models.CharField(
                choices=[("full", "in full"), ("initials", "initials"), ("anonymous", "anonymous")],
                db_default="full",
                default="full",
                editable=False,
                max_length=9,
                verbose_name="identity",
            ),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="portrait_until",
            field=models.DateField(editable=False, null=True, verbose_name="portrait shown until"),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="shown_because",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Whoever was a child when arrested, is one now or is at special risk is withheld. An editor may decide otherwise, and says here why. Never shown to the public.",
                verbose_name="why shown all the same",
            ),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="shown_until",
            field=models.DateField(editable=False, null=True, verbose_name="shown until"),
        ),
        migrations.AddField(
            model_name="prisoner",
            name="special_risk",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Withheld from the public unless an editor decides otherwise, with a reason.",
                verbose_name="at special risk",
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AddField(
            model_name="sentence",
            name="held_back",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=400,
                verbose_name="held back",
            ),
        ),
        migrations.AlterField(
            model_name="historicalprisonername",
            name="kind",
            field=models.CharField(
                choices=[
                    ("own", "own spelling"),
                    ("transliteration", "transliteration"),
                    ("alias", "alias"),
                    ("birth", "birth name"),
                    ("initials", "initials"),
                ],
                default="transliteration",
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="prisonername",
            name="kind",
            field=models.CharField(
                choices=[
                    ("own", "own spelling"),
                    ("transliteration", "transliteration"),
                    ("alias", "alias"),
                    ("birth", "birth name"),
                    ("initials", "initials"),
                ],
                default="transliteration",
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|began:withheld|"), _negated=True),
                            ("began__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|began:year|"), _negated=True),
                            ("began__isnull", True),
                            models.Q(("began__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:withheld|"), _negated=True),
                            ("ended__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:year|"), _negated=True),
                            ("ended__isnull", True),
                            models.Q(("ended__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="affiliation_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|standing_on:withheld|"), _negated=True
                            ),
                            ("standing_on__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|standing_on:year|"), _negated=True),
                            ("standing_on__isnull", True),
                            models.Q(("standing_on__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|wording:withheld|"), _negated=True),
                            ("wording", ""),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="charge_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="detention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|began:withheld|"), _negated=True),
                            ("began__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|began:year|"), _negated=True),
                            ("began__isnull", True),
                            models.Q(("began__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:withheld|"), _negated=True),
                            ("ended__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:year|"), _negated=True),
                            ("ended__isnull", True),
                            models.Q(("ended__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|last_confirmed:withheld|"), _negated=True
                            ),
                            ("last_confirmed__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|last_confirmed:year|"), _negated=True
                            ),
                            ("last_confirmed__isnull", True),
                            models.Q(("last_confirmed__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|place:withheld|"), _negated=True),
                            ("place", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|arresting_authority:withheld|"),
                                _negated=True,
                            ),
                            ("arresting_authority", ""),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="detention_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|began:withheld|"), _negated=True),
                            ("began__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|began:year|"), _negated=True),
                            ("began__isnull", True),
                            models.Q(("began__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:withheld|"), _negated=True),
                            ("ended__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|ended:year|"), _negated=True),
                            ("ended__isnull", True),
                            models.Q(("ended__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="placement_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prisoner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|gender:withheld|"), _negated=True),
                            ("gender", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|birth:withheld|"), _negated=True),
                            ("birth__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|birth:year|"), _negated=True),
                            ("birth__isnull", True),
                            models.Q(("birth__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|death:withheld|"), _negated=True),
                            ("death__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|death:year|"), _negated=True),
                            ("death__isnull", True),
                            models.Q(("death__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|citizenships:withheld|"), _negated=True
                            ),
                            ("citizenships", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|occupation:withheld|"), _negated=True
                            ),
                            ("occupation", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|biography:withheld|"), _negated=True
                            ),
                            ("biography", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|portrait:withheld|"), _negated=True),
                            ("portrait", ""),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="prisoner_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prisoner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("identity", "full"),
                    models.Q(("biography", ""), ("portrait", ""), ("slug", models.F("public_id"))),
                    _connector="OR",
                ),
                name="prisoner_not_told_by_its_page",
                violation_error_message="This person is not shown by name: no address of their own, no portrait and no biography can be public.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|since:withheld|"), _negated=True),
                            ("since__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|since:year|"), _negated=True),
                            ("since__isnull", True),
                            models.Q(("since__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|definition:withheld|"), _negated=True
                            ),
                            ("definition", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(
                                ("held_back__contains", "|statement:withheld|"), _negated=True
                            ),
                            ("statement", ""),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="recognition_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sentence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_back", ""),
                    models.Q(
                        models.Q(
                            models.Q(("held_back__contains", "|passed:withheld|"), _negated=True),
                            ("passed__isnull", True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|passed:year|"), _negated=True),
                            ("passed__isnull", True),
                            models.Q(("passed__contains", "-"), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|court:withheld|"), _negated=True),
                            ("court", ""),
                            _connector="OR",
                        ),
                        models.Q(
                            models.Q(("held_back__contains", "|regime:withheld|"), _negated=True),
                            ("regime", ""),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="sentence_stays_withheld",
                violation_error_message="What is withheld from the public does not stand here.",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="consents",
            field=models.JSONField(default=list, verbose_name="consents that were moved"),
        ),
        migrations.AddField(
            model_name="consent",
            name="prisoner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="prisoners.prisoner",
                verbose_name="prisoner",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="affiliation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.affiliation",
                verbose_name="affiliation",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="charge",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.charge",
                verbose_name="charge",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="detention",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.detention",
                verbose_name="detention",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="placement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.placement",
                verbose_name="placement",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="prisoner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.prisoner",
                verbose_name="prisoner",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="recognition",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.recognition",
                verbose_name="recognition",
            ),
        ),
        migrations.AddField(
            model_name="disclosurerule",
            name="sentence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosure_rules",
                to="prisoners.sentence",
                verbose_name="sentence",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("for_name", True),
                    ("for_portrait", True),
                    ("for_biography", True),
                    ("for_contact", True),
                    _connector="OR",
                ),
                name="consent_to_something",
                violation_error_message="Say what the consent is for.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("given_on")), _connector="OR"
                ),
                name="consent_ends_after_it_was_given",
                violation_error_message="The consent ends before it was given.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_on__isnull", True),
                    ("withdrawn_on__gte", models.F("given_on")),
                    _connector="OR",
                ),
                name="consent_withdrawn_after_it_was_given",
                violation_error_message="The consent was withdrawn before it was given.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", True),
                        ("detention__isnull", True),
                        ("placement__isnull", True),
                        ("prisoner__isnull", False),
                        ("recognition__isnull", True),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", False),
                        ("charge__isnull", True),
                        ("detention__isnull", True),
                        ("placement__isnull", True),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", True),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", True),
                        ("detention__isnull", True),
                        ("placement__isnull", True),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", False),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", True),
                        ("detention__isnull", False),
                        ("placement__isnull", True),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", True),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", True),
                        ("detention__isnull", True),
                        ("placement__isnull", False),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", True),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", False),
                        ("detention__isnull", True),
                        ("placement__isnull", True),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", True),
                        ("sentence__isnull", True),
                    ),
                    models.Q(
                        ("affiliation__isnull", True),
                        ("charge__isnull", True),
                        ("detention__isnull", True),
                        ("placement__isnull", True),
                        ("prisoner__isnull", True),
                        ("recognition__isnull", True),
                        ("sentence__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="disclosurerule_exactly_one_target",
                violation_error_message="A rule is about a fact of exactly one record.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="disclosurerule_for_a_reason",
                violation_error_message="Say why this is withheld: the next researcher must know.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("prisoner", "field"),
                name="disclosurerule_of_prisoner_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("affiliation", "field"),
                name="disclosurerule_of_affiliation_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("recognition", "field"),
                name="disclosurerule_of_recognition_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("detention", "field"),
                name="disclosurerule_of_detention_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("placement", "field"),
                name="disclosurerule_of_placement_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("charge", "field"),
                name="disclosurerule_of_charge_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurerule",
            constraint=models.UniqueConstraint(
                fields=("sentence", "field"),
                name="disclosurerule_of_sentence_once",
                violation_error_message="There is a rule for this fact already.",
            ),
        ),
        migrations.RunPython(make, drop),
    ]
