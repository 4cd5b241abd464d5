"""People who are or were held, their names, and who they are to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
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
    Scope,
    new_public_id,
    record_constraints,
    visible,
    work_indexes,
)
from prisoners.models.custody import PrisonerQuerySet
from prisoners.models.fields import (
    BytewiseField,
    FirstDay,
    IntervalField,
    LastDay,
    interval_constraints,
)
from prisoners.models.holding_back import HoldsBack, How, holds_back_constraint
from prisoners.models.inserting import insert
from prisoners.models.looking import is_visitor, on_any_day, today
from prisoners.names import entries

PORTRAIT_FOLDER = "portraits"
# What a spelling is found by.
Entries = tuple[tuple[str, str], ...]
# By these visitors may see a record or not.
SHOWN: Final = frozenset({"state", "disclosure"})
# What a consent is given for, and until which day it is shown by that.
UNTIL: Final = {"name": "shown_until", "portrait": "portrait_until", "biography": "biography_until"}
# By what somebody's name is not shown: few, and asked for at each visit of the desk.
NOT_SHOWN: Final = {
    "nameless": ("identity", Q(identity="initials") | Q(identity="anonymous")),
    "withheld": ("disclosure", Q(disclosure="withheld")),
    "withdrawn": ("state", Q(state="withdrawn")),
    "until": ("shown_until", Q(shown_until__isnull=False)),
}
# How many spellings are indexed in one go.
AT_ONCE: Final = 500


def batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield numbers in lists short enough for one query."""
    left = iter(numbers)
    while some := list(islice(left, AT_ONCE)):
        yield some


class PeopleQuerySet(PrisonerQuerySet):
    """People; however they are shown or hidden, what they are found by is with them."""

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kw: Any) -> int:
        people, fields = list(objs), list(fields)
        with transaction.atomic():
            changed = super().bulk_update(people, fields, *args, **kw)
            if "basis" in fields:
                self.settle(one.pk for one in people)
            elif not SHOWN.isdisjoint(fields):
                NameKey.objects.show(one.pk for one in people)
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        people = list(objs)
        for one in people:
            one.settle()
        return super().bulk_create(people, *args, **kwargs)

    def insert_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        if any("basis" in row for row in rows):
            raise ValueError("whoever is shown by consent is created with their last days")
        return super().insert_rows(rows)

    def update(self, **values: Any) -> int:
        if SHOWN.isdisjoint(values) and "basis" not in values:
            return super().update(**values)
        with transaction.atomic():
            numbers = list(self.values_list("pk", flat=True))
            changed = super().update(**values)
            if "basis" in values:
                self.settle(numbers)
            else:
                NameKey.objects.show(numbers)
        return changed

    def settle(self, people: Iterable[int]) -> None:
        """Write until which days people (by number) are shown by the consents that there are."""
        for some in batches(people):
            for person in self.model.objects.filter(pk__in=some).prefetch_related("consents"):
                self.model.objects.filter(pk=person.pk).update(**person.last_days())
            NameKey.objects.show(some)


class Prisoner(HoldsBack, AddressedRecord):
    """A person who is or was held for what a source calls political reasons.

    ``shown_until`` and its like are the last days on which consents let visitors see the person,
    the portrait, the biography; NULL: no consent sets a limit. They follow from the consents
    (``Consent``), and hide by themselves when their day has passed.
    """

    class Basis(models.TextChoices):
        RECORD = "record", _("what is publicly known")
        CONSENT = "consent", _("consent")

    class Identity(models.TextChoices):
        FULL = "full", _("in full")
        INITIALS = "initials", _("initials")
        ANONYMOUS = "anonymous", _("anonymous")

    route = "prisoner-detail"

    class Gender(models.TextChoices):
        FEMALE = "female", _("woman")
        MALE = "male", _("man")
        OTHER = "other", _("another gender")

    class OccupationGroup(models.TextChoices):
        ACTIVISM = "activism", _("activism and civil society")
        MEDIA = "media", _("journalism and media")
        LAW = "law", _("law")
        POLITICS = "politics", _("politics and public office")
        EDUCATION = "education", _("science and teaching")
        STUDY = "study", _("school and university studies")
        MEDICINE = "medicine", _("medicine and care")
        ART = "art", _("art and culture")
        RELIGION = "religion", _("religion")
        BUSINESS = "business", _("business and trade")
        TECHNOLOGY = "technology", _("information technology")
        WORK = "work", _("industry, crafts and farming")
        FORCES = "forces", _("army, police and public service")
        OTHER = "other", _("other")

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
    occupation_group = models.CharField(
        _("occupation group"),
        max_length=16,
        choices=OccupationGroup,
        blank=True,
        db_default="",
        help_text=_(
            "By what the list is narrowed; chosen from the occupation that a source gives."
        ),
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

    special_risk = models.BooleanField(
        _("at special risk"),
        default=False,
        db_default=False,
        help_text=_("Withheld from the public unless an editor decides otherwise, with a reason."),
    )
    shown_because = models.TextField(
        _("why shown all the same"),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Whoever was a child when arrested, is one now or is at special risk is withheld. "
            "An editor may decide otherwise, and says here why. Never shown to the public."
        ),
    )
    basis = models.CharField(
        _("shown on the ground of"),
        max_length=8,
        choices=Basis,
        default=Basis.RECORD,
        db_default=Basis.RECORD,
        help_text=_(
            "Consent: nothing is shown that nobody has consented to, or after the consent ends."
        ),
    )
    identity = models.CharField(
        _("identity"),
        max_length=9,
        choices=Identity,
        default=Identity.FULL,
        db_default=Identity.FULL,
        editable=False,
    )
    shown_until = models.DateField(_("shown until"), null=True, editable=False)
    portrait_until = models.DateField(_("portrait shown until"), null=True, editable=False)
    biography_until = models.DateField(_("biography shown until"), null=True, editable=False)

    objects = PeopleQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s

    facts = ("gender", "birth", "death", "citizenships", "occupation", "biography")
    translated = ("occupation", "biography", "portrait_rights")
    sensitive = (
        "gender",
        "birth",
        "death",
        "citizenships",
        "occupation",
        "biography",
        "portrait",
    )

    class Meta:
        verbose_name = _("prisoner")
        verbose_name_plural = _("prisoners")
        ordering = ("slug",)
        indexes = [
            *work_indexes("prisoner"),
            *(
                models.Index(fields=[field], condition=condition, name=f"prisoner_{name}")
                for name, (field, condition) in NOT_SHOWN.items()
            ),
        ]
        constraints = [
            *record_constraints("prisoner"),
            *interval_constraints("prisoner", "birth", "death"),
            holds_back_constraint(
                "prisoner",
                (
                    "gender",
                    "birth",
                    "death",
                    "citizenships",
                    "occupation",
                    "biography",
                    "portrait",
                ),
                ("birth", "death"),
            ),
            models.CheckConstraint(
                condition=Q(identity="full")
                | Q(slug=models.F("public_id"), portrait="", biography=""),
                name="prisoner_not_told_by_its_page",
                violation_error_message=_(
                    "This person is not shown by name: no address of their own, no portrait and "
                    "no biography can be public."
                ),
            ),
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
            models.CheckConstraint(
                condition=Q(occupation_group="") | ~Q(occupation=""),
                name="prisoner_group_of_an_occupation",
                violation_error_message=_("Enter the occupation that the group is chosen from."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, else in Latin script, else whatever there is."""
        name = self.display_name()
        return name.text if name else self.public_id

    def display_name(self, language: str | None = None) -> PrisonerName | None:
        """Return the spelling to show, from the names that are loaded; None where there is none.

        Public pages load the published names only. ``language`` is the reader's; None: the active.
        """
        language = (language or get_language() or "en").split("-")[0]
        names = list(self.loaded("names"))
        return min(names, key=lambda name: name.rank(language)) if names else None

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Load somebody for visitors without what nobody consents to any more.

        However they are loaded, with whatever record: this is where all of them come from.
        """
        person = super().from_db(*args, **kwargs)
        if is_visitor():
            for name in {"portrait", "biography"} & person.__dict__.keys():
                # Loaded without its last day, nobody knows that it may be shown.
                until = person.__dict__.get(UNTIL[name], date.min)
                if until is not None and until < today():
                    person.hide(name)
        return person

    def hide(self, name: str) -> None:
        """Leave a field out of what was loaded, as if there were a rule for it."""
        self.__dict__[name] = ""
        held = self.__dict__.get("held_back", "") or "|"
        self.__dict__["held_back"] = f"{held}{name}:{How.WITHHELD.value}|"

    @classmethod
    def shown_today(cls, prefix: str = "") -> Q:
        if on_any_day():
            return Q()
        until = f"{prefix}shown_until"
        return Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": today()})

    @property
    def is_withheld(self) -> bool:
        return super().is_withheld or (self.shown_until is not None and self.shown_until < today())

    @property
    def is_named(self) -> bool:
        """Whether visitors may know who this is."""
        return self.identity == self.Identity.FULL

    def last_days(self) -> dict[str, date | None]:
        """Return what ``shown_until`` and its like are to be, by the consents and the basis."""
        consents = list(self.consents.all()) if self.pk else []
        found: dict[str, date | None] = {}
        for what, column in UNTIL.items():
            days = [one.last_day for one in consents if getattr(one, f"for_{what}")]
            if days:
                found[column] = None if None in days else max(day for day in days if day)
            else:
                found[column] = date.min if self.basis == self.Basis.CONSENT else None
        return found

    def settle(self, fields: Any = None) -> set[str]:
        """Set the last days anew where they can have changed; return what was set.

        Nearly nobody has any.
        """
        if fields is not None and "basis" not in fields:
            return set()
        limited = any(getattr(self, column) for column in UNTIL.values())
        if self.basis != self.Basis.CONSENT and not limited:
            return set()
        for column, day in self.last_days().items():
            setattr(self, column, day)
        return set(UNTIL.values())

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        is_new = self._state.adding
        with transaction.atomic():
            settled = self.settle(fields)
            if fields is not None:
                kwargs["update_fields"] = {*fields, *settled}
            elif self.is_stored:
                kwargs["update_fields"] = self.undecided() | settled
            super().save(*args, **kwargs)
            if not is_new and (fields is None or not (SHOWN | {"basis"}).isdisjoint(fields)):
                NameKey.objects.show([self.pk])


class SortKeyField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """What a name is sorted by, derived from it whenever it is written."""

    derived_from = ("text", "filed_as")

    @staticmethod
    def derive(text: str, filed_as: str) -> str:
        return sort_key(text, filed_as)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        name: PrisonerName = model_instance  # type: ignore[assignment]  # the one model that has it
        name.sort_key = self.derive(name.text, name.filed_as)
        return str(name.sort_key)


class PrisonerNameQuerySet(RecordQuerySet):
    """Spellings; however they are written, what they are found by is written with them."""

    # What an index says of a spelling depends on these.
    indexed = frozenset({"text", "prisoner", "prisoner_id", *SHOWN})

    def bulk_create(self, objs: Iterable[PrisonerName], *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            NameKey.objects.index(one.pk for one in made)
        return made

    def insert_rows(
        self, rows: Sequence[Mapping[str, Any]], entries: Mapping[str, Entries] | None = None
    ) -> list[int]:
        """Insert spellings; ``entries`` are what some of them, by text, are found by."""
        with transaction.atomic():
            numbers = super().insert_rows(rows)
            NameKey.objects.index(numbers, entries)
        return numbers

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kw: Any) -> int:
        names = list(objs)
        with transaction.atomic():
            changed = super().bulk_update(names, fields, *args, **kw)
            if not self.indexed.isdisjoint(fields):
                NameKey.objects.index(one.pk for one in names)
        return changed

    def update(self, **values: Any) -> int:
        if self.indexed.isdisjoint(values):
            return super().update(**values)
        with transaction.atomic():
            numbers = list(self.values_list("pk", flat=True))
            changed = super().update(**values)
            NameKey.objects.index(numbers)
        return changed


class PrisonerName(Record):
    """One spelling of a person's name."""

    class Kind(models.TextChoices):
        OWN = "own", _("own spelling")
        TRANSLITERATION = "transliteration", _("transliteration")
        ALIAS = "alias", _("alias")
        BIRTH = "birth", _("birth name")
        INITIALS = "initials", _("initials")

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
        indexes = [
            *work_indexes("prisonername"),
            models.Index(
                fields=["disclosure"],
                condition=Q(disclosure="withheld"),
                name="prisonername_withheld",
            ),
        ]
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
        fields = kwargs.get("update_fields")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if fields is None or not PrisonerNameQuerySet.indexed.isdisjoint(fields):
                NameKey.objects.index([self.pk])

    def rank(self, language: str) -> tuple[bool, bool, bool, bool, int]:
        """Return how well this spelling suits a reader of a language; the smallest is shown."""
        return (
            not (self.is_display and self.language == language),
            not (self.is_display and self.script == self.Script.LATIN),
            not self.is_display,
            self.script != self.Script.LATIN,
            self.pk or 0,
        )


class NameKeyQuerySet(models.QuerySet["NameKey"]):
    """What spellings are found by; derived here and nowhere else."""

    def index(self, names: Iterable[int], known: Mapping[str, Entries] | None = None) -> None:
        """Write what spellings (by number) are found by, in place of what was there.

        ``known`` are the entries of some, by text, that were worked out already.
        """
        for some in batches(names):
            spellings = PrisonerName.objects.filter(pk__in=some)
            self.filter(name__in=some).delete()
            self._write(self._derived(spellings, known or {}))

    def show(self, prisoners: Iterable[int]) -> None:
        """Take over whether the spellings of people (by number) are public now."""
        shown = PrisonerName.objects.published().filter(pk=OuterRef("name"))
        for some in batches(prisoners):
            self.filter(name__prisoner__in=some).update(is_public=Exists(shown))

    def derive(self, spellings: RecordQuerySet) -> list[NameKey]:
        """Return the entries that spellings are to have."""
        return [
            NameKey(name_id=number, is_public=is_public, key=key, detail=detail)
            for number, is_public, key, detail in self._derived(spellings, {})
        ]

    def _write(self, rows: Iterable[tuple[int, bool, str, str]]) -> None:
        # A name has five to fifty: to make a NameKey of each would take longer than to write them.
        insert(
            NameKey,
            [NameKey._meta.get_field(name) for name in ("name", "is_public", "key", "detail")],
            [
                (name, is_public, key.encode(), detail.encode())
                for name, is_public, key, detail in rows
            ],
            self.db,
        )

    @staticmethod
    def _derived(
        spellings: RecordQuerySet, known: Mapping[str, Entries]
    ) -> Iterator[tuple[int, bool, str, str]]:
        shown = Case(
            When(visible(PrisonerName, Scope.PUBLISHED), then=Value(True)), default=Value(False)
        )
        rows = spellings.order_by("pk").values_list("pk", "text", shown)
        for number, text, is_public in rows:
            for key, detail in known[text] if text in known else entries(text):
                yield number, is_public, key, detail


class NameKey(models.Model):
    """One entry that a spelling is found by; derived from it, never entered. See names.keys.

    What the public may not see is apart from what it may, so that a search for the public never
    comes across it.
    """

    name = models.ForeignKey(
        PrisonerName, models.CASCADE, related_name="keys", verbose_name=_("name")
    )
    is_public = models.BooleanField(_("of a public spelling"))
    key = BytewiseField(_("key"))
    detail = BytewiseField(_("detail"))

    objects = NameKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        constraints = [
            # The index of every search, with all that one reads in it. Of expressions, so that on
            # SQLite it is an index of its own, which can be made when all the rows are there.
            models.UniqueConstraint(
                *map(F, ("is_public", "key", "detail", "name")),
                name="namekey_once",
                violation_error_message=_("This key is already there."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.detail}"


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
        indexes = work_indexes("externalid")
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


class Affiliation(HoldsBack, Record):
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
    translated = ("role",)
    sensitive = ("began", "ended")

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ("began_first", "pk")
        indexes = work_indexes("affiliation")
        constraints = [
            *record_constraints("affiliation"),
            *interval_constraints("affiliation", "began", "ended"),
            holds_back_constraint("affiliation", ("began", "ended"), ("began", "ended")),
            models.CheckConstraint(
                condition=Q(ended_last__gte=models.F("began_first")),
                name="affiliation_ends_after_it_began",
                violation_error_message=_("It ends before it can have begun."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prisoner}: {self.role}, {self.actor}"


class Recognition(HoldsBack, Record):
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
    translated = ("definition", "statement")
    sensitive = ("since", "definition", "statement")

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        ordering = ("since_first", "pk")
        indexes = work_indexes("recognition")
        constraints = [
            *record_constraints("recognition"),
            *interval_constraints("recognition", "since"),
            holds_back_constraint("recognition", ("since", "definition", "statement"), ("since",)),
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
