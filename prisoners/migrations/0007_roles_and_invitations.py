"""Who may do what at the desk: four roles with their permissions, invitations, counted attempts."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PERMISSIONS = {
    "read_records": "Can read all records, drafts included",
    "write_records": "Can write drafts",
    "publish_records": "Can publish, withdraw and change what is public",
    "view_restricted": "Can read facts that are restricted",
    "manage_accounts": "Can manage accounts",
}
GRANTS = {
    "viewer": ("read_records", "view_restricted"),
    "researcher": ("read_records", "write_records"),
    "editor": ("read_records", "write_records", "publish_records", "view_restricted"),
    "administrator": tuple(PERMISSIONS),
}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the groups, and the permissions too: Django makes those only after all migrations."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    groups = apps.get_model("auth", "Group").objects.using(database)
    invitation, _made = content_types.get_or_create(app_label="prisoners", model="invitation")
    made = {
        codename: permissions.get_or_create(
            content_type=invitation, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    for role, granted in GRANTS.items():
        group, _made = groups.get_or_create(name=role)
        group.permissions.set([made[codename] for codename in granted])


def remove_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    apps.get_model("auth", "Group").objects.using(database).filter(name__in=GRANTS).delete()
    apps.get_model("auth", "Permission").objects.using(database).filter(
        content_type__app_label="prisoners", codename__in=PERMISSIONS
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("prisoners", "0006_translations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="prisoner",
            name="risk",
            field=models.TextField(
                blank=True,
                default="",
                help_text="What could happen to whom if it is published. Never shown to the public, and at the desk not to everybody.",
                verbose_name="risk",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="source",
            name="contact",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Never shown to the public, and at the desk not to everybody.",
                verbose_name="how to reach the source",
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "cache_key",
                    models.CharField(max_length=255, primary_key=True, serialize=False),
                ),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("viewer", "viewer"),
                            ("researcher", "researcher"),
                            ("editor", "editor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                (
                    "for_whom",
                    models.CharField(
                        blank=True,
                        help_text="So that you know later whom you gave it to. Seen by administrators only.",
                        max_length=120,
                        verbose_name="for whom",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                (
                    "expires_at",
                    models.DateTimeField(editable=False, verbose_name="works until"),
                ),
                (
                    "used_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="used"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reset_links",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("-made_at",),
                "permissions": tuple(PERMISSIONS.items()),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", True), models.Q(("role", ""), _negated=True)
                            ),
                            models.Q(("account__isnull", False), ("role", "")),
                            _connector="OR",
                        ),
                        name="invitation_new_account_has_a_role",
                        violation_error_message="An invitation to a new account has a role.",
                    )
                ],
            },
        ),
        migrations.RunPython(make_roles, remove_roles),
    ]
