"""What a dossier said when it was last loaded."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DossierEntry(models.Model):
    """The values that one dossier gave for one record, so that the next load sees what changed.

    A value that a researcher has changed since differs from the record and not from the entry:
    that is a conflict to decide, and never overwritten.
    """

    dossier = models.SlugField(_("dossier"), max_length=120)
    model = models.CharField(_("kind of record"), max_length=40)
    key = models.SlugField(_("key"), max_length=120)
    values = models.JSONField(_("values"))
    loaded_at = models.DateTimeField(_("last loaded"), auto_now=True)

    class Meta:
        verbose_name = _("dossier entry")
        verbose_name_plural = _("dossier entries")
        ordering = ("dossier", "model", "key")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "model", "key"],
                name="dossierentry_once",
                violation_error_message=_("This record is already in the dossier."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier}: {self.model} {self.key}"
