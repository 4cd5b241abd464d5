"""People who are or were held, their names, and who they are to others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from prisoners.alphabets import sort_key
from prisoners.models.actors import Actor
from prisoners.models.base import (
    ID_LENGTH,
    AddressedRecord,
    Record,
    RecordQuerySet,
    new_public_id,
    record_constraints,
)
from prisoners.models.custody import PrisonerQuerySet
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints
from prisoners.names import keys

PORTRAIT_FOLDER = "portraits"


class Prisoner(AddressedRecord):
    """A person who is or was held for what a source calls political reasons."""

    class Gender(models.TextChoices):
        FEMALE = "female", _("woman")
        MALE = "male", _("man")
        OTHER = "other", _("another gender")

    public_id = models.CharField(
        _("public id"),
        max_length=ID_LENGTH,
        unique=True,
        default=new_public_id,
        editable=False,
        help_text=_("Stays the same whatever else changes."),
    )
    gender = models.CharField(
        _("gender"), max_length=8, choices=Gender, blank=True, help_text=_("Empty: not stated.")
    )
    birth = IntervalField(_("born"))
    birth_first = FirstDay("birth")
    birth_last = LastDay("birth")
    death = IntervalField(
        _("died"), help_text=_("Also enter the end of the detention if it was in custody.")
    )
    death_first = FirstDay("death")
    death_last = LastDay("death")
    citizenships = CountryField(
        _("citizenships"), multiple=True, blank=True, help_text=_("Empty: not stated.")
    )
    occupation = models.CharField(
        _("occupation"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    biography = models.TextField(
        _("short biography"),
        blank=True,
        help_text=_("In our own words, each fact with its source. Shown to the public."),
    )
    portrait = models.ImageField(
        _("portrait"),
        upload_to=PORTRAIT_FOLDER,
        blank=True,
        help_text=_(
            "Only with the right to show it. What the file says of place and time is removed."
        ),
    )
    portrait_rights = models.CharField(
        _("rights of the portrait"),
        max_length=300,
        blank=True,
        help_text=_("Who made it, and under which licence or permission it is shown."),
    )
    risk = models.TextField(
        _("risk"),
        blank=True,
        help_text=_(
            "What could happen to whom if it is published. Never shown to the public, and at the "
            "desk not to everybody."
        ),
    )

    objects = PrisonerQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s

    facts = ("gender", "birth", "death", "citizenships", "occupation", "biography")

    class Meta:
        verbose_name = _("prisoner")
        verbose_name_plural = _("prisoners")
        ordering = ("slug",)
        constraints = [
            *record_constraints("prisoner"),
            *interval_constraints("prisoner", "birth", "death"),
            models.CheckConstraint(
                condition=Q(death_last__gte=models.F("birth_first")),
                name="prisoner_dies_after_birth",
                violation_error_message=_("The death comes before the birth."),
            ),
            models.CheckConstraint(
                condition=Q(portrait="") | ~Q(portrait_rights=""),
                name="prisoner_portrait_with_its_rights",
                violation_error_message=_("Say who made the portrait and why it may be shown."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "disclosure", "gender"], name="prisoner_public_gender")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("prisoner-detail", args=[self.slug])

    @property
    def name(self) -> str:
        """The name in the reader's language, else in Latin script, else whatever there is."""
        name = self.display_name()
        return name.text if name else self.public_id

    def display_name(self) -> PrisonerName | None:
        """Return the spelling to show, from the names that are loaded; None where there is none.

        Public pages load the published names only.
        """
        language = (get_language() or "en").split("-")[0]
        names = list(self.names.all())
        return min(names, key=lambda name: name.rank(language)) if names else None


class SortKeyField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """What a name is sorted by, derived from it whenever it is written."""

    derived_from = ("text", "filed_as")

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        name: PrisonerName = model_instance  # type: ignore[assignment]  # the one model that has it
        name.sort_key = sort_key(name.text, name.filed_as)
        return str(name.sort_key)


class PrisonerNameQuerySet(RecordQuerySet):
    """Spellings; however they are written, what they are found by is written with them."""

    def bulk_create(self, objs: Iterable[PrisonerName], *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            self.model.index_names(made)
        return made

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kw: Any) -> int:
        names = list(objs)
        with transaction.atomic():
            changed = super().bulk_update(names, fields, *args, **kw)
            self.model.index_names(names)
        return changed

    def update(self, **values: Any) -> int:
        if "text" not in values:
            return super().update(**values)
        with transaction.atomic():
            numbers = list(self.values_list("pk", flat=True))
            changed = super().update(**values)
            self.model.index_names(list(self.model.objects.filter(pk__in=numbers)))
        return changed


class PrisonerName(Record):
    """One spelling of a person's name."""

    class Kind(models.TextChoices):
        OWN = "own", _("own spelling")
        TRANSLITERATION = "transliteration", _("transliteration")
        ALIAS = "alias", _("alias")
        BIRTH = "birth", _("birth name")

    class Script(models.TextChoices):
        # ISO 15924 codes.
        LATIN = "Latn", _("Latin")
        CYRILLIC = "Cyrl", _("Cyrillic")
        ARABIC = "Arab", _("Arabic")
        HAN = "Hani", _("Chinese")
        HANGUL = "Hang", _("Korean")
        JAPANESE = "Jpan", _("Japanese")
        GEORGIAN = "Geor", _("Georgian")
        ARMENIAN = "Armn", _("Armenian")
        HEBREW = "Hebr", _("Hebrew")
        GREEK = "Grek", _("Greek")
        DEVANAGARI = "Deva", _("Devanagari")
        OTHER = "Zyyy", _("another")

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="names", verbose_name=_("prisoner")
    )
    text = models.CharField(_("name"), max_length=200)
    language = models.CharField(
        _("language"),
        max_length=12,
        help_text=_("The language it is written in, as a code: en, be, ru, uk."),
    )
    script = models.CharField(_("script"), max_length=4, choices=Script, default=Script.LATIN)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.TRANSLITERATION)
    is_display = models.BooleanField(
        _("shown in this language"),
        default=False,
        help_text=_("The one spelling that readers of this language see first."),
    )
    filed_as = models.CharField(
        _("filed as"),
        max_length=200,
        blank=True,
        help_text=_("For sorting, family name first: Kupala, Janka. Empty: the last word first."),
    )
    sort_key = SortKeyField(max_length=600, editable=False, default="", db_index=True)

    objects = PrisonerNameQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's

    owner_field = "prisoner"
    public_through = ("prisoner",)
    facts = ("text",)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ("-is_display", "kind", "language", "pk")
        constraints = [
            *record_constraints("prisonername"),
            models.UniqueConstraint(
                fields=["prisoner", "language"],
                condition=Q(is_display=True),
                name="prisonername_one_shown_in_each_language",
                violation_error_message=_("Another spelling is already shown in this language."),
            ),
            models.UniqueConstraint(
                fields=["prisoner", "text", "language"],
                name="prisonername_each_spelling_once",
                violation_error_message=_("This spelling is already here."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="prisonername_not_empty",
                violation_error_message=_("A name cannot be empty."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Refuse text without a single letter: question marks are letters that were lost."""
        super().clean()
        if not any(character.isalpha() for character in self.text):
            raise ValidationError({"text": _("A name has at least one letter.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.index_names([self])

    @staticmethod
    def index_names(spellings: Sequence[PrisonerName]) -> None:
        """Write what these spellings are found by, in place of what was there."""
        NameKey.objects.filter(name__in=spellings).delete()
        NameKey.objects.bulk_create(
            [NameKey(name=one, key=key) for one in spellings for key in sorted(keys(one.text))]
        )

    def rank(self, language: str) -> tuple[bool, bool, bool, bool, int]:
        """Return how well this spelling suits a reader of a language; the smallest is shown."""
        return (
            not (self.is_display and self.language == language),
            not (self.is_display and self.script == self.Script.LATIN),
            not self.is_display,
            self.script != self.Script.LATIN,
            self.pk or 0,
        )


class NameKey(models.Model):
    """One key that a spelling is found by; derived from it, never entered. See names.keys."""

    name = models.ForeignKey(
        PrisonerName, models.CASCADE, related_name="keys", verbose_name=_("name")
    )
    key = models.CharField(_("key"), max_length=60)

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "name"],
                name="namekey_once",
                violation_error_message=_("This key is already there."),
            )
        ]

    def __str__(self) -> str:
        return self.key


class ExternalId(Record):
    """How another organisation's list names this person."""

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="external_ids", verbose_name=_("prisoner")
    )
    scheme = models.SlugField(
        _("list"), max_length=40, help_text=_("Which list: wikidata, viasna, cecc.")
    )
    value = models.CharField(_("id there"), max_length=200)
    address = models.URLField(_("page there"), max_length=500, blank=True)

    owner_field = "prisoner"
    public_through = ("prisoner",)
    facts = ("value",)

    class Meta:
        verbose_name = _("external id")
        verbose_name_plural = _("external ids")
        ordering = ("scheme", "value")
        constraints = [
            *record_constraints("externalid"),
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="externalid_one_person_each",
                violation_error_message=_("Another record already has this id of this list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}: {self.value}"


class Affiliation(Record):
    """A person's part in an organisation, a movement or a prize."""

    class Kind(models.TextChoices):
        MEMBERSHIP = "membership", _("membership or work")
        FOUNDER = "founder", _("founder")
        AWARD = "award", _("award")
        OTHER = "other", _("other")

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="affiliations", verbose_name=_("prisoner")
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="affiliations", verbose_name=_("with")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.MEMBERSHIP)
    role = models.CharField(
        _("role"), max_length=200, help_text=_("In a few words: founder, co-recipient, editor.")
    )
    began = IntervalField(_("from"), help_text=_("For an award, when it was given."))
    began_first = FirstDay("began")
    began_last = LastDay("began")
    ended = IntervalField(_("until"))
    ended_first = FirstDay("ended")
    ended_last = LastDay("ended")

    owner_field = "prisoner"
    public_through = ("prisoner", "actor")
    facts = ("role", "began", "ended")

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ("began_first", "pk")
        constraints = [
            *record_constraints("affiliation"),
            *interval_constraints("affiliation", "began", "ended"),
            models.CheckConstraint(
                condition=Q(ended_last__gte=models.F("began_first")),
                name="affiliation_ends_after_it_began",
                violation_error_message=_("It ends before it can have begun."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prisoner}: {self.role}, {self.actor}"


class Recognition(Record):
    """An organisation calls a person a political prisoner, by its own definition."""

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="recognitions", verbose_name=_("prisoner")
    )
    organisation = models.ForeignKey(
        Actor, models.PROTECT, related_name="recognitions", verbose_name=_("organisation")
    )
    since = IntervalField(_("since"))
    since_first = FirstDay("since")
    since_last = LastDay("since")
    definition = models.CharField(
        _("under which definition"), max_length=300, blank=True, help_text=_("Empty: not stated.")
    )
    statement = models.TextField(
        _("statement"), blank=True, help_text=_("What it said, in our own words.")
    )

    owner_field = "prisoner"
    public_through = ("prisoner", "organisation")
    facts = ("organisation", "since", "definition", "statement")

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        ordering = ("since_first", "pk")
        constraints = [
            *record_constraints("recognition"),
            *interval_constraints("recognition", "since"),
            models.UniqueConstraint(
                fields=["prisoner", "organisation"],
                name="recognition_once_by_each_organisation",
                violation_error_message=_("This organisation's recognition is already here."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prisoner}: {self.organisation}"

    def get_absolute_url(self) -> str:
        return f"{self.prisoner.get_absolute_url()}#recognition-{self.pk}"
