"""Episodes of detention: where, under what charge, for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django_countries.fields import CountryField

from prisoners import dates
from prisoners.models.base import (
    AddressedRecord,
    Record,
    State,
    interval_fields,
    record_constraints,
    work_indexes,
)
from prisoners.models.custody import DetentionQuerySet
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints
from prisoners.models.holding_back import HoldsBack, holds_back_constraint
from prisoners.models.people import Prisoner


class EndKnownField(models.DateField):  # type: ignore[type-arg]  # generic in the stubs only
    """The day on which it was entered that a detention is over. NULL: it is not said to be over.

    Set when an end is first entered, so that an end of unknown date is certain from then on.
    """

    derived_from = ("end_kind",)

    @staticmethod
    def derive(end_kind: str) -> date | None:
        return timezone.localdate() if end_kind else None

    def pre_save(self, model_instance: models.Model, add: bool) -> date | None:
        day = self.derive(getattr(model_instance, "end_kind", ""))
        if day is not None:
            day = getattr(model_instance, self.attname) or day
        setattr(model_instance, self.attname, day)
        return day


class Detention(HoldsBack, Record):
    """One episode in which a person was held, from arrest to release or death."""

    class EndKind(models.TextChoices):
        RELEASED = "released", _("released, how is not stated")
        PARDON = "pardon", _("pardon")
        EXCHANGE = "exchange", _("exchange")
        AMNESTY = "amnesty", _("amnesty")
        TERM_SERVED = "term_served", _("term served")
        ACQUITTAL = "acquittal", _("acquittal")
        DROPPED = "dropped", _("charges dropped")
        PAROLE = "parole", _("release on conditions")
        DEPORTED = "deported", _("deportation")
        ESCAPED = "escaped", _("escape")
        DIED = "died", _("death in custody")

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="detentions", verbose_name=_("prisoner")
    )
    country = CountryField(_("country"), help_text=_("Whose authorities hold or held the person."))
    began = IntervalField(_("began"))
    began_first = FirstDay("began")
    began_last = LastDay("began")
    place = models.CharField(
        _("where the arrest was"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    arresting_authority = models.CharField(
        _("arresting authority"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    end_kind = models.CharField(
        _("how it ended"),
        max_length=16,
        choices=EndKind,
        blank=True,
        help_text=_("Empty: it is not known to have ended."),
    )
    ended = IntervalField(_("ended"))
    ended_first = FirstDay("ended")
    ended_last = LastDay("ended")
    end_known_on = EndKnownField(_("end entered on"), null=True, editable=False)
    last_confirmed = IntervalField(
        _("last confirmed as held on"),
        help_text=_(
            "The latest day on which a source says that the person was held. Without it nobody is "
            "shown as still detained: their status is unknown."
        ),
    )
    last_confirmed_first = FirstDay("last_confirmed")
    last_confirmed_last = LastDay("last_confirmed")

    objects = DetentionQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s

    owner_field = "prisoner"
    public_through = ("prisoner",)
    facts = (
        "country",
        "began",
        "place",
        "arresting_authority",
        "end_kind",
        "ended",
        "last_confirmed",
    )
    translated = ("place", "arresting_authority")
    sensitive = ("began", "ended", "last_confirmed", "place", "arresting_authority")

    class Meta:
        verbose_name = _("detention")
        verbose_name_plural = _("detentions")
        ordering = (F("began_first").asc(nulls_last=True), "pk")
        constraints = [
            *record_constraints("detention"),
            *interval_constraints("detention", "began", "ended", "last_confirmed"),
            holds_back_constraint(
                "detention",
                ("began", "ended", "last_confirmed", "place", "arresting_authority"),
                ("began", "ended", "last_confirmed"),
            ),
            models.CheckConstraint(
                condition=Q(ended_last__gte=F("began_first")),
                name="detention_ends_after_it_began",
                violation_error_message=_("The detention ends before it can have begun."),
            ),
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | ~Q(end_kind=""),
                name="detention_end_says_how",
                violation_error_message=_(
                    "The detention has a day on which it ended: say how it ended, even if only "
                    "“released, how is not stated”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(last_confirmed_first__lte=F("ended_last")),
                name="detention_not_confirmed_after_its_end",
                violation_error_message=_("It was confirmed after it had ended."),
            ),
            models.CheckConstraint(
                condition=Q(last_confirmed_last__gte=F("began_first")),
                name="detention_not_confirmed_before_it_began",
                violation_error_message=_("It was confirmed before it can have begun."),
            ),
            models.UniqueConstraint(
                fields=["prisoner"],
                condition=Q(end_kind="") & ~Q(state=State.WITHDRAWN),
                name="detention_one_open_each_person",
                violation_error_message=_(
                    "This person already has a detention that is not known to have ended."
                ),
            ),
        ]
        indexes = [
            *work_indexes("detention"),
            models.Index(fields=["prisoner", "began_first"], name="detention_of_person"),
            models.Index(fields=["began_first", "began_last"], name="detention_began"),
            models.Index(fields=["ended_first", "ended_last"], name="detention_ended"),
            models.Index(fields=["country", "state"], name="detention_country"),
        ]

    def __str__(self) -> str:
        began = self.began.label() if self.began else _("unknown date")
        return f"{self.prisoner}, {began}"

    def get_absolute_url(self) -> str:
        return f"{self.prisoner.get_absolute_url()}#detention-{self.pk}"

    def clean(self) -> None:
        """Refuse a detention that certainly overlaps another one of the same person."""
        super().clean()
        # Dates that cannot be read are refused by their own fields already.
        readable = all(
            not isinstance(getattr(self, name), str) for name in interval_fields(type(self))
        )
        if not (readable and self.prisoner_id and self.began_last and self.ended_first):
            return
        overlapping = (
            Detention.objects.filter(
                prisoner=self.prisoner_id,
                began_last__lt=self.ended_first,
                ended_first__gt=self.began_last,
            )
            .exclude(pk=self.pk)
            .exclude(state=State.WITHDRAWN)
            .first()
        )
        if overlapping:
            raise ValidationError(
                _("These dates overlap the detention of %(other)s, whichever days they were.")
                % {"other": overlapping}
            )

    @property
    def country_code(self) -> str:
        """The code of whose authorities hold or held the person.

        ``country`` makes an object of it each time, with its names.
        """
        return str(self.__dict__.get("country") or self.country.code)

    @property
    def is_open(self) -> bool:
        """Whether it is not known to have ended."""
        return not self.end_kind

    def span(self) -> dates.Span | None:
        """Return how long it lasted; None where nothing can be said.

        Of one not known to have ended, the least that it lasted: up to the day on which it was
        last confirmed, for what happened since is in no source.
        """
        if not self.is_open:
            return dates.span(self.began, self.ended)
        confirmed: dates.Interval | None = self.last_confirmed
        if confirmed is None:
            return None
        least = dates.span(self.began, replace(confirmed, last=None))
        return least if least and least.shortest_days else None


class Facility(AddressedRecord):
    """A prison, colony, detention centre or other place where people are held."""

    route = "facility-detail"

    class Kind(models.TextChoices):
        PRISON = "prison", _("prison")
        COLONY = "colony", _("penal colony")
        DETENTION_CENTRE = "detention_centre", _("detention centre")
        POLICE = "police", _("police cells")
        HOSPITAL = "hospital", _("hospital")
        OTHER = "other", _("other")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    country = CountryField(_("country"))
    address = models.TextField(
        _("address for letters"), blank=True, help_text=_("Empty: not stated.")
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("In degrees, north positive (WGS 84). Empty: not known."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("In degrees, east positive (WGS 84). Empty: not known."),
    )

    facts = ("name", "address", "latitude")
    translated = ("name", "address")

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ("name",)
        indexes = work_indexes("facility")
        constraints = [
            *record_constraints("facility"),
            models.CheckConstraint(
                # A comparison with NULL is neither true nor false, and so would pass.
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="facility_position_whole",
                violation_error_message=_(
                    "Give both latitude and longitude in degrees, or neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Placement(HoldsBack, Record):
    """Where a person was held during a detention, from and to."""

    detention = models.ForeignKey(
        Detention, models.CASCADE, related_name="placements", verbose_name=_("detention")
    )
    facility = models.ForeignKey(
        Facility, models.PROTECT, related_name="placements", verbose_name=_("facility")
    )
    began = IntervalField(_("from"))
    began_first = FirstDay("began")
    began_last = LastDay("began")
    ended = IntervalField(_("to"))
    ended_first = FirstDay("ended")
    ended_last = LastDay("ended")

    owner_field = "detention"
    public_through = ("detention", "facility")
    facts = ("facility", "began", "ended")
    sensitive = ("began", "ended")

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = (F("began_first").asc(nulls_last=True), "pk")
        indexes = work_indexes("placement")
        constraints = [
            *record_constraints("placement"),
            *interval_constraints("placement", "began", "ended"),
            holds_back_constraint("placement", ("began", "ended"), ("began", "ended")),
            models.CheckConstraint(
                condition=Q(ended_last__gte=F("began_first")),
                name="placement_ends_after_it_began",
                violation_error_message=_("The stay ends before it can have begun."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.detention.prisoner}, {self.facility}"


class Charge(HoldsBack, Record):
    """One article of law that a person is or was charged under, and what became of it."""

    class Standing(models.TextChoices):
        CHARGED = "charged", _("charged")
        DROPPED = "dropped", _("dropped")
        CONVICTED = "convicted", _("convicted")
        ACQUITTED = "acquitted", _("acquitted")
        QUASHED = "quashed", _("quashed")

    detention = models.ForeignKey(
        Detention, models.CASCADE, related_name="charges", verbose_name=_("detention")
    )
    code = models.CharField(
        _("code"), max_length=120, help_text=_("Which law: Criminal Code of Belarus.")
    )
    article = models.CharField(_("article"), max_length=40)
    part = models.CharField(_("part"), max_length=40, blank=True)
    wording = models.CharField(
        _("what it punishes"), max_length=300, blank=True, help_text=_("In our own words.")
    )
    standing = models.CharField(
        _("where it stands"), max_length=16, choices=Standing, default=Standing.CHARGED
    )
    standing_on = IntervalField(_("since"))
    standing_on_first = FirstDay("standing_on")
    standing_on_last = LastDay("standing_on")

    owner_field = "detention"
    public_through = ("detention",)
    facts = ("article", "standing", "standing_on")
    translated = ("code", "wording")
    sensitive = ("standing_on", "wording")

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ("code", "article", "part", "pk")
        constraints = [
            *record_constraints("charge"),
            *interval_constraints("charge", "standing_on"),
            holds_back_constraint("charge", ("standing_on", "wording"), ("standing_on",)),
        ]
        indexes = [
            *work_indexes("charge"),
            models.Index(fields=["code", "article"], name="charge_article"),
        ]

    def __str__(self) -> str:
        article = _("article %(article)s") % {"article": self.article}
        part = _("part %(part)s") % {"part": self.part} if self.part else ""
        return ", ".join(str(words) for words in (self.code, article, part) if words)


class Sentence(HoldsBack, Record):
    """What a court imposed."""

    class Kind(models.TextChoices):
        IMPRISONMENT = "imprisonment", _("imprisonment")
        LIFE = "life", _("life imprisonment")
        DEATH = "death", _("death")
        RESTRICTION = "restriction", _("restriction of freedom")
        TREATMENT = "treatment", _("compulsory treatment")
        FINE = "fine", _("fine")
        OTHER = "other", _("other")

    class Regime(models.TextChoices):
        GENERAL = "general", _("general regime")
        REINFORCED = "reinforced", _("reinforced regime")
        STRICT = "strict", _("strict regime")
        SPECIAL = "special", _("special regime")
        PRISON = "prison", _("prison regime")

    detention = models.ForeignKey(
        Detention, models.CASCADE, related_name="sentences", verbose_name=_("detention")
    )
    court = models.CharField(
        _("court"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    passed = IntervalField(_("sentenced on"))
    passed_first = FirstDay("passed")
    passed_last = LastDay("passed")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.IMPRISONMENT)
    years = models.PositiveSmallIntegerField(
        _("years"), null=True, blank=True, validators=[MaxValueValidator(200)]
    )
    months = models.PositiveSmallIntegerField(
        _("months"), null=True, blank=True, validators=[MaxValueValidator(2400)]
    )
    days = models.PositiveSmallIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(32000)],
        help_text=_("The term is years, months and days together. All empty: not stated."),
    )
    regime = models.CharField(
        _("regime"), max_length=16, choices=Regime, blank=True, help_text=_("Empty: not stated.")
    )

    owner_field = "detention"
    public_through = ("detention",)
    facts = ("passed", "court", "kind", "years", "regime")
    translated = ("court",)
    sensitive = ("passed", "court", "regime")

    class Meta:
        verbose_name = _("sentence")
        verbose_name_plural = _("sentences")
        ordering = (F("passed_first").asc(nulls_last=True), "pk")
        indexes = work_indexes("sentence")
        constraints = [
            *record_constraints("sentence"),
            *interval_constraints("sentence", "passed"),
            holds_back_constraint("sentence", ("passed", "court", "regime"), ("passed",)),
        ]

    def __str__(self) -> str:
        term, kind = self.term(), str(self.get_kind_display())
        if term and kind:
            return pgettext("a sentence", "%(term)s %(kind)s") % {"term": term, "kind": kind}
        return term or kind

    def term(self) -> str:
        """Return the term in words; empty where it is not stated."""
        return dates.term_label(self.years or 0, self.months or 0, self.days or 0)
