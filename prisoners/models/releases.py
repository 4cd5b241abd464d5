"""Releases: what was announced, who is named, and where they went."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from prisoners.models.actors import Actor
from prisoners.models.base import (
    LARGEST,
    AddressedRecord,
    Record,
    State,
    record_constraints,
    work_indexes,
)
from prisoners.models.deals import Deal
from prisoners.models.detentions import Detention
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints

TOO_MANY = _(
    "The destinations add up to %(sum)s people, more than the %(headcount)s that were announced."
)


class Release(AddressedRecord):
    """One event in which prisoners of a country were freed."""

    route = "release-detail"

    title = models.CharField(_("title"), max_length=200)
    country = CountryField(_("country"), help_text=_("Whose authorities freed them."))
    happened = IntervalField(_("date"))
    happened_first = FirstDay("happened")
    happened_last = LastDay("happened")
    date_basis = models.TextField(
        _("how the date is known"),
        blank=True,
        help_text=_("Where the date is inferred, from what. Shown to the public."),
    )
    headcount = models.PositiveIntegerField(
        _("how many were announced"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST)],
        help_text=_("Empty: no number was announced."),
    )
    announced_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="releases_announced",
        verbose_name=_("announced by"),
        help_text=_("Empty: not stated."),
    )
    freed_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="releases_ordered",
        verbose_name=_("freed by"),
        help_text=_("Who let them go. Empty: not stated."),
    )
    context = models.TextField(_("context"), blank=True, help_text=_("In our own words."))
    deal = models.ForeignKey(
        Deal,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="releases",
        verbose_name=_("part of the deal"),
    )

    facts = (
        "country",
        "happened",
        "date_basis",
        "headcount",
        "announced_by",
        "freed_by",
        "context",
        "deal",
    )
    translated = ("title", "date_basis", "context")

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = (F("happened_first").desc(nulls_last=True), "pk")
        indexes = work_indexes("release")
        constraints = [
            *record_constraints("release"),
            *interval_constraints("release", "happened"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.pk:
            refuse_too_many(self.headcount, self.destinations.exclude(state=State.WITHDRAWN))


class ReleaseDestination(Record):
    """How many of a release's people went to one country."""

    release = models.ForeignKey(
        Release, models.CASCADE, related_name="destinations", verbose_name=_("release")
    )
    country = CountryField(_("to which country"))
    headcount = models.PositiveIntegerField(_("how many"), validators=[MaxValueValidator(LARGEST)])
    stated_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="destinations_stated",
        verbose_name=_("stated by"),
        help_text=_("Who gave the number, where it was not the source itself."),
    )

    owner_field = "release"
    public_through = ("release", "stated_by")
    facts = ("headcount",)

    class Meta:
        verbose_name = _("destination of a release")
        verbose_name_plural = _("destinations of releases")
        ordering = ("headcount", "country")
        indexes = work_indexes("releasedestination")
        constraints = [
            *record_constraints("releasedestination"),
            models.UniqueConstraint(
                fields=["release", "country"],
                name="releasedestination_each_country_once",
                violation_error_message=_("This country is already among the destinations."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.headcount} → {self.country.name}"

    def clean(self) -> None:
        super().clean()
        if self.release_id and self.headcount is not None:
            others = self.release.destinations.exclude(pk=self.pk).exclude(state=State.WITHDRAWN)
            refuse_too_many(self.release.headcount, others, self.headcount)


def refuse_too_many(
    headcount: int | None, destinations: models.QuerySet[ReleaseDestination], extra: int = 0
) -> None:
    """Raise ValidationError where destinations hold more people than were announced.

    The database holds the same rule as a trigger; this says it readably.
    """
    total = (destinations.aggregate(sum=Sum("headcount"))["sum"] or 0) + extra
    if headcount is not None and total > headcount:
        raise ValidationError(TOO_MANY % {"sum": total, "headcount": headcount})


class ReleaseOutcome(Record):
    """What one release meant for one detention."""

    release = models.ForeignKey(
        Release, models.CASCADE, related_name="outcomes", verbose_name=_("release")
    )
    detention = models.ForeignKey(
        Detention, models.CASCADE, related_name="outcomes", verbose_name=_("whose detention")
    )
    destination = CountryField(_("to which country"), blank=True, help_text=_("Empty: not stated."))
    refused_to_leave = models.BooleanField(
        _("refused to leave the country"),
        null=True,
        blank=True,
        help_text=_("Unknown: not stated."),
    )
    returned_to_custody = models.BooleanField(
        _("returned to custody"),
        null=True,
        blank=True,
        help_text=_("Enter the new detention too. Unknown: not stated."),
    )
    already_free = models.BooleanField(
        _("was already free"),
        null=True,
        blank=True,
        help_text=_("Counted among the released, but free before. Unknown: not stated."),
    )
    conviction_in_force = models.BooleanField(
        _("conviction still in force"), null=True, blank=True, help_text=_("Unknown: not stated.")
    )

    owner_field = "detention"
    public_through = ("release", "detention")
    facts = (
        "release",
        "destination",
        "refused_to_leave",
        "returned_to_custody",
        "already_free",
        "conviction_in_force",
    )

    class Meta:
        verbose_name = _("outcome of a release")
        verbose_name_plural = _("outcomes of releases")
        ordering = ("pk",)
        indexes = work_indexes("releaseoutcome")
        constraints = [
            *record_constraints("releaseoutcome"),
            models.UniqueConstraint(
                fields=["release", "detention"],
                name="releaseoutcome_once_each_detention",
                violation_error_message=_("This detention already has an outcome in this release."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.detention.prisoner}, {self.release}"
