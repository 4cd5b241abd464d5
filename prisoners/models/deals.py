"""What was given for whom, by whom, and what they said of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from prisoners.models.actors import Actor
from prisoners.models.base import (
    AddressedRecord,
    Record,
    exactly_one,
    record_constraints,
    work_indexes,
)
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints
from prisoners.models.people import Prisoner


class Deal(AddressedRecord):
    """An understanding by which prisoners are freed and something is given for it."""

    route = "deal-detail"

    title = models.CharField(_("title"), max_length=200)
    country = CountryField(_("country"), help_text=_("Whose prisoners it is about."))
    agreed = IntervalField(_("agreed on"))
    agreed_first = FirstDay("agreed")
    agreed_last = LastDay("agreed")
    summary = models.TextField(_("summary"), blank=True, help_text=_("In our own words."))
    aim = models.TextField(
        _("what is sought by it"), blank=True, help_text=_("In our own words, as sources say it.")
    )
    background = models.TextField(_("background"), blank=True, help_text=_("In our own words."))

    facts = ("agreed", "summary", "aim", "background")
    translated = ("title", "summary", "aim", "background")

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        ordering = (F("agreed_first").desc(nulls_last=True), "pk")
        indexes = work_indexes("deal")
        constraints = [*record_constraints("deal"), *interval_constraints("deal", "agreed")]

    def __str__(self) -> str:
        return self.title


class DealParty(Record):
    """Who took part in a deal, and as what."""

    class Role(models.TextChoices):
        RELEASING = "releasing", _("releasing prisoners")
        GRANTING = "granting", _("granting something for it")
        BROKERING = "brokering", _("brokering")
        HOSTING = "hosting", _("hosting")
        OTHER = "other", _("other")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="parties", verbose_name=_("deal"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="deals", verbose_name=_("who"))
    role = models.CharField(_("part"), max_length=16, choices=Role)
    on_behalf_of = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deals_by_others",
        verbose_name=_("on behalf of"),
        help_text=_("Empty: for themselves, or not stated."),
    )

    owner_field = "deal"
    public_through = ("deal", "actor", "on_behalf_of")
    facts = ("role", "on_behalf_of")

    class Meta:
        verbose_name = _("party to a deal")
        verbose_name_plural = _("parties to deals")
        ordering = ("pk",)
        indexes = work_indexes("dealparty")
        constraints = [
            *record_constraints("dealparty"),
            models.UniqueConstraint(
                fields=["deal", "actor", "role"],
                name="dealparty_each_part_once",
                violation_error_message=_("This party already has this part in the deal."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.get_role_display()}"


class Concession(Record):
    """What one party gives another in a deal, and how far that has come."""

    class Stage(models.TextChoices):
        OFFERED = "offered", _("offered")
        AGREED = "agreed", _("agreed")
        IN_FORCE = "in_force", _("in force")
        SUSPENDED = "suspended", _("suspended")
        REVOKED = "revoked", _("revoked")

    deal = models.ForeignKey(
        Deal, models.CASCADE, related_name="concessions", verbose_name=_("deal")
    )
    what = models.CharField(
        _("what is given"), max_length=300, help_text=_("Sanctions lifted on a bank, prisoners …")
    )
    context = models.TextField(
        _("what it means"), blank=True, help_text=_("Why it matters, in our own words.")
    )
    giver = models.ForeignKey(
        Actor, models.PROTECT, related_name="concessions_given", verbose_name=_("given by")
    )
    receiver = models.ForeignKey(
        Actor, models.PROTECT, related_name="concessions_received", verbose_name=_("given to")
    )
    stage = models.CharField(_("stage"), max_length=16, choices=Stage)
    stage_on = IntervalField(_("at this stage since"))
    stage_on_first = FirstDay("stage_on")
    stage_on_last = LastDay("stage_on")

    owner_field = "deal"
    public_through = ("deal", "giver", "receiver")
    facts = ("what", "context", "stage", "stage_on")
    translated = ("what", "context")

    class Meta:
        verbose_name = _("concession")
        verbose_name_plural = _("concessions")
        ordering = (F("stage_on_first").asc(nulls_last=True), "pk")
        indexes = work_indexes("concession")
        constraints = [
            *record_constraints("concession"),
            *interval_constraints("concession", "stage_on"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return f"{self.deal.get_absolute_url()}#concession-{self.pk}"


class Statement(Record):
    """Who said what, when, about what; in our own words, not in theirs."""

    speaker = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("said by"),
    )
    prisoner = models.ForeignKey(
        Prisoner,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("or said by the prisoner"),
    )
    said = IntervalField(_("said on"))
    said_first = FirstDay("said")
    said_last = LastDay("said")
    text = models.TextField(_("what was said"), help_text=_("In our own words."))
    deal = models.ForeignKey(
        Deal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("about the deal"),
    )
    release = models.ForeignKey(
        "prisoners.Release",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("about the release"),
    )
    country = CountryField(_("about the country"), blank=True)

    public_through = ("speaker", "prisoner", "deal", "release")
    facts = ("text", "said")
    translated = ("text",)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = (F("said_first").asc(nulls_last=True), "pk")
        indexes = work_indexes("statement")
        constraints = [
            *record_constraints("statement"),
            *interval_constraints("statement", "said"),
            exactly_one(
                "statement",
                ["speaker", "prisoner"],
                _("A statement has one speaker: an actor or a prisoner."),
            ),
            models.CheckConstraint(
                condition=Q(deal__isnull=False) | Q(release__isnull=False) | ~Q(country=""),
                name="statement_about_something",
                violation_error_message=_("Say which deal, release or country it is about."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker or self.prisoner}: {self.text[:60]}"

    def get_absolute_url(self) -> str:
        about = self.release or self.deal
        if about is None:
            return f"{reverse('timeline')}?kind=statement&country={self.country.code}"
        return f"{about.get_absolute_url()}#statement-{self.pk}"

    @property
    def said_by(self) -> Actor | Prisoner:
        """Who said it."""
        return self.speaker or self.prisoner  # type: ignore[return-value]  # one is set, by constraint
