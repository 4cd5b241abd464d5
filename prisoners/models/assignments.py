"""Who works on whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from prisoners.models.history import Histories
from prisoners.models.people import Prisoner
from prisoners.models.recording import Recorded


class Assignment(Recorded):
    """Which researcher works on a person. Without one nobody in particular does."""

    prisoner = models.OneToOneField(
        Prisoner, models.CASCADE, related_name="assignment", verbose_name=_("prisoner")
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="assignments",
        verbose_name=_("assigned to"),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    history = Histories()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.prisoner}: {self.to}"
