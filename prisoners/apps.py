from django.apps import AppConfig

# As a module: Django takes every configuration named here for one of this app.
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _

from prisoners.desk import helper


class PrisonersConfig(AppConfig):
    name = "prisoners"
    verbose_name = _("the record")
    default_auto_field = "django.db.models.BigAutoField"


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with this project's own site in place of the default one."""

    default = False
    default_site = "prisoners.adminsite.DeskSite"

    def ready(self) -> None:
        # A process that helps another one shows nobody a desk, and to load it takes a third of
        # the time until it can help.
        if not helper.has_begun():
            super().ready()
