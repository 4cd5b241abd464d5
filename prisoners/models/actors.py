"""Those who act and are not prisoners here: states, organisations, people, groups, prizes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from prisoners.models.base import AddressedRecord, record_constraints, work_indexes


class Actor(AddressedRecord):
    """A state, organisation, person, unnamed group or prize that has a part in the record."""

    route = "actor-detail"

    class Kind(models.TextChoices):
        STATE = "state", _("state")
        ORGANISATION = "organisation", _("organisation")
        PERSON = "person", _("person")
        GROUP = "group", _("group that sources do not name one by one")
        AWARD = "award", _("prize or award")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    country = CountryField(
        _("country"), blank=True, help_text=_("The state itself, or where the actor belongs.")
    )
    role = models.CharField(
        _("role"),
        max_length=200,
        blank=True,
        help_text=_("In a few words, as the sources put it: President of Belarus."),
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("Shown to the public; each fact with its source.")
    )

    facts = ("name", "role", "description")
    translated = ("name", "role", "description")

    class Meta:
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        ordering = ("name",)
        indexes = work_indexes("actor")
        constraints = record_constraints("actor")

    def __str__(self) -> str:
        return self.name
