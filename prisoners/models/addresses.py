"""Addresses that were public once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from prisoners.models.actors import Actor
from prisoners.models.base import AddressedRecord, exactly_one
from prisoners.models.deals import Deal
from prisoners.models.detentions import Facility
from prisoners.models.history import Histories
from prisoners.models.people import Prisoner
from prisoners.models.recording import Recorded
from prisoners.models.releases import Release
from prisoners.models.sources import Source

# Every kind of record that has a page of its own.
ADDRESSED: dict[str, type[AddressedRecord]] = {
    "prisoner": Prisoner,
    "release": Release,
    "deal": Deal,
    "source": Source,
    "actor": Actor,
    "facility": Facility,
}


def _target(model: type[AddressedRecord]) -> models.ForeignKey[AddressedRecord | None]:
    return models.ForeignKey(
        model, models.CASCADE, null=True, blank=True, related_name="former_addresses"
    )


class FormerAddress(Recorded):
    """A slug that a record had, and where it leads now."""

    slug = models.SlugField(_("address"), max_length=120)
    prisoner = _target(Prisoner)
    release = _target(Release)
    deal = _target(Deal)
    source = _target(Source)
    actor = _target(Actor)
    facility = _target(Facility)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    history = Histories()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ("slug",)
        constraints = [
            exactly_one("formeraddress", list(ADDRESSED), _("An address leads to one record.")),
            *(
                models.UniqueConstraint(
                    fields=["slug"],
                    condition=models.Q(**{f"{name}__isnull": False}),
                    name=f"formeraddress_{name}_once",
                    violation_error_message=_("This address already leads somewhere."),
                )
                for name in ADDRESSED
            ),
        ]

    def __str__(self) -> str:
        return self.slug
